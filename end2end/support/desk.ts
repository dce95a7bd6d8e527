/** What specs do over and over: find a cell, open its editor, save through the plain form. */

import { expect, type APIRequestContext, type Locator, type Page } from "@playwright/test";

/** A cell of a sheet's page by its row and the field's Japanese name. */
export function cell(page: Page, row: string, field: string): Locator {
  return page.getByRole("group", { name: `${row} ${field}`, exact: true });
}

/** The text field inside a cell while it is edited. */
export function editor(of: Locator): Locator {
  return of.getByRole("textbox");
}

/** Opens the editor with a double click on what the cell says. */
export async function open(of: Locator): Promise<void> {
  await of.locator(".cell-body").dblclick({ position: { x: 4, y: 4 } });
}

/** A sheet's page, ready to be edited: its islands run and changes come in. */
export async function openSheet(page: Page, path: string): Promise<void> {
  await page.goto(path);
  await expect(page.getByText("更新を受信中")).toBeVisible();
}

/** Address of the plain form of a cell. */
export function formOf(service: string, address: string): string {
  return `/services/${service}/edit?cell=${encodeURIComponent(address)}`;
}

/** The revision that the plain form starts from. */
export async function revision(request: APIRequestContext, service: string, address: string): Promise<number> {
  const answer = await request.get(formOf(service, address));
  expect(answer.status()).toBe(200);
  const base = (await answer.text()).match(/name="base" value="(\d+)"/)?.[1];
  expect(base, "the form names its revision").toBeDefined();
  return Number(base);
}

/** Saves a cell through the plain form, as a browser would send it; gives back the new revision. */
export async function save(
  request: APIRequestContext,
  origin: string,
  service: string,
  address: string,
  text: string,
  base?: number,
): Promise<number> {
  const from = base ?? (await revision(request, service, address));
  const answer = await request.post(`/services/${service}/edit`, {
    headers: { origin },
    form: { cell: address, base: String(from), text, reason: "" },
    maxRedirects: 0,
  });
  expect(answer.status(), await answer.text()).toBe(303);
  const done = answer.headers()["location"]?.match(/done=saved-(\d+)/)?.[1];
  return done ? Number(done) : from;
}
