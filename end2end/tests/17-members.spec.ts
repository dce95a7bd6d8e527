import { expect, test } from "../support/test.ts";

test.describe("an institution looks after its people", () => {
  test("a manager invites an editor, who chooses a password and writes; let go, they are out at once", async ({ page, browser, world }) => {
    await page.goto("/");
    await page.getByText("A銀行", { exact: false }).first().click();
    await page.getByRole("link", { name: "A銀行 のメンバー" }).click();
    await expect(page.getByRole("heading", { level: 1, name: "A銀行 のメンバー" })).toBeVisible();
    await page.getByLabel("氏名", { exact: true }).fill("新任 三郎");
    await page.getByLabel("メールアドレス", { exact: true }).fill("saburo@a-bank.example");
    await page.getByRole("button", { name: "招待する" }).click();
    const link = await page.getByRole("status").getByRole("link").getAttribute("href");
    expect(link).toMatch(/^\/welcome\//);

    const context = await browser.newContext({ baseURL: world.url, storageState: { cookies: [], origins: [] } });
    const saburo = await context.newPage();
    await saburo.goto(link!);
    await saburo.getByLabel(/パスワード/).fill("correct horse battery");
    await saburo.getByRole("main").getByRole("button").click();
    await saburo.goto("/services/s3/edit?cell=criteria/K07/summary/ja");
    await expect(saburo.getByRole("button", { name: "保存" })).toBeVisible();
    await saburo.goto("/account");
    await expect(saburo.getByRole("row").filter({ hasText: "この画面" })).toBeVisible();

    await page.goto("/members?institution=a-bank");
    const row = page.getByRole("row").filter({ hasText: "saburo@a-bank.example" });
    await row.getByLabel("編集者").uncheck();
    await row.getByRole("button", { name: "役割を保存" }).click();
    await expect(page.getByRole("status")).toContainText("役割を保存しました");
    await saburo.goto("/services");
    await expect(saburo).toHaveURL(/\/sign-in/);
    await context.close();
  });

  test("the rules can be read by everybody, in both languages", async ({ page }) => {
    await page.goto("/policy");
    await expect(page.getByRole("row").filter({ hasText: "閲覧者" })).toContainText("読む");
    await page.getByRole("button", { name: "English" }).click();
    await expect(page.getByRole("row").filter({ hasText: "Reader" })).toContainText("Read");
    await page.getByRole("button", { name: "日本語" }).click();
    await expect(page.getByRole("main")).toMatchAriaSnapshot(`
      - heading "役割と権限" [level=1]
      - navigation "メンバー"
      - table
    `);
  });
});
