import { formOf, save } from "../support/desk.ts";
import { expect, test } from "../support/test.ts";

const CELL = "criteria/K05/summary/ja";

test.describe("taking back, with script off", () => {
  test("my last change goes from the sheet, and a colleague's stays", async ({ plain, page, other, world }) => {
    await save(page.request, world.url, "efs", CELL, "一行目\n二行目");
    const base = await save(page.request, world.url, "efs", CELL, "一行目を直した\n二行目");
    await save(other.request, world.url, "efs", CELL, "一行目を直した\n二行目を直した", base);
    await plain.goto("/services/efs/criteria");
    await plain.getByRole("button", { name: "自分の直前の変更を取り消す" }).click();
    await expect(plain.getByRole("status").filter({ hasText: "取り消しました" })).toBeVisible();
    await expect(plain).toHaveURL(/\/services\/efs\/criteria\?done=undone/);
    await plain.goto(formOf("efs", CELL));
    await expect(plain.getByRole("textbox", { name: /概要/ })).toHaveValue("一行目\n二行目を直した");

    // The change before it meets the colleague's words: nothing is overwritten, the three texts are shown.
    await plain.goto("/services/efs/history");
    await plain.getByRole("button", { name: "自分の直前の変更を取り消す" }).click();
    await expect(plain.getByRole("alert")).toContainText("何も上書きしていません");
    const unmerged = plain.getByRole("region", { name: "統合できないセル" });
    await expect(unmerged).toContainText("二行目を直した");
    await expect(unmerged.getByRole("heading", { name: "あなたの文章" })).toBeVisible();
    await unmerged.getByRole("link", { name: "このセルを編集" }).click();
    await expect(plain.getByRole("textbox", { name: /概要/ })).toHaveValue("一行目\n二行目を直した");
  });

  test("buttons stand only where they would work", async ({ plain, page, other, world }) => {
    await save(page.request, world.url, "efs", "criteria/K06/summary/ja", "花子の文章");
    await save(other.request, world.url, "efs", "criteria/K06/limits/ja", "一郎の文章");
    await plain.goto("/services/efs/history");
    const entries = plain.getByRole("main").getByRole("listitem").filter({ hasText: "第" });
    await expect(entries.nth(0)).toContainText("田中 一郎");
    await expect(entries.nth(0).getByRole("button", { name: "この変更を取り消す" })).toHaveCount(0);
    await expect(entries.nth(1).getByRole("button", { name: "この変更を取り消す" })).toBeVisible();
  });
});
