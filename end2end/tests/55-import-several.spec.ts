import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Page } from "@playwright/test";
import { cell, save } from "../support/desk.ts";
import { expect, test } from "../support/test.ts";
import { replaceText } from "../support/workbook.ts";

const XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";
const FOREIGN = new URL("../../assessments/tests/fixtures/wg/wg_hand.xlsx", import.meta.url);

test.describe("several files at once", () => {
  test("a good one is applied and undone, a bad one says why, one asks for its service", async ({ page, world }) => {
    const address = "criteria/K11/summary/ja";
    await save(page.request, world.url, "firehose", address, "まとめて取り込む前の文");
    const workbook = await (await page.request.get("/services/firehose/export?format=xlsx")).body();
    const edited = await replaceText(workbook, "まとめて取り込む前の文", "まとめて取り込んだ文");
    await page.goto("/import");
    await page.getByLabel(/ここにファイルを置くか/).setInputFiles([
      { name: "firehose.xlsx", mimeType: XLSX, buffer: edited },
      { name: "旧形式.xls", mimeType: XLSX, buffer: Buffer.from([0xd0, 0xcf, 0x11, 0xe0, 0xa1, 0xb1, 0x1a, 0xe1]) },
      { name: "手作り.xlsx", mimeType: XLSX, buffer: readFileSync(FOREIGN) },
    ]);
    await page.getByRole("button", { name: "読み込む" }).click();
    await expect(page).toHaveURL(/\/import\/several\//);
    const row = (name: string) => page.getByRole("row").filter({ hasText: name });
    await expect(row("旧形式.xls")).toContainText("保存し直してください");
    await expect(row("firehose.xlsx").getByRole("checkbox")).toBeChecked();
    for (const box of await page.getByRole("checkbox").all()) await box.setChecked(false);
    await row("firehose.xlsx").getByRole("checkbox").check();
    await page.getByRole("button", { name: "選んだファイルを適用する" }).click();
    await expect(row("firehose.xlsx")).toContainText("適用済み");

    const saved = page.waitForEvent("download");
    await page.getByRole("link", { name: "報告をExcelで保存" }).click();
    expect((await saved).suggestedFilename()).toMatch(/\.xlsx$/);
    await row("firehose.xlsx").getByRole("button", { name: /取込を取り消す/ }).click();
    await expect(page.getByRole("status").filter({ hasText: "取り消しました。" })).toBeVisible();
    await page.goto("/services/firehose/criteria");
    await expect(cell(page, "K11", "概要").locator(".cell-body")).toHaveText("まとめて取り込む前の文");
  });

  test("a folder stands for the files in it, chosen or dropped, with script and without", async ({ page, plain }) => {
    const folder = mkdtempSync(join(tmpdir(), "評価一式-"));
    try {
      mkdirSync(join(folder, "奥"));
      writeFileSync(join(folder, "手作り.xlsx"), readFileSync(FOREIGN));
      writeFileSync(join(folder, "奥", "旧形式.xls"), Buffer.from([0xd0, 0xcf, 0x11, 0xe0, 0xa1, 0xb1, 0x1a, 0xe1]));
      // What Excel leaves beside an open file is none of them.
      writeFileSync(join(folder, "~$手作り.xlsx"), "hanako");
      const both = async (seen: Page) => {
        await expect(seen).toHaveURL(/\/import\/several\//);
        await expect(seen.getByRole("row").filter({ hasText: "旧形式.xls" })).toContainText("保存し直してください");
        await expect(seen.getByRole("row").filter({ hasText: "手作り.xlsx" })).toHaveCount(1);
        await expect(seen.getByRole("main")).not.toContainText("~$");
      };
      for (const seen of [page, plain]) {
        await seen.goto("/import");
        await seen.getByLabel(/フォルダーごと選ぶ/).setInputFiles(folder);
        await seen.getByRole("button", { name: "フォルダーから取り込む" }).click();
        await both(seen);
      }
      await page.goto("/import");
      await page.waitForLoadState("networkidle");
      const box = await page.locator("form.drop").boundingBox();
      const browser = await page.context().newCDPSession(page);
      const data = { items: [], files: [folder], dragOperationsMask: 1 };
      for (const type of ["dragEnter", "dragOver", "drop"] as const) {
        await browser.send("Input.dispatchDragEvent", { type, x: box!.x + 20, y: box!.y + 20, data });
      }
      await both(page);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});
