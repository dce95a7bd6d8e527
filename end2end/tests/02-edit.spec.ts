import { cell, editor, open, openSheet, save } from "../support/desk.ts";
import { expect, test } from "../support/test.ts";

const SHEET = "/services/sqs/criteria";

test.describe("editing in place", () => {
  test("a double click opens the editor, Ctrl+Enter saves, and it is there after a reload", async ({ page }) => {
    await openSheet(page, SHEET);
    const here = cell(page, "K01", "概要");
    await open(here);
    await expect(editor(here)).toBeFocused();
    await editor(here).fill("**責任分界**は利用者と事業者で分かれる。");
    await expect(here.getByRole("status")).toContainText("未保存");
    await editor(here).press("Control+Enter");
    await expect(here.getByRole("status")).toContainText(/✓ 保存済み \d\d:\d\d/);
    await expect(editor(here)).toHaveCount(0);
    await expect(here.locator("strong")).toHaveText("責任分界");
    await page.reload();
    await expect(cell(page, "K01", "概要").locator("strong")).toHaveText("責任分界");
  });

  test("Enter on a focused cell opens the editor, Esc gives the old text back", async ({ page, world }) => {
    await save(page.request, world.url, "sqs", "criteria/K02/summary/ja", "元の文章です。");
    await openSheet(page, SHEET);
    const here = cell(page, "K02", "概要");
    await here.focus();
    await page.keyboard.press("Enter");
    await expect(editor(here)).toBeFocused();
    await expect(editor(here)).toHaveValue("元の文章です。");
    await editor(here).fill("捨てる文章");
    await page.keyboard.press("Escape");
    await expect(editor(here)).toHaveCount(0);
    await expect(here).toContainText("元の文章です。");
    await expect(here).toBeFocused();
    await page.reload();
    await expect(cell(page, "K02", "概要")).toContainText("元の文章です。");
    await expect(editor(cell(page, "K02", "概要"))).toHaveCount(0);
  });

  test("a choice is made in place, and Markdown can be looked at first", async ({ page }) => {
    await openSheet(page, SHEET);
    const mark = cell(page, "K03", "提供状況");
    await open(mark);
    await mark.getByRole("combobox").selectOption({ value: "can_enable" });
    await mark.getByRole("button", { name: "保存" }).click();
    await expect(mark.locator(".cell-body")).toContainText("○");

    const text = cell(page, "K03", "概要");
    await open(text);
    await editor(text).fill("- 一つ\n- 二つ");
    await text.getByRole("button", { name: "プレビュー" }).click();
    await expect(text.getByRole("listitem")).toHaveText(["一つ", "二つ"]);
    await text.getByRole("button", { name: "閉じる" }).click();
    await expect(editor(text)).toHaveCount(0);
  });

  test("unsaved text is there after a reload", async ({ page }) => {
    await openSheet(page, SHEET);
    const here = cell(page, "K04", "概要");
    await open(here);
    await editor(here).fill("まだ保存していない長い文章");
    await page.reload();
    await expect(editor(here)).toHaveValue("まだ保存していない長い文章");
    await expect(here).toContainText("保存していない文章を復元しました。");
    await editor(here).press("Control+Enter");
    await expect(here.getByRole("status")).toContainText("✓ 保存済み");
    await page.reload();
    await expect(here.locator(".cell-body")).toHaveText("まだ保存していない長い文章");
    await expect(editor(here)).toHaveCount(0);
  });

  test("a server that is gone keeps the text and says so; saving again works", async ({ page }) => {
    await openSheet(page, SHEET);
    const here = cell(page, "K05", "概要");
    await open(here);
    await editor(here).fill("届かない文章");
    await page.route("**/api/**", (route) => route.abort());
    await editor(here).press("Control+Enter");
    await expect(here.getByRole("status")).toContainText("保存できませんでした。文章はこの端末に残っています。");
    await expect(editor(here)).toHaveValue("届かない文章");
    await page.unroute("**/api/**");
    await here.getByRole("button", { name: /保存/ }).first().click();
    await expect(here.getByRole("status")).toContainText("✓ 保存済み");
    await expect(here.locator(".cell-body")).toHaveText("届かない文章");
  });

  test("who is signed out meanwhile loses nothing", async ({ page, context, world }) => {
    await openSheet(page, SHEET);
    const here = cell(page, "K06", "概要");
    await open(here);
    await editor(here).fill("期限切れでも残る文章");
    await context.clearCookies({ name: "kyohyo_session" });
    await editor(here).press("Control+Enter");
    await expect(here.getByRole("status")).toContainText("サインイン");
    await expect(editor(here)).toHaveValue("期限切れでも残る文章");
    await context.addCookies(world.hanako.state.cookies);
    await page.goto(SHEET);
    await expect(editor(here)).toHaveValue("期限切れでも残る文章");
  });

  test("rows are added, and deleted rows come back from the history", async ({ page }) => {
    await page.goto("/services/sqs/scenarios");
    await page.getByRole("button", { name: /シナリオを追加/ }).click();
    await expect(page.getByRole("rowheader", { name: /S-01/ })).toBeVisible();
    await page.getByRole("button", { name: "行を削除 S-01" }).click();
    await expect(page.getByRole("rowheader", { name: /S-01/ })).toHaveCount(0);
    await page.goto("/services/sqs/history");
    await page.getByRole("listitem").getByRole("button", { name: "この変更を取り消す" }).first().click();
    await expect(page.getByRole("status").filter({ hasText: "取り消しました。" })).toBeVisible();
    await page.goto("/services/sqs/scenarios");
    await expect(page.getByRole("rowheader", { name: /S-01/ })).toBeVisible();
  });
});
