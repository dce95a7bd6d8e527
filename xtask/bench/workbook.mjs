// Writes and reads the cells of a workbook with exceljs, over and over: `workbook.mjs SECONDS FILE PLAIN FOLDER`.
// PLAIN is what workbook.py wrote; FOLDER holds node_modules. Prints, with tabs between: what, how often, median seconds.

import { createRequire } from "node:module";
import { readFileSync } from "node:fs";
import { join } from "node:path";

const [seconds, file, plain, folder] = process.argv.slice(2);
const ExcelJS = createRequire(join(folder, "package.json"))("exceljs");
const sheets = JSON.parse(readFileSync(plain, "utf8"));
const content = readFileSync(file);

/** A style as exceljs has it. */
function look([name, size, bold, ink, background, border, horizontal, vertical, wrapText, numFmt]) {
  const lines = ["left", "right", "top", "bottom"].map((side, n) => [side, border[n] && { style: border[n] }]);
  return {
    font: { name, size, bold, color: ink ? { argb: `FF${ink}` } : undefined },
    fill: background ? { type: "pattern", pattern: "solid", fgColor: { argb: `FF${background}` } } : undefined,
    border: Object.fromEntries(lines.filter(([, line]) => line)),
    alignment: { horizontal, vertical: vertical === "center" ? "middle" : vertical, wrapText },
    numFmt,
  };
}

async function write() {
  const book = new ExcelJS.Workbook();
  const styles = new Map();
  for (const sheet of sheets) {
    const ws = book.addWorksheet(sheet.name, { state: sheet.hidden ? "hidden" : "visible" });
    for (const [letter, width] of Object.entries(sheet.widths)) ws.getColumn(letter).width = width;
    for (const [row, column, value, style] of sheet.cells) {
      const key = JSON.stringify(style);
      if (!styles.has(key)) styles.set(key, look(style));
      const cell = ws.getCell(row, column);
      if (value !== null) cell.value = value;
      cell.style = styles.get(key);
    }
    for (const [left, top, right, bottom] of sheet.merges) ws.mergeCells(top, left, bottom, right);
    for (const [number, height] of Object.entries(sheet.heights)) ws.getRow(Number(number)).height = height;
    for (const [formula, ranges] of sheet.lists)
      for (const where of ranges) ws.dataValidations.add(where, { type: "list", allowBlank: true, formulae: [formula] });
    ws.pageSetup.orientation = "landscape";
    ws.pageSetup.paperSize = 9;
  }
  return book.xlsx.writeBuffer();
}

async function read(bytes) {
  const book = new ExcelJS.Workbook();
  await book.xlsx.load(bytes);
  let count = 0;
  for (const ws of book.worksheets) ws.eachRow((row) => row.eachCell(() => count++));
  return count;
}

async function repeat(name, work) {
  const times = [];
  const start = performance.now();
  while (times.length < 3 || performance.now() - start < (Number(seconds) * 1000) / 2) {
    const one = performance.now();
    await work();
    times.push((performance.now() - one) / 1000);
  }
  times.sort((a, b) => a - b);
  console.log([name, times.length, times[times.length >> 1]].join("\t"));
}

const wanted = sheets.flatMap((s) => s.cells).filter(([, , value]) => value !== null).length;
if ((await read(await write())) < wanted || (await read(content)) < wanted) throw new Error("a cell was lost");
await repeat("exceljs write", write);
await repeat("exceljs read", () => read(content));
const version = JSON.parse(readFileSync(join(folder, "node_modules/exceljs/package.json"), "utf8")).version;
console.log(["versions", `exceljs ${version}`, `Node ${process.version}`].join("\t"));
