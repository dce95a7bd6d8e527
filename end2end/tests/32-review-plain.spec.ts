import { save } from "../support/desk.ts";
import { enter } from "../support/people.ts";
import { expect, test } from "../support/test.ts";

test("with script off: share out, ask for a review, refuse what is missing, close", async ({ browser, page, world }) => {
  await save(page.request, world.url, "mq", "criteria/K11/summary/ja", "API の操作は CloudTrail に残る。");
  const office = await enter(browser, world, "jimukyoku@kyohyo.example", { javaScriptEnabled: false });

  await office.goto("/services/mq/assignments");
  await expect(office.getByText("このシートの分担はまだありません。")).toBeVisible();
  await office.getByText("まとめて割り当てる").click();
  const turns = office.locator("form").filter({ has: office.getByRole("heading", { name: "順番に" }) });
  await turns.getByLabel("期限（任意）").fill("2020-01-31");
  await turns.getByRole("button", { name: "割り当てる" }).click();
  await expect(office.getByRole("alert")).toContainText("機関が選ばれていません");
  await expect(turns.getByLabel("期限（任意）")).toHaveValue("2020-01-31");
  await turns.getByLabel("A銀行").check();
  await turns.getByLabel("B銀行").check();
  await turns.getByRole("button", { name: "割り当てる" }).click();
  await expect(office.getByRole("status").filter({ hasText: "分担を保存しました（19 件）。" })).toBeVisible();
  await office.getByLabel("機関 K02").selectOption({ label: "（なし）" });
  await office.getByRole("button", { name: "分担を保存" }).click();
  await expect(office.getByRole("status").filter({ hasText: "（1 件）" })).toBeVisible();

  await page.goto("/assignments");
  const mine = page.getByRole("row").filter({ hasText: "2020-01-31" }).first();
  await expect(mine).toContainText("A銀行");
  await mine.getByRole("link").click();
  await page.goto("/services/mq/criteria");
  await expect(page.locator("#K01")).toContainText("担当：A銀行");

  await office.goto("/services/mq/review");
  await office.getByLabel("審査してほしい点（任意）").fill("記録の残し方");
  await office.getByRole("button", { name: "審査を依頼" }).click();
  await expect(office.getByText("記録の残し方")).toBeVisible();
  await expect(office.getByText(/件のセルが承認を待っています/)).toBeVisible();
  await office.getByRole("button", { name: "公開せずに終える" }).click();
  await expect(office.getByRole("status").filter({ hasText: "審査を終えました" })).toBeVisible();
  await office.getByRole("link", { name: /\d{4}-\d{2}-\d{2}/ }).first().click();
  await expect(office.getByText("公開せず終了").first()).toBeVisible();
  await office.context().close();
});
