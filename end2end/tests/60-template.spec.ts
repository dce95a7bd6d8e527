import { readFile } from "node:fs/promises";
import JSZip from "jszip";
import { enter } from "../support/people.ts";
import { expect, test } from "../support/test.ts";
import { parts } from "../support/workbook.ts";
import type { Page } from "@playwright/test";

const MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main";
const LINKS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";
const PACKAGE = "http://schemas.openxmlformats.org/package/2006";
const KIND = "application/vnd.openxmlformats-officedocument.spreadsheetml";

/** A workbook of an institution's: a title, a place for the verdict, a row for each category, a line below. */
async function form(verdict: string): Promise<Buffer> {
  const text = (at: string, words: string) => `<c r="${at}" t="inlineStr"><is><t>${words}</t></is></c>`;
  const rows = [
    `<row r="1">${text("A1", "利用申請書")}</row>`,
    `<row r="2">${text("B2", verdict)}</row>`,
    `<row r="3">${text("A3", "{{#対策}}{{番号}}")}${text("B3", "{{提供状況}}{{/対策}}")}</row>`,
    `<row r="4">${text("A4", "以上")}</row>`,
  ];
  const zip = new JSZip();
  zip.file("[Content_Types].xml", `<?xml version="1.0"?><Types xmlns="${PACKAGE}/content-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Override PartName="/xl/workbook.xml" ContentType="${KIND}.sheet.main+xml"/><Override PartName="/xl/worksheets/sheet1.xml" ContentType="${KIND}.worksheet+xml"/></Types>`);
  zip.file("_rels/.rels", `<?xml version="1.0"?><Relationships xmlns="${PACKAGE}/relationships"><Relationship Id="rId1" Type="${LINKS}/officeDocument" Target="xl/workbook.xml"/></Relationships>`);
  zip.file("xl/workbook.xml", `<?xml version="1.0"?><workbook xmlns="${MAIN}" xmlns:r="${LINKS}"><sheets><sheet name="申請" sheetId="1" r:id="rId1"/></sheets></workbook>`);
  zip.file("xl/_rels/workbook.xml.rels", `<?xml version="1.0"?><Relationships xmlns="${PACKAGE}/relationships"><Relationship Id="rId1" Type="${LINKS}/worksheet" Target="worksheets/sheet1.xml"/></Relationships>`);
  zip.file("xl/worksheets/sheet1.xml", `<?xml version="1.0"?><worksheet xmlns="${MAIN}"><sheetData>${rows.join("")}</sheetData></worksheet>`);
  return zip.generateAsync({ type: "nodebuffer", compression: "DEFLATE" });
}

async function send(page: Page, workbook: Buffer, button: string): Promise<void> {
  await page.getByLabel("ブック").setInputFiles({ name: "申請書.xlsx", mimeType: `${KIND}.sheet`, buffer: workbook });
  await page.getByRole("button", { name: button }).click();
}

test("script off: an institution's own template is checked, kept, filled and retired", async ({ browser, world, page, other }) => {
  const approver = await enter(browser, world, "jiro@a-bank.example", { javaScriptEnabled: false });
  await approver.goto("/templates?institution=a-bank");
  await expect(approver.getByRole("main")).toContainText("テンプレートはまだありません。");

  await approver.getByLabel("名前（空ならファイル名）").fill("利用申請書");
  await send(approver, await form("{{はんだん}}"), "登録する");
  await expect(approver.getByRole("alert").filter({ hasText: "直すところ" })).toContainText("申請!B2 {{はんだん}}");
  await expect(approver.getByLabel("名前（空ならファイル名）")).toHaveValue("利用申請書");
  await send(approver, await form("{{判断}}"), "差し込み位置を確かめる");
  await expect(approver.getByRole("status")).toContainText("問題はありません。");

  await approver.getByLabel("名前（空ならファイル名）").fill("利用申請書");
  await send(approver, await form("{{判断}}"), "登録する");
  await expect(approver.getByRole("heading", { level: 1 })).toHaveText("利用申請書 第 1 版");
  await expect(approver.getByRole("row").filter({ hasText: "{{提供状況}}" })).toContainText("対策の行ごと");

  // A colleague fills it from the service's own page.
  await page.goto("/services/lambda/adoption?institution=a-bank");
  const links = page.getByRole("region", { name: "自機関のテンプレートで出力" });
  const download = page.waitForEvent("download");
  await links.getByRole("link", { name: "利用申請書 v1" }).click();
  const file = await readFile((await (await download).path())!);
  const filled = await parts(file);
  const sheet = filled.get("xl/worksheets/sheet1.xml")!;
  expect(sheet).toContain("△ 条件付きで利用可");
  expect(sheet).not.toContain("{{");
  expect(sheet).toContain('<row r="22">');
  expect(filled.get("xl/workbook.xml")).toBe((await parts(await form("{{判断}}"))).get("xl/workbook.xml"));

  const foreign = await other.goto("/templates?institution=a-bank");
  expect(foreign!.status()).toBe(404);

  await approver.getByRole("button", { name: "使用を終える" }).click();
  await expect(approver.getByRole("status")).toContainText("この版の使用を終えました。");
  await page.reload();
  await expect(links).toHaveCount(0);
  await approver.context().close();
});
