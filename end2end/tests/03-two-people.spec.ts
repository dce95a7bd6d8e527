import { cell, editor, open, openSheet, save } from "../support/desk.ts";
import { expect, test } from "../support/test.ts";

const SHEET = "/services/sns/criteria";

test.describe("two people", () => {
  test("a colleague's change arrives within a second", async ({ page, other }) => {
    await openSheet(other, SHEET);
    await openSheet(page, SHEET);
    const mine = cell(page, "K01", "概要");
    await open(mine);
    await editor(mine).fill("花子が今書いた文章");
    await editor(mine).press("Control+Enter");
    await expect(mine.getByRole("status")).toContainText("✓ 保存済み");
    const theirs = cell(other, "K01", "概要");
    await expect(theirs.locator(".cell-body")).toHaveText("花子が今書いた文章", { timeout: 1_000 });
    await expect(theirs.getByRole("status")).toContainText("佐藤 花子 さんが変更しました");
  });

  test("what is being typed is not touched, and different words of one cell merge", async ({ page, other, world }) => {
    await save(page.request, world.url, "sns", "criteria/K02/summary/ja", "alpha beta gamma delta epsilon");
    await openSheet(page, SHEET);
    await openSheet(other, SHEET);
    const hers = cell(page, "K02", "概要");
    const his = cell(other, "K02", "概要");
    await open(his);
    await editor(his).fill("alpha beta gamma delta EPSILON");
    await open(hers);
    await editor(hers).fill("ALPHA beta gamma delta epsilon");
    await editor(hers).press("Control+Enter");
    await expect(hers.getByRole("status")).toContainText("✓ 保存済み");

    await expect(his).toContainText("編集中に 佐藤 花子 さんがこのセルを変更しました");
    await expect(editor(his)).toHaveValue("alpha beta gamma delta EPSILON");
    await editor(his).press("Control+Enter");
    await expect(his.locator(".cell-body")).toHaveText("ALPHA beta gamma delta EPSILON");
    await expect(his.getByRole("status")).toContainText("ほかの人の変更と統合して保存しました。");
    await expect(hers.locator(".cell-body")).toHaveText("ALPHA beta gamma delta EPSILON");
  });

  test("the same words: base, theirs and yours are shown, and nothing is lost", async ({ page, other, world }) => {
    await save(page.request, world.url, "sns", "criteria/K03/summary/ja", "保存期間は三か月とする。");
    await openSheet(page, SHEET);
    await openSheet(other, SHEET);
    const hers = cell(page, "K03", "概要");
    const his = cell(other, "K03", "概要");
    await open(hers);
    await open(his);
    await expect(editor(his)).toHaveValue("保存期間は三か月とする。");
    await editor(hers).fill("保存期間は一年とする。");
    await editor(hers).press("Control+Enter");
    await expect(hers.getByRole("status")).toContainText("✓ 保存済み");

    await editor(his).fill("保存期間は半年とする。");
    await editor(his).press("Control+Enter");
    const conflict = his.getByRole("group", { name: /同じ箇所を変更しました/ });
    await expect(conflict.getByRole("alert")).toContainText("何も上書きしていません");
    await expect(conflict.getByRole("alert")).toContainText("佐藤 花子");
    const pane = (title: string) =>
      conflict.locator("section").filter({ has: other.getByRole("heading", { name: title }) });
    await expect(pane("元の文章")).toContainText("三か月");
    await expect(pane("現在の文章")).toContainText("一年");
    await expect(pane("あなたの文章")).toContainText("半年");
    // Nothing was written over while the two differ.
    await expect(editor(his)).toHaveValue("保存期間は半年とする。");
    await expect(hers.locator(".cell-body")).toHaveText("保存期間は一年とする。");

    await editor(his).fill("保存期間は半年、監査記録は一年とする。");
    await conflict.getByRole("button", { name: "統合して保存" }).click();
    await expect(his.locator(".cell-body")).toHaveText("保存期間は半年、監査記録は一年とする。");
    await expect(hers.locator(".cell-body")).toHaveText("保存期間は半年、監査記録は一年とする。");

    await page.goto("/services/sns/history?cell=criteria%2FK03%2Fsummary%2Fja");
    const history = page.getByRole("main").getByRole("listitem").filter({ hasText: "第" });
    await expect(history).toHaveCount(3);
    await expect(history.nth(0)).toContainText("田中 一郎");
    await expect(history.nth(1)).toContainText("佐藤 花子");
  });

  test("taking theirs ends the conflict without a new text", async ({ page, other, world }) => {
    const base = await save(page.request, world.url, "sns", "criteria/K04/summary/ja", "一");
    await openSheet(other, SHEET);
    const his = cell(other, "K04", "概要");
    await open(his);
    await editor(his).fill("三");
    await save(page.request, world.url, "sns", "criteria/K04/summary/ja", "二", base);
    await editor(his).press("Control+Enter");
    await his.getByRole("button", { name: "現在の文章を使う" }).click();
    await expect(editor(his)).toHaveValue("二");
    await editor(his).press("Control+Enter");
    await expect(editor(his)).toHaveCount(0);
    await expect(his.locator(".cell-body")).toHaveText("二");
  });
});
