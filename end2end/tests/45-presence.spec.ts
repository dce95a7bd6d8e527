import { cell, editor, formOf, open, openSheet } from "../support/desk.ts";
import { expect, test } from "../support/test.ts";

const SHEET = "/services/efs/criteria";

test.describe("who else is here", () => {
  test("names in the head, a mark on the cell that somebody edits, and both go away", async ({ page, other }) => {
    await openSheet(page, SHEET);
    await openSheet(other, SHEET);
    const here = page.getByRole("list", { name: "ほかに閲覧中" });
    await expect(here.getByRole("listitem")).toHaveText(["田中 一郎（B銀行）"]);
    await expect(other.getByRole("list", { name: "ほかに閲覧中" })).toContainText("佐藤 花子（A銀行）");

    await open(cell(other, "K01", "概要"));
    await expect(editor(cell(other, "K01", "概要"))).toBeVisible();
    const mine = cell(page, "K01", "概要");
    await expect(mine).toContainText("田中 一郎（B銀行） さんが編集中");
    // Opening the same cell says so in the editor, and so does the plain form.
    await open(mine);
    const too = /さんもこのセルを編集しています/;
    await expect(mine.getByText(too)).toContainText("田中 一郎");
    await expect(cell(other, "K01", "概要").getByText(too)).toContainText("佐藤 花子");
    await editor(mine).press("Escape");
    const form = await page.context().newPage();
    await form.goto(formOf("efs", "criteria/K01/summary/ja"));
    await expect(form.getByRole("main")).toContainText("田中 一郎（B銀行） さんもこのセルを編集しています");
    await form.close();

    await editor(cell(other, "K01", "概要")).press("Escape");
    await expect(mine).not.toContainText("さんが編集中");
    await other.close();
    await expect(page.getByText("ほかに閲覧中")).toBeHidden();
  });

  test("a colleague's change of one's own institution's text is told, another institution's is not", async ({ page, other }) => {
    await openSheet(page, "/services/s3/criteria");
    await openSheet(other, "/services/s3/criteria");
    const source = await page.evaluate(() => performance.getEntriesByType("resource").filter((e) => e.name.includes("/live")).length);
    expect(source, "one stream a tab").toBeLessThanOrEqual(1);
    await expect(page.getByText("自機関の記載を")).toHaveCount(0);
    await expect(other.getByText("自機関の記載を")).toHaveCount(0);
  });
});
