import type { Page } from "@playwright/test";
import { expect, test } from "../support/test.ts";

/** Types into the header's box until suggestions are there: the page may still be coming alive. */
async function type(page: Page, text: string): Promise<void> {
  const box = page.getByRole("combobox", { name: "検索" });
  await expect(async () => {
    await box.fill("");
    await box.pressSequentially(text);
    await expect(page.getByRole("option").first()).toBeVisible({ timeout: 2_000 });
  }).toPass();
}

test.beforeEach(async ({ page }) => {
  await page.goto("/");
});

test("suggestions stand in groups and are walked with the arrows", async ({ page }) => {
  await type(page, "lambda");
  const box = page.getByRole("combobox", { name: "検索" });
  await expect(box).toHaveAttribute("aria-expanded", "true");
  await expect(page.getByRole("listbox").getByRole("group", { name: "サービス" })).toBeVisible();
  await page.keyboard.press("ArrowDown");
  await expect(box).toHaveAttribute("aria-activedescendant", "suggestion-0");
  await page.keyboard.press("ArrowUp");
  const last = page.getByRole("option").last();
  await expect(last).toHaveAttribute("aria-selected", "true");
  await page.keyboard.press("ArrowDown");
  await page.keyboard.press("Enter");
  await expect(page).toHaveURL(/\/services\/lambda/);
});

test("Escape closes the list and keeps the text, a second one empties the box", async ({ page }) => {
  await type(page, "s3");
  const box = page.getByRole("combobox", { name: "検索" });
  await page.keyboard.press("Escape");
  await expect(page.getByRole("listbox")).toBeHidden();
  await expect(box).toHaveValue("s3");
  await page.keyboard.press("Escape");
  await expect(box).toHaveValue("");
});

test("Enter without a choice searches", async ({ page }) => {
  await type(page, "暗号");
  await page.keyboard.press("Enter");
  await expect(page).toHaveURL(/\/search\?q=/);
});
