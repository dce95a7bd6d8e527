/**
 * Goro's bank has a sign-in provider. He signs in there, has no role yet, is invited by his manager, and is in. Saburo's
 * groups give him his role at once. What goes wrong on the way is said in words, with a number that is in the log too.
 */

import { test as base, type Browser, type Page } from "@playwright/test";
import { dataFolder, freePort, Program, remove } from "../support/program.ts";
import { atProvider, SignInProvider, toProvider } from "../support/provider.ts";
import { expect, NOBODY, welcome } from "../support/test.ts";

interface Stage {
  program: Program;
  provider: SignInProvider;
}

const PASSWORD = "長い合言葉 to sign in";

const test = base.extend<object, { stage: Stage }>({
  stage: [
    async ({}, use) => {
      const data = dataFolder();
      const port = await freePort();
      const provider = await SignInProvider.start(await freePort(), `http://127.0.0.1:${port}`, {
        goro: { email: "goro@a-bank.example", email_verified: true, name: "中村 五郎" },
        saburo: { email: "saburo@a-bank.example", email_verified: true, name: "高橋 三郎", groups: ["kyohyo-editors"] },
        hanako: { email: "hanako@a-bank.example", email_verified: true, name: "佐藤 花子" },
        shiro: { email: "hanako@a-bank.example", email_verified: false, name: "名乗る人" },
      });
      const program = await Program.start(data, port, "--demo", "--oidc", provider.settings(data));
      await use({ program, provider });
      await program.stop();
      await provider.stop();
      remove(data);
    },
    { scope: "worker", timeout: 120_000 },
  ],
  baseURL: async ({ stage }, use) => use(stage.program.url),
});

async function fresh(browser: Browser, stage: Stage): Promise<Page> {
  const context = await browser.newContext({ baseURL: stage.program.url, storageState: NOBODY });
  return context.newPage();
}

/** The operation number that the page shows is in the program's log. */
async function quoted(page: Page, stage: Stage): Promise<void> {
  const text = await page.getByText(/操作番号: /).innerText();
  const number = text.match(/[0-9a-f]{16}/)?.[0];
  expect(number, text).toBeDefined();
  expect(stage.program.log).toContain(number);
}

test("a first sign-in has no role until a manager gives one", async ({ browser, stage }) => {
  const goro = await fresh(browser, stage);
  await toProvider(goro);
  await atProvider(goro, "goro");
  await expect(goro.getByRole("heading", { level: 1 })).toHaveText("まだ役割がありません");
  await expect(goro.getByText("goro@a-bank.example")).toBeVisible();
  expect((await goro.goto("/services/s3"))?.status()).toBe(403);

  const manager = await fresh(browser, stage);
  await welcome(manager, stage.program.link("hanako@a-bank.example"), PASSWORD);
  await manager.goto("/members?institution=a-bank");
  const form = manager.locator("form").filter({ has: manager.getByRole("button", { name: "招待する" }) });
  await form.getByLabel("氏名").fill("中村 五郎");
  await form.getByLabel("メールアドレス").fill("goro@a-bank.example");
  await form.getByRole("button", { name: "招待する" }).click();
  await expect(manager.getByText("既にアカウントがあるため")).toBeVisible();

  await goro.goto("/services/s3");
  await expect(goro.getByRole("heading", { level: 1 })).toContainText("S3");
  await goro.context().close();
  await manager.context().close();
});

test("groups lead to a role, and signing out goes on to the provider", async ({ browser, stage }) => {
  const saburo = await fresh(browser, stage);
  await saburo.goto("/services/s3/criteria");
  await saburo.getByRole("link", { name: "A銀行 認証基盤 でサインイン" }).click();
  await atProvider(saburo, "saburo");
  await saburo.waitForURL("**/services/s3/criteria");
  await saburo.goto("/account");
  await expect(saburo.getByText("A銀行: 編集者")).toBeVisible();
  await saburo.locator(".who summary").click();
  await saburo.getByRole("button", { name: "サインアウト" }).click();
  await saburo.waitForURL(/\/session\/end/);
  await saburo.getByRole("button", { name: /yes/i }).click();
  await saburo.waitForURL("**/sign-in");
  await expect(saburo.getByRole("heading", { level: 1 })).toHaveText("サインイン");
  await saburo.context().close();
});

test("what goes wrong is said in words with a number", async ({ browser, stage }) => {
  const page = await fresh(browser, stage);
  await test.step("another browser's sign-in", async () => {
    await page.goto("/sign-in/provider/back?state=made-up&code=made-up");
    await expect(page.getByRole("alert")).toContainText("このブラウザで始めたサインインではない");
    await quoted(page, stage);
  });
  await test.step("not agreed", async () => {
    await toProvider(page);
    await page.getByRole("link", { name: /cancel/i }).click();
    await expect(page.getByRole("alert")).toContainText("取り消されたか、許可されませんでした");
    await quoted(page, stage);
  });
  let used = "";
  await test.step("an address that nobody verified opens nobody's account", async () => {
    page.on("request", (request) => {
      if (request.url().includes("/sign-in/provider/back")) used = request.url();
    });
    await toProvider(page);
    await atProvider(page, "shiro");
    await expect(page.getByRole("heading", { level: 1 })).toHaveText("まだ役割がありません");
    await expect(page.getByText("名乗る人 さんとして")).toBeVisible();
    await page.goto(used);
    await expect(page.getByText("このブラウザで始めたサインインではない")).toBeVisible();
    await page.context().clearCookies();
  });
  await test.step("a code that is over", async () => {
    const code = new URL(used).searchParams.get("code");
    await toProvider(page);
    const state = (await page.context().cookies()).find((cookie) => cookie.name === "kyohyo_provider")?.value;
    await page.goto(`/sign-in/provider/back?state=${state}&code=${code}`);
    await expect(page.getByRole("alert")).toContainText("認証基盤の回答を確かめられません");
    await quoted(page, stage);
  });
  await test.step("an address that is an account's already", async () => {
    await page.context().clearCookies();
    await toProvider(page);
    await atProvider(page, "hanako");
    await expect(page.getByRole("alert")).toContainText("同じメールアドレスのアカウントがあります");
    await expect(page.getByRole("alert")).toContainText("自分のアカウント");
  });
  await page.context().close();
});

test("an account is linked by whoever is signed in to it", async ({ browser, stage }) => {
  const page = await fresh(browser, stage);
  await welcome(page, stage.program.link("ichiro@b-bank.example"), PASSWORD);
  await page.goto("/account");
  await page.getByRole("link", { name: "A銀行 認証基盤 を結び付ける" }).click();
  await atProvider(page, "ichiro-at-the-provider");
  await expect(page.getByRole("status")).toHaveText("認証基盤と結び付けました。");
  await page.context().clearCookies();
  await toProvider(page);
  await atProvider(page, "ichiro-at-the-provider");
  await expect(page.locator(".who")).toContainText("田中 一郎");
  await page.goto("/account");
  await page.getByRole("button", { name: "結び付けを解く" }).click();
  await expect(page.getByRole("status")).toHaveText("結び付けを解きました。");
  await page.context().close();
});
