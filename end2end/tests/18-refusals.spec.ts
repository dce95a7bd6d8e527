import type { Page } from "@playwright/test";
import { deflateRawSync } from "node:zlib";
import { save } from "../support/desk.ts";
import { expect, test } from "../support/test.ts";

const XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";

/** A compound file of the old kind; one that holds an encrypted package says so in UTF-16. */
function compound(stream: string): Buffer {
  return Buffer.concat([Buffer.from("d0cf11e0a1b11ae1", "hex"), Buffer.alloc(600), Buffer.from(stream, "utf16le"), Buffer.alloc(600)]);
}

/** A package of one part, written by hand so that it can promise what it likes. */
function zipped(name: string, text: Buffer): Buffer {
  const packed = deflateRawSync(text);
  const crc = Buffer.alloc(4);
  const head = (signature: number, extra: Buffer) => {
    const sizes = Buffer.alloc(12);
    sizes.writeUInt32LE(packed.length, 4);
    sizes.writeUInt32LE(text.length, 8);
    crc.copy(sizes, 0);
    const start = Buffer.alloc(4);
    start.writeUInt32LE(signature);
    const names = Buffer.alloc(4);
    names.writeUInt16LE(name.length, 0);
    return Buffer.concat([start, extra, Buffer.from([0, 0, 8, 0, 0, 0, 0, 0]), sizes, names]);
  };
  const local = Buffer.concat([head(0x04034b50, Buffer.from([20, 0])), Buffer.from(name), packed]);
  const entry = Buffer.concat([head(0x02014b50, Buffer.from([20, 0, 20, 0])), Buffer.alloc(14), Buffer.from(name)]);
  const end = Buffer.alloc(22);
  end.writeUInt32LE(0x06054b50, 0);
  end.writeUInt16LE(1, 8);
  end.writeUInt16LE(1, 10);
  end.writeUInt32LE(entry.length, 12);
  end.writeUInt32LE(local.length, 16);
  return Buffer.concat([local, entry, end]);
}

const files: [string, Buffer, string, string][] = [
  ["protected.xlsx", compound("EncryptedPackage"), "パスワードで保護されたブックです", "The workbook is protected by a password"],
  ["renamed.xlsx", compound("Workbook"), "旧形式（.xls）のブックです", "This is a workbook of the old format (.xls)"],
  ["open.xlsx", zipped("content.xml", Buffer.from("<office/>")), "OpenDocument 形式です", "This is an OpenDocument file"],
  ["binary.xlsx", zipped("xl/workbook.bin", Buffer.from("x")), "バイナリ形式（.xlsb）", "This is a binary workbook (.xlsb)"],
  ["large.xlsx", Buffer.concat([Buffer.from("PK\u0003\u0004"), Buffer.alloc(20 * 1024 * 1024)]), "ファイルが大きすぎます（上限 20 MB）", "The file is too large (at most 20 MB)"],
  ["bytes.csv", Buffer.concat([Buffer.from("\ufeff番号,暗号化\n1,"), Buffer.from([0xff, 0xff])]), "（2 行目）", "(line 2)"],
  ["much.csv", Buffer.from(`対策分類,概要\n${`K07,${"x".repeat(30_000)}\n`.repeat(300)}`), "20,000 件・8 MB までです", "at most 20,000 texts and 8 MB"],
];

async function choose(page: Page, name: string, buffer: Buffer): Promise<void> {
  await page.locator("form.drop input[type=file]").setInputFiles({ name, mimeType: XLSX, buffer });
  await page.locator("form.drop button").click();
}

test.describe("files that cannot be taken", () => {
  for (const [name, bytes, ja, en] of files) {
    for (const script of ["page", "plain"] as const) {
      test(`${name} is refused in both languages, script ${script === "page" ? "on" : "off"}`, async ({ page, plain }) => {
        const reader = script === "page" ? page : plain;
        await reader.goto("/import");
        for (const words of [ja, en]) {
          if (words === en) await reader.getByRole("button", { name: "English" }).click();
          if (script === "page") await reader.waitForLoadState("networkidle");
          await choose(reader, name, bytes);
          await expect(reader.getByRole("alert")).toContainText(words);
          // The way on: the form is still there.
          await expect(reader.locator("form.drop input[type=file]")).toBeVisible();
        }
      });
    }
  }

  test("a workbook that was cut short is refused, and the whole one is taken from the same page", async ({ page, world }) => {
    await save(page.request, world.url, "sqs", "criteria/K02/summary/ja", "切れたブックの文章");
    const whole = await (await page.request.get("/services/sqs/export?format=xlsx")).body();
    await page.goto("/import");
    await page.waitForLoadState("networkidle");
    for (const part of [0.2, 0.6, 0.98]) {
      await choose(page, "cut.xlsx", whole.subarray(0, Math.floor(whole.length * part)));
      await expect(page.getByRole("alert")).toContainText("壊れているか、途中で切れています");
    }
    await choose(page, "whole.xlsx", whole);
    await expect(page).toHaveURL(/\/import\/\w+/);
    await expect(page.getByText("取り込むものはありません。")).toBeVisible();
  });
});
