import type { Browser, Page } from "@playwright/test";
import { formOf } from "../support/desk.ts";
import { dataFolder, freePort, Program, remove } from "../support/program.ts";
import { expect, NOBODY, test, welcome } from "../support/test.ts";

const SERVICE = "elasticache";
const CELL = "criteria/K07/summary/ja";

/** A browser of somebody's own. */
async function enter(browser: Browser, program: Program, email: string): Promise<Page> {
  const context = await browser.newContext({ baseURL: program.url, storageState: NOBODY });
  const page = await context.newPage();
  await welcome(page, program.link(email), "長い合言葉 to sign in");
  return page;
}

async function write(page: Page, text: string): Promise<void> {
  await page.goto(formOf(SERVICE, CELL));
  await page.getByRole("textbox", { name: /概要/ }).fill(text);
  await page.getByRole("button", { name: "保存" }).click();
  await expect(page.getByRole("status").filter({ hasText: "保存しました" })).toBeVisible();
}

async function approveWhole(page: Page): Promise<void> {
  await page.goto(`/services/${SERVICE}/review`);
  const whole = page.locator("section").filter({ has: page.getByRole("heading", { name: "全体に回答する" }) }).last();
  await whole.getByLabel("承認する").check();
  await whole.getByRole("button", { name: "回答を送る" }).click();
  await expect(page.getByRole("status").filter({ hasText: "回答を記録しました" })).toBeVisible();
}

async function ask(office: Page): Promise<void> {
  await office.goto(`/services/${SERVICE}/review`);
  await office.getByRole("button", { name: "審査を依頼" }).click();
  await expect(office.getByRole("status").filter({ hasText: "審査を依頼しました" })).toBeVisible();
}

async function publish(office: Page): Promise<void> {
  await office.goto(`/services/${SERVICE}/review`);
  await office.getByRole("button", { name: "公開する", exact: true }).click();
  await expect(office.getByRole("status").filter({ hasText: "公開しました" })).toBeVisible();
}

/** The approver of A銀行 decides on what was put forward under this ticket. */
async function decide(approver: Page, address: string, ticket: string): Promise<void> {
  await approver.goto(new URL(address).pathname + "?institution=a-bank");
  await expect(approver.getByRole("main")).toContainText(ticket);
  await approver.getByRole("button", { name: "承認する" }).click();
  await expect(approver.getByRole("status").filter({ hasText: "承認しました" })).toBeVisible();
}

test.setTimeout(180_000);

test("three institutions and a coordinator: draft, publication, adoption, outdated, renewed", async ({ browser }) => {
  const folder = dataFolder();
  const program = await Program.start(folder, await freePort(), "--demo");
  const hanako = await enter(browser, program, "hanako@a-bank.example");
  const ichiro = await enter(browser, program, "ichiro@b-bank.example");
  const naoko = await enter(browser, program, "naoko@c-bank.example");
  const office = await enter(browser, program, "jimukyoku@kyohyo.example");
  const jiro = await enter(browser, program, "jiro@a-bank.example");

  // A draft of A's becomes a version once B and C have approved it.
  await write(hanako, "保管データは既定で暗号化される。");
  await ask(office);
  await approveWhole(ichiro);
  await approveWhole(naoko);
  await publish(office);

  // A decides for itself: one prepares, another decides.
  await hanako.goto(`/services/${SERVICE}/adoption/edit?institution=a-bank`);
  await hanako.getByRole("combobox", { name: /^判断/ }).selectOption({ label: "△ 条件付きで利用可" });
  await hanako.getByLabel("利用条件").fill("キャッシュに顧客番号を置かない。");
  await hanako.getByRole("button", { name: "保存" }).click();
  await expect(hanako.getByRole("status").filter({ hasText: "保存しました" })).toBeVisible();
  await hanako.goto(`/services/${SERVICE}/adoption/prepare?institution=a-bank`);
  await hanako.getByLabel("稟議・チケット番号（任意）").fill("RINGI-48-1");
  await hanako.getByRole("button", { name: "決裁に回す" }).click();
  await expect(hanako.getByRole("main")).toContainText("あなたが準備したため");
  await decide(jiro, hanako.url(), "RINGI-48-1");
  const approvals = hanako.getByRole("region", { name: "内部承認" });
  await hanako.goto(`/services/${SERVICE}/adoption?institution=a-bank`);
  await expect(approvals.getByRole("row").filter({ hasText: "● 承認済み" })).toHaveCount(1);

  // B corrects the common text, A and C approve it, a second version comes out: A's approval is outdated by itself.
  await write(ichiro, "保管データは設定すれば暗号化される。");
  await ask(office);
  await approveWhole(hanako);
  await approveWhole(naoko);
  await publish(office);
  await hanako.goto("/adoption?institution=a-bank");
  await hanako.getByRole("heading", { name: "見直しが必要な承認" }).locator("..").getByRole("link", { name: /ElastiCache/ }).click();
  const changes = hanako.getByRole("region", { name: "承認後の共通シートの変更" });
  await expect(changes).toContainText("未対応 1 / 1 箇所");
  await expect(changes.locator("ins").first()).toBeVisible();

  // Each change is answered, and from there the approval is renewed.
  await changes.getByRole("button", { name: "採用判断に反映" }).click();
  await expect(hanako.getByRole("status")).toHaveText("記録しました。");
  await hanako.getByRole("link", { name: "ここから更新する" }).click();
  await hanako.getByLabel("稟議・チケット番号（任意）").fill("RINGI-48-2");
  await hanako.getByRole("button", { name: "決裁に回す" }).click();
  await decide(jiro, hanako.url(), "RINGI-48-2");
  await hanako.goto(`/services/${SERVICE}/adoption?institution=a-bank`);
  await expect(approvals.getByRole("row").filter({ hasText: "● 承認済み" })).toHaveCount(1);
  await expect(approvals.getByRole("row").filter({ hasText: "後の承認に置換え" })).toHaveCount(1);

  // Of all that, the others know the common text and nothing else.
  for (const stranger of [ichiro, naoko, office]) {
    for (const path of ["", "/history", "/criteria", "/versions", "/review"]) {
      await stranger.goto(`/services/${SERVICE}${path}`);
      expect(await stranger.content(), path).not.toMatch(/RINGI-48|顧客番号/);
    }
    expect((await stranger.request.get(`/services/${SERVICE}/adoption?institution=a-bank`)).status()).toBe(404);
  }
  for (const page of [hanako, ichiro, naoko, office, jiro]) await page.context().close();
  await program.stop();
  remove(folder);
});
