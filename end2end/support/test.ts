/** The fixtures of every spec: one program a worker, two people who are signed in, and their pages. */

import { test as base, expect, type Browser, type BrowserContext, type Page } from "@playwright/test";
import { dataFolder, freePort, Program, remove } from "./program.ts";

export { expect };

type State = Awaited<ReturnType<BrowserContext["storageState"]>>;

/** Somebody of the demonstration. */
export interface Person {
  email: string;
  password: string;
  /** As pages name them. */
  name: string;
  state: State;
}

export interface World {
  program: Program;
  url: string;
  hanako: Person;
  ichiro: Person;
}

const PASSWORD = "長い合言葉 to sign in";

/** A browser of somebody who never signed in here: contexts would otherwise start as hanako. */
export const NOBODY: State = { cookies: [], origins: [] };

/** Uses a one-time link as a person does: opens it and chooses a password. */
export async function welcome(page: Page, link: string, password: string): Promise<void> {
  await page.goto(link);
  await page.getByLabel("新しいパスワード").fill(password);
  await page.getByRole("button", { name: "はじめる" }).click();
  await expect(page.getByRole("heading", { level: 1 })).toHaveText("共評");
}

async function signIn(browser: Browser, program: Program, email: string, name: string): Promise<Person> {
  const context = await browser.newContext({ baseURL: program.url, storageState: NOBODY });
  const page = await context.newPage();
  await welcome(page, program.link(email), PASSWORD);
  const state = await context.storageState();
  await context.close();
  return { email, password: PASSWORD, name, state };
}

interface Pages {
  /** hanako of A銀行. */
  page: Page;
  /** ichiro of B銀行, in a browser of his own. */
  other: Page;
  /** hanako with script off. */
  plain: Page;
}

export const test = base.extend<Pages, { world: World }>({
  world: [
    async ({ browser }, use) => {
      const data = dataFolder();
      const program = await Program.start(data, await freePort(), "--demo");
      const hanako = await signIn(browser, program, "hanako@a-bank.example", "佐藤 花子");
      const ichiro = await signIn(browser, program, "ichiro@b-bank.example", "田中 一郎");
      await use({ program, url: program.url, hanako, ichiro });
      await program.stop();
      remove(data);
    },
    { scope: "worker", timeout: 120_000 },
  ],
  baseURL: async ({ world }, use) => use(world.url),
  storageState: async ({ world }, use) => use(world.hanako.state),
  other: async ({ browser, world }, use) => {
    const context = await browser.newContext({ baseURL: world.url, storageState: world.ichiro.state });
    await use(await context.newPage());
    await context.close();
  },
  plain: async ({ browser, world }, use) => {
    const context = await browser.newContext({
      baseURL: world.url,
      storageState: world.hanako.state,
      javaScriptEnabled: false,
    });
    await use(await context.newPage());
    await context.close();
  },
});
