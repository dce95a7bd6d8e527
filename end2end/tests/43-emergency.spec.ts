import { type Locator, type Page } from "@playwright/test";
import { NOBODY, expect, test } from "../support/test.ts";

/** The form that asks. */
function asking(page: Page): Locator {
  return page.getByRole("region", { name: "申請する" });
}

test.describe("an emergency with nobody there", () => {
  test("is approved by oneself, alarms whoever could decide on every page until seen, and is reviewed", async ({ page, browser, world }) => {
    await page.goto("/elevation");
    await asking(page).getByRole("combobox", { name: "権限" }).selectOption("take_over_approval i:a-bank");
    await asking(page).getByLabel("理由").fill("障害対応の決裁者が全員不在");
    await asking(page).getByLabel("チケット番号").fill("INC-7");
    await page.getByRole("button", { name: "申請を送る" }).click();
    const request = page.getByRole("article").filter({ hasText: "INC-7" });
    await request.getByText("緊急", { exact: true }).click();
    await request.getByLabel("コメント（必須）").fill("夜間のため連絡が取れない");
    await request.getByRole("button", { name: "緊急のため自己承認する" }).click();
    await expect(request).toContainText("有効");
    await request.getByRole("button", { name: "終了する" }).click();

    // Until it is reviewed, nothing more can be asked for.
    await asking(page).getByLabel("理由").fill("もう一つ");
    await page.getByRole("button", { name: "申請を送る" }).click();
    await expect(page.getByRole("alert")).toContainText("点検の済んでいない緊急利用");

    // A second manager, who comes later, is alarmed on every page.
    await page.goto("/members?institution=a-bank");
    await page.getByLabel("氏名", { exact: true }).fill("副管理 四郎");
    await page.getByLabel("メールアドレス", { exact: true }).fill("shiro@a-bank.example");
    await page.getByRole("main").locator("form", { hasText: "招待する" }).getByLabel("機関の管理者").check();
    await page.getByRole("button", { name: "招待する" }).click();
    const link = await page.getByRole("status").getByRole("link").getAttribute("href");
    const context = await browser.newContext({ baseURL: world.url, storageState: NOBODY });
    const shiro = await context.newPage();
    await shiro.goto(link!);
    await shiro.getByLabel(/パスワード/).fill("correct horse battery");
    await shiro.getByRole("main").getByRole("button").click();
    for (const path of ["/", "/services/s3/criteria", "/policy"]) {
      await shiro.goto(path);
      await expect(shiro.getByRole("alert").filter({ hasText: "緊急で" })).toContainText("佐藤 花子");
    }
    await shiro.getByRole("button", { name: "確認した" }).click();
    await expect(shiro).toHaveURL(/\/policy/);
    await expect(shiro.getByRole("alert")).toHaveCount(0);

    await shiro.goto("/elevation");
    const over = shiro.getByRole("article").filter({ hasText: "INC-7" });
    await over.getByLabel("コメント（必須）").fill("妥当な利用だった");
    await over.getByRole("button", { name: "点検して閉じる" }).click();
    await expect(shiro.getByRole("row").filter({ hasText: "INC-7" })).toContainText("点検済み");
    await context.close();
  });
});
