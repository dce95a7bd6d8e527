import { createHmac } from "node:crypto";
import { expect, NOBODY, test, welcome } from "../support/test.ts";

const PASSWORD = "また別の とても長い合言葉";

/** What an authenticator shows for this secret (RFC 6238: SHA-1, six digits, thirty seconds). */
function code(secret: string, steps = 0): string {
  const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
  const bits = [...secret.replace(/\s/g, "")].map((c) => alphabet.indexOf(c).toString(2).padStart(5, "0")).join("");
  const key = Buffer.from(bits.match(/.{8}/g)!.map((byte) => parseInt(byte, 2)));
  const counter = Buffer.alloc(8);
  counter.writeBigUInt64BE(BigInt(Math.floor(Date.now() / 30_000) + steps));
  const hash = createHmac("sha1", key).update(counter).digest();
  const number = hash.readUInt32BE(hash[19] & 15) & 0x7fffffff;
  return String(number % 1_000_000).padStart(6, "0");
}

test.describe("second factor", () => {
  test("set up by its picture, asked for at the next sign-in, a recovery code in the place of a lost device", async ({
    page,
    browser,
    world,
  }) => {
    await page.goto("/members?institution=a-bank");
    await page.getByLabel("氏名").fill("高橋 五郎");
    await page.getByLabel("メールアドレス").fill("goro@a-bank.example");
    await page.getByRole("button", { name: "招待する" }).click();
    const link = await page.getByRole("link", { name: /^\/welcome\// }).textContent();

    const context = await browser.newContext({ baseURL: world.url, storageState: NOBODY });
    const jiro = await context.newPage();
    await welcome(jiro, link!, PASSWORD);
    await jiro.goto("/account");
    await jiro.getByRole("button", { name: "設定を始める" }).click();
    await expect(jiro.getByRole("img", { name: /読み取ってください/ })).toBeVisible();
    const secret = (await jiro.locator("#second .mono").first().textContent())!;
    await jiro.getByLabel("確認コード").fill("000000");
    await jiro.getByRole("button", { name: "確認して有効にする" }).click();
    await expect(jiro.getByRole("alert")).toContainText("確認コードが違うか");
    await expect(jiro.locator("#second .mono").first()).toHaveText(secret);
    await jiro.getByLabel("確認コード").fill(code(secret, -1));
    await jiro.getByRole("button", { name: "確認して有効にする" }).click();
    await expect(jiro.locator("#second .codes li")).toHaveCount(10);
    const recovery = (await jiro.locator("#second .codes li").first().textContent())!;

    const signIn = async () => {
      await jiro.locator("summary").filter({ hasText: "高橋 五郎" }).click();
      await jiro.getByRole("button", { name: "サインアウト" }).click();
      await jiro.goto("/sign-in?back=/matrix");
      await jiro.getByLabel("メールアドレス").fill("goro@a-bank.example");
      await jiro.getByLabel("パスワード").fill(PASSWORD);
      await jiro.getByRole("button", { name: "サインイン" }).click();
      await expect(jiro.getByRole("heading", { level: 1 })).toHaveText("確認コード");
    };
    await signIn();
    // Half signed in is not signed in.
    await jiro.goto("/services");
    await expect(jiro).toHaveURL(/\/sign-in\?back=/);
    await jiro.goto("/sign-in/code?back=/matrix");
    await jiro.getByLabel("確認コードまたは回復コード").fill("123456");
    await jiro.getByRole("button", { name: "サインイン" }).click();
    await expect(jiro.getByRole("alert")).toContainText("確認コードが違うか");
    await jiro.getByLabel("確認コードまたは回復コード").fill(code(secret, 1));
    await jiro.getByRole("button", { name: "サインイン" }).click();
    await expect(jiro).toHaveURL(/\/matrix$/);

    await signIn();
    await jiro.getByLabel("確認コードまたは回復コード").fill(recovery);
    await jiro.getByRole("button", { name: "サインイン" }).click();
    await expect(jiro).toHaveURL(/\/matrix$/);
    await jiro.goto("/account");
    await expect(jiro.getByText("未使用の回復コード 9")).toBeVisible();

    // The manager sees it, and takes it away for somebody who lost both.
    await page.goto("/members?institution=a-bank");
    const row = page.getByRole("row").filter({ hasText: "高橋 五郎" });
    await expect(row).toContainText("二段階");
    await row.getByRole("button", { name: "二段階認証を解除 高橋 五郎" }).click();
    await expect(row.getByRole("button", { name: /二段階認証を解除/ })).toHaveCount(0);
    await context.close();
  });

  test("one's own password is changed with the present one", async ({ page }) => {
    await page.goto("/account");
    await page.getByLabel("今のパスワード").fill("これではない合言葉");
    await page.getByLabel(/新しいパスワード/).fill("これから使うとても長い合言葉");
    await page.getByRole("button", { name: "パスワードを変える" }).click();
    await expect(page.getByRole("alert")).toContainText("パスワードが違います");
  });
});
