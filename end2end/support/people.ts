/** Others of the demonstration than the two of the fixtures, each in a browser of their own. */

import type { Browser, BrowserContextOptions, Page } from "@playwright/test";
import { NOBODY, welcome, type World } from "./test.ts";

const PASSWORD = "correct horse battery";

/** A page of somebody: by their one-time link, or by the password where an earlier spec has used it. */
export async function enter(browser: Browser, world: World, email: string, options: BrowserContextOptions = {}): Promise<Page> {
  const context = await browser.newContext({ baseURL: world.url, storageState: NOBODY, ...options });
  const page = await context.newPage();
  const link = world.program.link(email);
  await page.goto(link);
  if ((await page.getByLabel("新しいパスワード").count()) > 0) {
    await welcome(page, link, PASSWORD);
    return page;
  }
  await page.goto("/sign-in");
  await page.getByLabel("メールアドレス").fill(email);
  await page.getByLabel("パスワード").fill(PASSWORD);
  await page.getByRole("main").getByRole("button", { name: "サインイン" }).click();
  await page.waitForURL(world.url + "/");
  return page;
}
