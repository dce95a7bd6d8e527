import type { Page } from "@playwright/test";
import { save } from "../support/desk.ts";
import { enter } from "../support/people.ts";
import { expect, test } from "../support/test.ts";

/** The panel of a changed cell. */
const changed = (page: Page, text: string) => page.getByRole("listitem").filter({ hasText: text }).first();

test("a coordinator asks, two institutions answer, an objection stops it, and what is approved becomes a version", async ({ page, other, browser, world }) => {
  const office = await enter(browser, world, "jimukyoku@kyohyo.example");
  const naoko = await enter(browser, world, "naoko@c-bank.example");
  await save(page.request, world.url, "elasticache", "criteria/K07/summary/ja", "保管データは既定で暗号化される。");

  await office.goto("/services/elasticache/review");
  await expect(office.getByText("保管データは既定で暗号化される。")).toBeVisible();
  await office.getByLabel("審査してほしい点（任意）").fill("暗号化の記述を見てください");
  await office.getByLabel("期限（任意）").fill("2031-01-31");
  await office.getByRole("button", { name: "審査を依頼" }).click();
  await expect(office.getByRole("status").filter({ hasText: "審査を依頼しました" })).toBeVisible();
  await expect(office.getByText("書いた機関：")).toContainText("A銀行");

  await other.goto("/rounds");
  await other.getByRole("row").filter({ hasText: "2031-01-31" }).getByRole("link").click();
  const whole = other.locator("section").filter({ has: other.getByRole("heading", { name: "全体に回答する" }) }).last();
  await whole.getByLabel("承認する").check();
  await whole.getByRole("button", { name: "回答を送る" }).click();
  await expect(other.getByRole("status").filter({ hasText: "回答を記録しました" })).toBeVisible();
  await expect(changed(other, "保管データは既定で暗号化される。")).toContainText("承認 1 / 2");

  // A reviewer of a third institution objects to one cell, first without saying why.
  await naoko.goto("/services/elasticache/review");
  const cell = changed(naoko, "保管データは既定で暗号化される。");
  await cell.getByText("このセルに回答する").click();
  await cell.getByLabel("異議を申し立てる").check();
  await cell.getByRole("button", { name: "回答を送る" }).click();
  await expect(naoko.getByRole("alert")).toContainText("コメントが必要です");
  await expect(cell.getByLabel("異議を申し立てる")).toBeChecked();
  await cell.getByLabel(/コメント/).fill("根拠の URL がありません");
  await cell.getByRole("button", { name: "回答を送る" }).click();
  await office.reload();
  await expect(office.getByText(/異議 1 件/)).toBeVisible();
  await expect(office.getByRole("button", { name: "公開する", exact: true })).toHaveCount(0);

  // Changed as asked: the approval of before is lost, the objection stands until it is withdrawn.
  await save(page.request, world.url, "elasticache", "criteria/K07/summary/ja", "保管データは既定で暗号化される（AWS 所有の鍵）。");
  await other.reload();
  await expect(changed(other, "AWS 所有の鍵")).toContainText("変更により失効：B銀行");
  await whole.getByLabel("承認する").check();
  await whole.getByRole("button", { name: "回答を送る" }).click();
  await naoko.goto("/services/elasticache/review");
  const again = changed(naoko, "AWS 所有の鍵");
  await again.getByText("このセルに回答する").click();
  await again.getByLabel("承認する").check();
  await again.getByRole("button", { name: "回答を送る" }).click();
  const all = naoko.locator("section").filter({ has: naoko.getByRole("heading", { name: "全体に回答する" }) }).last();
  await all.getByLabel("承認する").check();
  await all.getByRole("button", { name: "回答を送る" }).click();

  await office.reload();
  await office.getByLabel("公開にあたっての説明（任意）").fill("最初の版");
  await office.getByRole("button", { name: "公開する", exact: true }).click();
  await expect(office.getByRole("status").filter({ hasText: "公開しました" })).toBeVisible();
  const version = office.getByRole("row").filter({ hasText: "最初の版" }).getByRole("link").first();
  await expect(version).toHaveText(/^\d{4}\.\d{1,2}\.1$/);
  await version.click();
  await expect(office.getByText("内容はハッシュと一致しています。")).toBeVisible();
  await expect(office.getByText("AWS 所有の鍵", { exact: false }).first()).toBeVisible();
  await office.getByRole("link", { name: "審査を見る" }).click();
  await expect(office.getByText("根拠の URL がありません").first()).toBeVisible();

  // The published text stays as it was.
  await save(page.request, world.url, "elasticache", "criteria/K07/summary/ja", "後から書き換えた。");
  await page.goto("/services/elasticache/versions");
  await page.getByRole("row").filter({ hasText: "最初の版" }).getByRole("link").first().click();
  await expect(page.getByText("AWS 所有の鍵", { exact: false }).first()).toBeVisible();
  await expect(page.getByRole("main")).not.toContainText("後から書き換えた。");
  await expect(page.getByRole("link", { name: /公開版 .*公開後の変更 1 件/ })).toBeVisible();
  await office.context().close();
  await naoko.context().close();
});
