import { dataFolder, freePort, Program, remove } from "../support/program.ts";
import { expect, NOBODY, test, welcome } from "../support/test.ts";

test.describe("the main job", () => {
  test("a one-time link leads in once, a password from then on", async ({ browser }) => {
    // An installation of its own, as it is on the first day: the administrator's link is there once only.
    const data = dataFolder();
    const program = await Program.start(data, await freePort());
    const context = await browser.newContext({ baseURL: program.url, storageState: NOBODY });
    const page = await context.newPage();
    const link = program.link();
    await welcome(page, link, "an administrator's words");
    await expect(page).toHaveURL(`${program.url}/`);

    const second = await browser.newContext({ baseURL: program.url, storageState: NOBODY });
    const late = await second.newPage();
    const answer = await late.goto(link);
    expect(answer?.status()).toBeGreaterThanOrEqual(400);
    await expect(late.getByText("このリンクは使用済みか、期限が切れています。")).toBeVisible();
    await second.close();
    await context.close();
    await program.stop();
    remove(data);
  });

  test("who is signed out is led to the form and back", async ({ browser, world }) => {
    const context = await browser.newContext({ baseURL: world.url, storageState: NOBODY });
    const page = await context.newPage();
    await page.goto("/services/s3/criteria");
    await expect(page.getByRole("heading", { name: "サインイン" })).toBeVisible();
    await page.getByLabel("メールアドレス").fill(world.hanako.email);
    await page.getByLabel("パスワード").fill("not the right one");
    await page.getByRole("button", { name: "サインイン" }).click();
    await expect(page.getByRole("alert")).toContainText("メールアドレスまたはパスワードが違います。");
    await expect(page.getByLabel("メールアドレス")).toHaveValue(world.hanako.email);
    await page.getByLabel("パスワード").fill(world.hanako.password);
    await page.getByRole("button", { name: "サインイン" }).click();
    await expect(page).toHaveURL(/\/services\/s3\/criteria$/);

    await page.locator("header details summary").click();
    await page.getByRole("button", { name: "サインアウト" }).click();
    await expect(page).toHaveURL(/\/sign-in$/);
    await page.goto("/services");
    await expect(page).toHaveURL(/\/sign-in\?back=/);
    await context.close();
  });

  test("the sheet of Amazon S3 is found, read in Japanese, then in English, then in Japanese", async ({ page }) => {
    await page.goto("/");
    await expect(page.getByRole("heading", { level: 1, name: "共評" })).toBeVisible();
    await expect(page.getByText("A銀行").first()).toBeVisible();
    await page.getByRole("navigation", { name: "主なページ" }).getByRole("link", { name: "サービス" }).click();
    await page.getByRole("searchbox", { name: "名称・略称・識別子" }).fill("s3");
    await page.getByRole("button", { name: "絞り込む" }).click();
    await page.getByRole("rowheader").getByRole("link", { name: /^Amazon S3$|^Amazon Simple Storage Service$/ }).click();
    await expect(page).toHaveURL(/\/services\/s3$/);

    const tabs = page.getByRole("navigation", { name: "評価シートの部分" });
    await tabs.getByRole("link", { name: /セキュリティクライテリア/ }).click();
    await expect(page.locator("html")).toHaveAttribute("lang", "ja");
    await expect(tabs.getByRole("link", { name: /セキュリティクライテリア/ })).toHaveAttribute("aria-current", "page");
    for (const n of [1, 7, 19]) {
      await expect(page.getByRole("link", { name: `K${String(n).padStart(2, "0")}`, exact: true })).toBeVisible();
    }
    await expect(page.getByRole("columnheader", { name: "提供状況" })).toBeVisible();
    await expect(page.getByRole("group", { name: "K07 概要", exact: true })).toContainText(/暗号/);
    await expect(page.getByText("公開情報に基づく再構成").first()).toBeVisible();

    await page.getByRole("button", { name: "English" }).click();
    await expect(page).toHaveURL(/\/services\/s3\/criteria$/);
    await expect(page.locator("html")).toHaveAttribute("lang", "en");
    await expect(page.getByRole("columnheader", { name: "Availability" })).toBeVisible();
    await expect(page.getByRole("group", { name: "K07 Summary", exact: true })).toContainText(/encrypt/i);
    await page.getByRole("button", { name: "日本語" }).click();
    await expect(page.getByRole("columnheader", { name: "提供状況" })).toBeVisible();
  });

  test("every part of the sheet opens from its tab", async ({ page }) => {
    await page.goto("/services/s3");
    const tabs = page.getByRole("navigation", { name: "評価シートの部分" });
    for (const name of [/^概要/, /^利用シナリオと接続経路/, /^サービス利用時の留意事項/, /^ガードレール/, /^履歴/]) {
      await tabs.getByRole("link", { name }).click();
      await expect(tabs.getByRole("link", { name })).toHaveAttribute("aria-current", "page");
      await expect(page.getByRole("heading", { level: 1 })).toHaveText(/Amazon S/);
    }
  });

  test("what does not exist says so, with a number and a way on", async ({ page }) => {
    const answer = await page.goto("/services/no-such-service");
    expect(answer?.status()).toBe(404);
    await expect(page.getByRole("heading", { name: "お探しのページを表示できません" })).toBeVisible();
    await expect(page.getByText(/操作番号: [0-9a-f]{16}/)).toBeVisible();
    await page.getByRole("link", { name: "ホームへ戻る" }).click();
    await expect(page).toHaveURL(/\/$/);
  });
});
