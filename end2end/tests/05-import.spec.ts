import type { Page } from "@playwright/test";
import { readFileSync } from "node:fs";
import { cell, save } from "../support/desk.ts";
import { expect, test } from "../support/test.ts";
import { replaceText } from "../support/workbook.ts";

const XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";
const FOREIGN = new URL("../../assessments/tests/fixtures/wg/wg_hand.xlsx", import.meta.url);

/** Lets a file fall on the form, as from the desk of the computer. */
async function drop(page: Page, name: string, bytes: Buffer): Promise<void> {
  await expect(page.getByRole("main").locator("form.drop")).toBeVisible();
  const files = await page.evaluateHandle(
    ({ name, base64, type }) => {
      const bytes = Uint8Array.from(atob(base64), (c) => c.charCodeAt(0));
      const transfer = new DataTransfer();
      transfer.items.add(new File([bytes], name, { type }));
      return transfer;
    },
    { name, base64: bytes.toString("base64"), type: XLSX },
  );
  await page.locator("form.drop").dispatchEvent("drop", { dataTransfer: files });
}

/** The number over a word in the preview's counts. */
function count(page: Page, word: string) {
  return page
    .locator(".counts .stat")
    .filter({ has: page.getByText(word, { exact: true }) })
    .locator("b");
}

/** The page for dropping files, once its island listens. */
async function openImport(page: Page, path = "/import"): Promise<void> {
  await page.goto(path);
  await page.waitForFunction(() => document.querySelector("leptos-island:not([data-x])") !== null);
  await page.waitForLoadState("networkidle");
}

test.describe("workbooks", () => {
  test("out with the button and back by a drop: no difference", async ({ page }) => {
    await page.goto("/services/s3");
    const saved = page.waitForEvent("download");
    await page.getByRole("link", { name: "Excel出力" }).click();
    const download = await saved;
    expect(download.suggestedFilename()).toMatch(/^[\w.-]+\.xlsx$/);
    const bytes = readFileSync(await download.path());
    expect(bytes.subarray(0, 2).toString()).toBe("PK");

    await openImport(page);
    await drop(page, download.suggestedFilename(), bytes);
    await expect(page).toHaveURL(/\/import\/\w+/);
    await expect(page.getByText("取り込むものはありません。")).toBeVisible();
    for (const word of ["追加", "変更", "競合", "削除の提案"]) await expect(count(page, word)).toHaveText("0");
  });

  test("one edited cell is exactly one change: applied, in the history, undone", async ({ page, world }) => {
    await save(page.request, world.url, "dynamodb", "criteria/K07/summary/ja", "鍵は取込試験のために置いた文です。");
    await save(page.request, world.url, "dynamodb", "criteria/K08/summary/ja", "隣の文です。");
    const workbook = await (await page.request.get("/services/dynamodb/export?format=xlsx")).body();
    const edited = await replaceText(workbook, "鍵は取込試験のために置いた文です。", "鍵は利用者が選んだ文です。");

    await openImport(page, "/import?service=dynamodb");
    await drop(page, "dynamodb.xlsx", edited);
    await expect(page).toHaveURL(/\/import\/\w+/);
    await expect(count(page, "変更")).toHaveText("1");
    await expect(count(page, "追加")).toHaveText("0");
    const rows = page.getByRole("table").filter({ hasText: "取込後" }).locator("tbody tr");
    await expect(rows).toHaveCount(1);
    await expect(rows.first()).toContainText("criteria/K07/summary/ja");
    await expect(rows.first().getByRole("deletion").first()).toBeVisible();
    await expect(rows.first()).toContainText("利用者が選んだ");
    await expect(rows.first().getByRole("checkbox")).toBeChecked();
    await page.getByRole("button", { name: "選んだセルを適用する" }).click();

    const done = page.getByRole("status").filter({ hasText: /適用しました/ });
    await expect(done).toContainText("1 セル");
    await page.goto("/services/dynamodb/criteria");
    await expect(cell(page, "K07", "概要").locator(".cell-body")).toHaveText("鍵は利用者が選んだ文です。");
    await page.goBack();
    await done.getByRole("link", { name: "履歴" }).click();
    const newest = page.getByRole("main").locator("ol > li").first();
    await expect(newest).toContainText("佐藤 花子");
    await expect(newest).toContainText("dynamodb.xlsx");
    await page.goBack();
    await page.getByRole("button", { name: "取込を取り消す" }).click();
    await expect(page.getByRole("status").filter({ hasText: "取り消しました。" })).toBeVisible();
    await page.goto("/services/dynamodb/criteria");
    await expect(cell(page, "K07", "概要").locator(".cell-body")).toHaveText("鍵は取込試験のために置いた文です。");
    await expect(cell(page, "K08", "概要").locator(".cell-body")).toHaveText("隣の文です。");
  });

  test("a colleague changed the same words meanwhile: the conflict is shown and settled", async ({ page, other, world }) => {
    const address = "criteria/K09/summary/ja";
    await save(page.request, world.url, "dynamodb", address, "競合の元の文章");
    const workbook = await (await page.request.get("/services/dynamodb/export?format=xlsx")).body();
    const edited = await replaceText(workbook, "競合の元の文章", "競合のブックの文章");
    await save(other.request, world.url, "dynamodb", address, "競合の同僚の文章");
    await openImport(page);
    await drop(page, "dynamodb.xlsx", edited);
    await expect(count(page, "競合")).toHaveText("1");
    const own = page.getByLabel("まとめた文章");
    await expect(own).toHaveValue("競合の同僚の文章");
    await own.fill("競合の同僚とブックの文章");
    await page.getByRole("button", { name: "選んだセルを適用する" }).click();
    await expect(page.getByRole("status").filter({ hasText: /適用しました/ })).toBeVisible();
    await page.goto("/services/dynamodb/criteria");
    await expect(cell(page, "K09", "概要").locator(".cell-body")).toHaveText("競合の同僚とブックの文章");
  });

  test("a workbook made by hand shows how its categories were taken", async ({ page }) => {
    await openImport(page, "/import?service=glue");
    await drop(page, "wg_hand.xlsx", readFileSync(FOREIGN));
    await expect(page).toHaveURL(/\/import\/\w+/);
    const mapping = page.getByRole("table").filter({ hasText: "ブックの分類名" });
    await expect(page.getByText("分類の対応づけ")).toBeVisible();
    if (!(await mapping.isVisible())) await page.getByText("分類の対応づけ").click();
    const choices = mapping.getByRole("combobox");
    expect(await choices.count()).toBeGreaterThanOrEqual(15);
    expect(Number(await count(page, "追加").textContent())).toBeGreaterThan(20);

    // A correction is remembered for the next file.
    await choices.first().selectOption({ value: "K19" });
    await page.getByRole("button", { name: "対応づけを保存して読み直す" }).click();
    await openImport(page, "/import?service=glue");
    await drop(page, "wg_hand.xlsx", readFileSync(FOREIGN));
    await expect(page).toHaveURL(/\/import\/\w+/);
    if (!(await mapping.isVisible())) await page.getByText("分類の対応づけ").click();
    await expect(choices.first()).toHaveValue("K19");
  });

  for (const [name, bytes, reason] of [
    ["notes.xlsx", Buffer.from("これはブックではありません"), /ブックとして読めないファイルです|壊れて/],
    ["cut.xlsx", Buffer.from("PK\u0003\u0004\u0014\u0000broken"), /壊れているか、途中で切れています|読めない/],
    ["empty.xlsx", Buffer.alloc(0), /ファイルが空です/],
    ["page.xlsx", Buffer.from("<html><body><table><tr><td>1</td></tr></table></body></html>"), /HTML または XML/],
  ] as const) {
    test(`${name} is refused with a reason`, async ({ page }) => {
      await openImport(page);
      await drop(page, name, bytes);
      await expect(page.getByRole("alert")).toContainText(reason);
      await expect(page).toHaveURL(/\/import$/);
    });
  }
});
