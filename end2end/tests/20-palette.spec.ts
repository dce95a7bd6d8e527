import { expect, test } from "../support/test.ts";

test.describe("palette", () => {
  test("Ctrl+K shows what can be done here, and does it by keyboard", async ({ page }) => {
    await page.goto("/services/s3/criteria");
    await page.waitForLoadState("networkidle");
    await page.keyboard.press("Control+k");
    const list = page.getByRole("listbox");
    await expect(list.getByRole("option").first()).toContainText("Excel出力");
    await expect(list.getByRole("option").filter({ hasText: "一覧表" })).toBeVisible();
    await page.keyboard.type("履歴");
    await expect(list.getByRole("option").first()).toContainText("履歴");
    await page.keyboard.press("ArrowDown");
    await page.keyboard.press("Enter");
    await expect(page).toHaveURL(/\/services\/s3\/history$/);
  });

  test("a verb of the sheet hands the workbook out; words of the other language find it too", async ({ page }) => {
    await page.goto("/services/s3");
    await page.waitForLoadState("networkidle");
    await page.keyboard.press("Control+k");
    await page.keyboard.type("export excel");
    await expect(page.getByRole("option").first()).toContainText("Excel出力");
    const saved = page.waitForEvent("download");
    await page.keyboard.press("ArrowDown");
    await page.keyboard.press("Enter");
    expect((await saved).suggestedFilename()).toMatch(/^kyohyo-s3-.*\.xlsx$/);
  });

  test("elsewhere there are the pages and the categories, and nothing that one may not do", async ({ page }) => {
    await page.goto("/");
    await page.waitForLoadState("networkidle");
    await page.keyboard.press("Control+k");
    const list = page.getByRole("listbox");
    await expect(list.getByRole("option").first()).toContainText("ホーム");
    await expect(list.getByRole("option").filter({ hasText: "Excel出力" })).toHaveCount(0);
    // hanako manages A銀行, not the installation.
    await page.keyboard.type("機関");
    await expect(list.getByRole("option").filter({ hasText: "ページ" })).toHaveCount(0);
    await page.getByRole("combobox").fill("k07");
    await expect(list.getByRole("option").first()).toContainText("K07");
    await page.keyboard.press("ArrowDown");
    await page.keyboard.press("Enter");
    await expect(page).toHaveURL(/\/categories\/K07$/);
  });
});
