import { save } from "../support/desk.ts";
import { expect, test } from "../support/test.ts";

const QUERY = `/search?q=${encodeURIComponent("暗号化")}`;

test.describe("search with facets", () => {
  test("a facet is chosen with the keyboard, stands as a chip and in the address, and goes again", async ({ page }) => {
    await page.goto(QUERY);
    const facets = page.getByRole("complementary", { name: "絞り込み" });
    const facet = facets.getByRole("link", { name: /^対策分類：K07 / });
    await facet.focus();
    await page.keyboard.press("Enter");
    await expect(page).toHaveURL(/category=K07/);
    await expect(page.getByRole("searchbox", { name: "検索する言葉" })).toHaveValue("暗号化");
    // Answers of the category, and notes that are about it.
    for (const hit of await page.locator("li.hit .hit-head > a").all()) await expect(hit).toContainText(/K07|留意事項/);
    const chip = page.getByRole("list", { name: "有効な条件" }).getByRole("link", { name: /対策分類：K07 .*の条件を外す/ });
    await chip.focus();
    await page.keyboard.press("Enter");
    await expect(page).not.toHaveURL(/category=/);
  });

  test("with script off: facets, order, a new text that keeps the conditions", async ({ plain }) => {
    await plain.goto(QUERY);
    await plain.getByRole("complementary", { name: "絞り込み" }).getByRole("link", { name: /^対策分類：K07 / }).click();
    await plain.getByRole("link", { name: "合う順" }).click();
    await expect(plain).toHaveURL(/category=K07.*view=flat/);
    await expect(plain.getByRole("link", { name: "合う順" })).toHaveAttribute("aria-current", "true");
    await plain.getByRole("searchbox", { name: "検索する言葉" }).fill("KMS");
    await plain.getByRole("main").getByRole("button", { name: "検索", exact: true }).click();
    await expect(plain).toHaveURL(/q=KMS.*category=K07.*view=flat/);
    await expect(plain.locator("mark").first()).toBeVisible();
  });

  test("the help gives examples that can be pressed", async ({ page }) => {
    await page.goto("/search");
    await page.getByText("検索の書き方").click();
    await page.getByRole("link", { name: '"既定で暗号化"' }).click();
    await expect(page.getByRole("searchbox", { name: "検索する言葉" })).toHaveValue('"既定で暗号化"');
  });

  test("a slip of the syntax is searched for literally and said so", async ({ page }) => {
    await page.goto(`/search?q=${encodeURIComponent('"暗号化')}`);
    await expect(page.getByRole("status").filter({ hasText: "引用符が閉じていません。" })).toBeVisible();
    await expect(page.locator("li.hit").first()).toBeVisible();
  });

  test("a hit by synonym says which", async ({ page, world }) => {
    await save(page.request, world.url, "mq", "criteria/K01/summary/ja", "利用者には多要素認証を求める。");
    await expect(async () => {
      await page.goto("/search?q=MFA+service:mq&view=flat");
      const hit = page.locator("li.hit").filter({ hasText: "利用者には多要素認証を求める。" });
      await expect(hit).toContainText(/同義語：mfa → 多要素認証/i, { timeout: 500 });
    }).toPass({ timeout: 10_000 });
  });

  test("nothing found offers ways on", async ({ page }) => {
    await page.goto("/search?q=qqzzxx+yyvvww&category=K07");
    await expect(page.getByRole("status").filter({ hasText: "見つかりませんでした。" })).toBeVisible();
    await page.getByRole("link", { name: "条件を外して探す" }).click();
    await expect(page).not.toHaveURL(/category=/);
    await page.getByRole("main").getByRole("link", { name: "qqzzxx", exact: true }).click();
    await expect(page).toHaveURL(/q=qqzzxx$/);
  });
});
