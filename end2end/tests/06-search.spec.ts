import { cell, save } from "../support/desk.ts";
import { expect, test } from "../support/test.ts";

test.describe("search", () => {
  test("/ goes to the box, a Japanese word leads to the very cell", async ({ page }) => {
    await page.goto("/services/s3");
    await expect(page.getByText("更新を受信中")).toBeVisible();
    await page.keyboard.press("/");
    const box = page.getByRole("combobox", { name: "検索" });
    await expect(box).toBeFocused();
    await page.keyboard.type("暗号化");
    await page.keyboard.press("Enter");
    await expect(page).toHaveURL(/\/search\?q=/);
    await expect(page.getByRole("status").filter({ hasText: /\d+ 件見つかりました/ })).toBeVisible();
    await expect(page.locator("li.hit mark").first()).toContainText("暗号化");
    const marked = page.locator("mark").filter({ hasText: "暗号化" });
    const hit = page.getByRole("main").getByRole("listitem").filter({ has: marked }).first();
    await hit.getByRole("link").first().click();
    await expect(page).toHaveURL(/\/services\/[\w-]+(\/\w+)?#[\w-]+$/);
    const anchor = new URL(page.url()).hash.slice(1);
    await expect(page.locator(`[id="${anchor}"]`)).toBeInViewport();
    await expect(page.locator(`[id="${anchor}"]`)).toContainText("暗号化");
  });

  test("a hit in the other language leads to the cell that shows both", async ({ page }) => {
    await page.goto("/search?q=encryption%20at%20rest");
    const link = page.getByRole("main").locator("li.hit a[href$='-en']").first();
    await link.click();
    await expect(page.locator("html")).toHaveAttribute("lang", "ja");
    const anchor = new URL(page.url()).hash.slice(1);
    await expect(page.locator(".cell").filter({ has: page.locator(`[id="${anchor}"]`) })).toBeInViewport();
  });

  test("an identifier is found as it is written", async ({ page }) => {
    await page.goto("/search");
    await page.getByRole("main").getByRole("searchbox", { name: "検索する言葉" }).fill("S3.5");
    await page.getByRole("main").getByRole("button", { name: "検索" }).click();
    const hit = page.getByRole("main").getByRole("listitem").filter({ hasText: "S3.5" }).first();
    await expect(hit).toBeVisible();
    await hit.getByRole("link").first().click();
    await expect(page.getByRole("main")).toContainText("S3.5");
  });

  test("suggestions follow the keys and lead on with arrow and Enter", async ({ page }) => {
    await page.goto("/");
    const box = page.getByRole("combobox", { name: "検索" });
    await expect(async () => {
      await box.fill("");
      await box.pressSequentially("lambda");
      await expect(page.getByRole("option").first()).toBeVisible({ timeout: 2_000 });
    }).toPass();
    await page.keyboard.press("ArrowDown");
    await expect(page.getByRole("option").first()).toHaveAttribute("aria-selected", "true");
    await page.keyboard.press("Enter");
    await expect(page).toHaveURL(/\/services\//);
  });

  test("what was just saved is found at once, also by a part of a word", async ({ page, world }) => {
    await save(page.request, world.url, "logs", "criteria/K11/summary/ja", "監査証跡を改竄検知署名付きで保管する。");
    await expect(async () => {
      await page.goto(`/search?q=${encodeURIComponent("改竄検知署名")}`);
      await expect(page.locator("li.hit").first()).toContainText("改竄検知署名", { timeout: 250 });
    }).toPass({ timeout: 2_000, intervals: [100] });
    await page.locator("li.hit").first().getByRole("link").first().click();
    await expect(page).toHaveURL(/\/services\/logs\/criteria#criteria-K11-summary-ja$/);
    await expect(cell(page, "K11", "概要")).toBeInViewport();
  });

  test("nothing found says what to do", async ({ page }) => {
    await page.goto("/search?q=qqzzxxyyvv");
    await expect(page.getByRole("status").filter({ hasText: "見つかりませんでした。" })).toBeVisible();
  });
});
