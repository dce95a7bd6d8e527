/** Changes a text inside a workbook and nothing else, as bytes: every identity that the export wrote stays. */

import JSZip from "jszip";

/** Replaces a text that stands in exactly one place of the workbook. */
export async function replaceText(workbook: Buffer, from: string, to: string): Promise<Buffer> {
  const zip = await JSZip.loadAsync(workbook);
  let places = 0;
  for (const name of Object.keys(zip.files).filter((n) => /^xl\/(sharedStrings|worksheets\/[^/]+)\.xml$/.test(n))) {
    const xml = await zip.files[name].async("string");
    const parts = xml.split(from);
    if (parts.length === 1) continue;
    places += parts.length - 1;
    zip.file(name, parts.join(to));
  }
  if (places !== 1) throw new Error(`“${from}” stands in ${places} places of the workbook`);
  return zip.generateAsync({ type: "nodebuffer", compression: "DEFLATE" });
}

/** Every XML part of a workbook, by its name. */
export async function parts(workbook: Buffer): Promise<Map<string, string>> {
  const zip = await JSZip.loadAsync(workbook);
  const names = Object.keys(zip.files).filter((name) => name.endsWith(".xml"));
  return new Map(await Promise.all(names.map(async (name) => [name, await zip.files[name].async("string")] as const)));
}
