import type { Page } from "@playwright/test";
import { formOf, save } from "../support/desk.ts";
import { expect, NOBODY, test } from "../support/test.ts";

/** The text field of the plain form. */
const text = (page: Page) => page.getByRole("textbox", { name: /^概要/ });

test.describe("script off", () => {
  test("the edit link opens a form that saves", async ({ plain }) => {
    await plain.goto("/services/kms/criteria");
    await plain.getByRole("group", { name: "K01 概要", exact: true }).hover();
    await plain.getByRole("link", { name: "編集 K01 概要", exact: true }).click();
    await expect(plain.getByRole("heading", { level: 1 })).toHaveText("概要（日本語）");
    await text(plain).fill("スクリプトなしで書いた文章");
    await plain.getByLabel("変更の理由（任意）").fill("点検のため");
    await plain.getByRole("button", { name: "保存" }).click();
    await expect(plain).toHaveURL(/\/services\/kms\/criteria\?done=saved-\d+#criteria-K01-summary-ja$/);
    await expect(plain.getByRole("status").filter({ hasText: /保存しました（第 \d+ 版）。/ })).toBeVisible();
    await expect(plain.getByRole("group", { name: "K01 概要", exact: true })).toContainText("スクリプトなしで書いた文章");
    await plain.goto("/services/kms/history");
    await expect(plain.getByText("点検のため")).toBeVisible();
  });

  test("a choice, check boxes and a date can be saved", async ({ plain }) => {
    await plain.goto(formOf("kms", "criteria/K05/availability"));
    await plain.getByLabel("提供状況").selectOption({ value: "on_default" });
    await plain.getByRole("button", { name: "保存" }).click();
    await expect(plain.getByRole("group", { name: "K05 提供状況", exact: true })).toContainText("◎");
    await plain.goto(formOf("kms", "criteria/K05/modes"));
    for (const box of await plain.getByRole("checkbox").all()) await box.check();
    await plain.getByRole("button", { name: "保存" }).click();
    await plain.goto(formOf("kms", "criteria/K05/modes"));
    await expect(plain.getByRole("checkbox", { checked: true })).toHaveCount(4);
    await plain.goto(formOf("kms", "criteria/K05/review_by"));
    await plain.locator("input[type=date]").fill("2027-03-31");
    await plain.getByRole("button", { name: "保存" }).click();
    await expect(plain.locator("#criteria-K05-review_by time")).toHaveText("2027-03-31");
  });

  test("a conflict shows three texts and keeps the typed one", async ({ plain, other, world }) => {
    const address = "criteria/K02/summary/ja";
    const base = await save(other.request, world.url, "kms", address, "鍵の保管は三年とする。");
    await plain.goto(formOf("kms", address));
    await save(other.request, world.url, "kms", address, "鍵の保管は五年とする。", base);
    await text(plain).fill("鍵の保管は十年とする。");
    const answer = plain.waitForResponse((r) => r.request().method() === "POST");
    await plain.getByRole("button", { name: "保存" }).click();
    expect((await answer).status()).toBe(409);
    const three = plain.getByRole("group", { name: "同時に変更されたセル" });
    await expect(three).toContainText("三年");
    await expect(three).toContainText("五年");
    await expect(three).toContainText("十年");
    await expect(text(plain)).toHaveValue("鍵の保管は十年とする。");
    await text(plain).fill("鍵の保管は五年、監査は十年とする。");
    await plain.getByRole("button", { name: "保存" }).click();
    await expect(plain.getByRole("group", { name: "K02 概要", exact: true })).toContainText("鍵の保管は五年、監査は十年とする。");
  });

  test("a workbook is imported with the plain form", async ({ plain, world }) => {
    await save(plain.request, world.url, "kms", "criteria/K03/summary/ja", "往復する文章");
    const workbook = await plain.request.get("/services/kms/export?format=xlsx");
    await plain.goto("/import");
    await plain.locator("form.drop input[type=file]").setInputFiles({
      name: "kms.xlsx",
      mimeType: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
      buffer: await workbook.body(),
    });
    await plain.getByRole("button", { name: "読み込む" }).click();
    await expect(plain).toHaveURL(/\/import\/\w+/);
    await expect(plain.getByText("取り込むものはありません。")).toBeVisible();
  });

  test("the languages, the search and signing out need no script", async ({ plain, browser, world }) => {
    await plain.goto("/search?q=KMS");
    await expect(plain.getByRole("status").filter({ hasText: /件見つかりました/ })).toBeVisible();
    await plain.getByRole("button", { name: "English" }).click();
    await expect(plain).toHaveURL(/\/search\?q=KMS$/);
    await expect(plain.getByRole("heading", { level: 1, name: "Search" })).toBeVisible();
    // Signing out ends that session, so it is done with one of its own.
    const context = await browser.newContext({ baseURL: world.url, storageState: NOBODY, javaScriptEnabled: false });
    const page = await context.newPage();
    await page.goto("/sign-in");
    await page.getByLabel("メールアドレス").fill(world.ichiro.email);
    await page.getByLabel("パスワード").fill(world.ichiro.password);
    await page.getByRole("button", { name: "サインイン" }).click();
    await page.locator("header details summary").click();
    await page.getByRole("button", { name: "サインアウト" }).click();
    await expect(page).toHaveURL(/\/sign-in$/);
    await context.close();
  });
});
