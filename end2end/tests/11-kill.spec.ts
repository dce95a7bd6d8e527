import type { APIRequestContext, Browser } from "@playwright/test";
import { execFileSync } from "node:child_process";
import { formOf } from "../support/desk.ts";
import { binary, dataFolder, freePort, Program, remove } from "../support/program.ts";
import { expect, NOBODY, test, welcome } from "../support/test.ts";

const SERVICE = "ecs";
const ROUNDS = 3;
const WRITERS = 4;
/** Saves that are acknowledged before the plug is pulled. */
const ENOUGH = 25;

async function signedIn(browser: Browser, program: Program): Promise<APIRequestContext> {
  const context = await browser.newContext({ baseURL: program.url, storageState: NOBODY });
  await welcome(await context.newPage(), program.link("hanako@a-bank.example"), "a password for the crash");
  return context.request;
}

/** Saves as fast as it can until the server is gone; every text that was acknowledged goes on the list. */
async function write(request: APIRequestContext, origin: string, address: string, tag: string, acknowledged: string[]): Promise<void> {
  let base = Number((await (await request.get(formOf(SERVICE, address))).text()).match(/name="base" value="(\d+)"/)?.[1]);
  for (let n = 0; ; n++) {
    const text = `${tag}-${n}-end`;
    try {
      const answer = await request.post(`/services/${SERVICE}/edit`, {
        headers: { origin },
        form: { cell: address, base: String(base), text, reason: "" },
        maxRedirects: 0,
      });
      const saved = answer.headers()["location"]?.match(/done=saved-(\d+)/)?.[1];
      if (answer.status() !== 303 || !saved) throw new Error(`refused ${answer.status()}`, { cause: "refused" });
      base = Number(saved);
    } catch (error) {
      if (error instanceof Error && error.cause === "refused") throw error;
      return;
    }
    acknowledged.push(text);
  }
}

/** Every text that the history knows. */
async function remembered(request: APIRequestContext): Promise<string> {
  let all = "";
  let path: string | undefined = `/services/${SERVICE}/history`;
  while (path) {
    const html: string = await (await request.get(path)).text();
    // Words of a difference stand in elements of their own.
    all += html.replace(/<del>.*?<\/del>/gs, "").replace(/<[^>]*>/g, "");
    const before: string | undefined = html.match(/rel="next"[^>]*history\?before=(\d+)/)?.[1];
    path = before && `/services/${SERVICE}/history?before=${before}`;
  }
  return all;
}

test("kill -9 in a stream of saves: whatever was acknowledged is there afterwards", async ({ browser }) => {
  test.setTimeout(120_000);
  const data = dataFolder();
  const port = await freePort();
  let program = await Program.start(data, port, "--demo");
  try {
    const request = await signedIn(browser, program);
    const acknowledged: string[] = [];
    for (let round = 1; round <= ROUNDS; round++) {
      const before = acknowledged.length;
      const writers = Array.from({ length: WRITERS }, (_, n) =>
        write(request, program.url, `criteria/K0${n + 1}/summary/ja`, `round${round}writer${n}`, acknowledged),
      );
      await expect.poll(() => acknowledged.length - before, { timeout: 30_000, intervals: [5] }).toBeGreaterThan(ENOUGH);
      await program.kill();
      await Promise.all(writers);
      program = await Program.start(data, port, "--demo");
      const history = await remembered(request);
      expect(acknowledged.filter((text) => !history.includes(text)), `round ${round}`).toEqual([]);
    }
    await program.stop();
    // The chain, the replay and the index agree.
    expect(execFileSync(binary(), ["check", "--data", data], { encoding: "utf8" })).toContain("0 faults");
  } finally {
    await program.kill();
    remove(data);
  }
});
