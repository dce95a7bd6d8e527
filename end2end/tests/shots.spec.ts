import { mkdirSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { save } from "../support/desk.ts";
import { places, preview } from "../support/places.ts";
import { NOBODY, test } from "../support/test.ts";
import { replaceText } from "../support/workbook.ts";

const FOLDER = fileURLToPath(new URL("../shots/", import.meta.url));

test("pictures of every page @shots", async ({ browser, page, world }) => {
  mkdirSync(FOLDER, { recursive: true });
  await save(page.request, world.url, "ecs", "criteria/K01/summary/ja", "確認画面のための文章");
  const workbook = await (await page.request.get("/services/ecs/export?format=xlsx")).body();
  const edited = await replaceText(workbook, "確認画面のための文章", "確認画面のために変えた文章");
  const path = await preview(page.request, world.url, "ecs", edited);
  const all = [...places, { name: "import-preview", path, outside: false }];
  for (const lang of ["ja", "en"]) {
    for (const width of [1440, 390]) {
      for (const colorScheme of width === 1440 && lang === "ja" ? (["light", "dark"] as const) : (["light"] as const)) {
        for (const outside of [false, true]) {
          const context = await browser.newContext({
            baseURL: world.url,
            storageState: outside ? NOBODY : world.hanako.state,
            viewport: { width, height: 900 },
            colorScheme,
          });
          await context.addCookies([{ name: "kyohyo_lang", value: lang, url: world.url }]);
          const visitor = await context.newPage();
          for (const place of all.filter((p) => (p.outside ?? false) === outside)) {
            await visitor.goto(place.path);
            await visitor.evaluate(() => document.fonts.ready);
            await visitor.screenshot({ path: `${FOLDER}${place.name}-${lang}-${width}-${colorScheme}.png` });
          }
          await context.close();
        }
      }
    }
  }
});
