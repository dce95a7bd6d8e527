import { AxeBuilder } from "@axe-core/playwright";
import type { Page } from "@playwright/test";
import { cell, editor, open, openSheet, save } from "../support/desk.ts";
import { places, preview, type Place } from "../support/places.ts";
import { expect, NOBODY, test } from "../support/test.ts";
import { replaceText } from "../support/workbook.ts";

const RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"];

/** What axe finds, short enough to read. */
async function violations(page: Page): Promise<string[]> {
  const found = await new AxeBuilder({ page }).withTags(RULES).setLegacyMode().analyze();
  return found.violations.flatMap((v) =>
    v.nodes.slice(0, 5).map((n) => `${v.id}: ${n.target.join(" ")}: ${n.failureSummary?.split("\n")[1]?.trim() ?? ""}`),
  );
}

async function light_dark_narrow(page: Page): Promise<void> {
  for (const colorScheme of ["light", "dark"] as const) {
    await page.emulateMedia({ colorScheme });
    expect.soft(await violations(page), colorScheme).toEqual([]);
  }
  await page.emulateMedia({ colorScheme: "light" });
  await page.setViewportSize({ width: 390, height: 844 });
  const wide = await page.evaluate(() => {
    const root = document.documentElement;
    if (root.scrollWidth <= root.clientWidth) return [];
    const out = [...document.querySelectorAll("body *")].filter((e) => e.getBoundingClientRect().right > root.clientWidth + 1);
    return [`${root.scrollWidth} px`, ...out.slice(0, 5).map((e) => `${e.localName}.${e.className}`)];
  });
  expect.soft(wide, "nothing wider than 390 pixels").toEqual([]);
}

test.describe("accessibility", () => {
  for (const place of places.filter((p: Place) => !p.outside)) {
    test(place.name, async ({ page }) => {
      await page.goto(place.path);
      await expect(page.getByRole("main")).toBeVisible();
      await light_dark_narrow(page);
    });
  }

  for (const place of places.filter((p: Place) => p.outside)) {
    test(place.name, async ({ browser, world }) => {
      const context = await browser.newContext({ baseURL: world.url, storageState: NOBODY });
      const page = await context.newPage();
      await page.goto(place.path);
      await light_dark_narrow(page);
      await context.close();
    });
  }

  test("import preview", async ({ page, world }) => {
    const address = "criteria/K01/summary/ja";
    await save(page.request, world.url, "ecs", address, "確認画面のための文章");
    await save(page.request, world.url, "ecs", "criteria/K02/summary/ja", "競合画面のための文章");
    const workbook = await (await page.request.get("/services/ecs/export?format=xlsx")).body();
    const once = await replaceText(workbook, "確認画面のための文章", "確認画面のために変えた文章");
    const twice = await replaceText(once, "競合画面のための文章", "競合画面のブックの文章");
    await save(page.request, world.url, "ecs", "criteria/K02/summary/ja", "競合画面の同僚の文章");
    await page.goto(await preview(page.request, world.url, "ecs", twice));
    await expect(page.getByLabel("まとめた文章")).toBeVisible();
    await light_dark_narrow(page);
  });

  test("an open editor and a conflict form", async ({ page }) => {
    await openSheet(page, "/services/ecs/criteria");
    const here = cell(page, "K04", "概要");
    await open(here);
    await expect(editor(here)).toBeVisible();
    await light_dark_narrow(page);
  });

  test("the whole way by keyboard: skip link, cell by cell, help", async ({ page }) => {
    await openSheet(page, "/services/ecs/criteria");
    await page.keyboard.press("Tab");
    await expect(page.getByRole("link", { name: "本文へ移動" })).toBeFocused();
    await page.keyboard.press("Enter");
    await page.keyboard.press("j");
    await expect(page.locator(".cell").first()).toBeFocused();
    await page.keyboard.press("j");
    await expect(page.locator(".cell").nth(1)).toBeFocused();
    await page.keyboard.press("k");
    await page.keyboard.press("e");
    await expect(page.locator(".cell").first().getByRole("combobox")).toBeFocused();
    await page.keyboard.press("Escape");
    await expect(page.locator(".cell").first()).toBeFocused();
    await page.keyboard.press("?");
    await expect(page.getByRole("dialog", { name: "キーボード操作" })).toBeVisible();
    await page.keyboard.press("Escape");
    await page.keyboard.press("g");
    await page.keyboard.press("m");
    await expect(page).toHaveURL(/\/matrix$/);
  });
});
