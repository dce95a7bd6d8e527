// Times in real browsers, run at `end2end/` for its packages.
//
// `live.mjs first URL LINK`: bytes of the first page that somebody who just signed in loads, nothing cached.
// `live.mjs live URL LINK LINK PATH SAVES`: from the key that saves a cell to the moment a second browser has painted it.
//
// Prints lines with tabs between the columns.

import { createRequire } from "node:module";
import { join } from "node:path";
import process from "node:process";

const { chromium } = createRequire(join(process.cwd(), "package.json"))("@playwright/test");

const ARGS = [
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];

const launch = () => chromium.launch({ executablePath: process.env.KYOHYO_CHROMIUM, args: ARGS });

async function signedIn(browser, url, link) {
  const context = await browser.newContext({ baseURL: url, locale: "ja-JP", viewport: { width: 1440, height: 900 } });
  const page = await context.newPage();
  await page.goto(link);
  await page.getByLabel("新しいパスワード").fill("measured and thrown away");
  await page.getByRole("button", { name: "はじめる" }).click();
  await page.getByRole("heading", { level: 1 }).waitFor();
  return page;
}

async function first(url, link) {
  const browser = await launch();
  const page = await signedIn(browser, url, link);
  const cdp = await page.context().newCDPSession(page);
  await cdp.send("Network.enable");
  await cdp.send("Network.setCacheDisabled", { cacheDisabled: true });
  const paths = new Map();
  const bytes = new Map();
  cdp.on("Network.requestWillBeSent", (e) => paths.set(e.requestId, new URL(e.request.url).pathname));
  cdp.on("Network.loadingFinished", (e) => bytes.set(paths.get(e.requestId) ?? e.requestId, e.encodedDataLength));
  await page.goto("/");
  await page.waitForLoadState("networkidle");
  if (![...bytes.keys()].some((path) => path.endsWith(".wasm"))) throw new Error("the page loaded no WebAssembly");
  console.log(`first\t${[...bytes.values()].reduce((a, b) => a + b, 0)}\t${bytes.size}`);
  await browser.close();
}

/** Moments are the machine's clock, which both browsers share. */
const MOMENTS = () => {
  const now = () => performance.timeOrigin + performance.now();
  window.measured = { saved: 0, seen: new Map() };
  document.addEventListener(
    "keydown",
    (event) => {
      if (event.ctrlKey && event.key === "Enter") window.measured.saved = now();
    },
    { capture: true },
  );
  const look = () => {
    for (const [, text] of document.body.innerText.matchAll(/(計測\d+回目)/g)) {
      if (window.measured.seen.has(text)) continue;
      window.measured.seen.set(text, 0);
      // The frame after the one that shows it: by then it is on the screen.
      requestAnimationFrame(() => requestAnimationFrame(() => window.measured.seen.set(text, now())));
    }
  };
  new MutationObserver(look).observe(document.body, { childList: true, subtree: true, characterData: true });
};

async function live(url, links, path, saves) {
  const browsers = [await launch(), await launch()];
  const [writer, reader] = await Promise.all(browsers.map((browser, n) => signedIn(browser, url, links[n])));
  for (const page of [writer, reader]) {
    await page.goto(path);
    await page.getByText("更新を受信中").waitFor();
    await page.evaluate(MOMENTS);
  }
  const cell = writer.getByRole("group", { name: "K01 概要", exact: true });
  for (let n = 0; n < saves; n++) {
    const text = `計測${n}回目`;
    await cell.locator(".cell-body").dblclick({ position: { x: 4, y: 4 } });
    await cell.getByRole("textbox").fill(text);
    await cell.getByRole("textbox").press("Control+Enter");
    await reader.waitForFunction((seen) => window.measured.seen.get(seen), text, { polling: 20 });
    const saved = await writer.evaluate(() => window.measured.saved);
    const seen = await reader.evaluate((text) => window.measured.seen.get(text), text);
    console.log(`live\t${(seen - saved) / 1000}`);
    await cell.getByRole("textbox").waitFor({ state: "detached" });
  }
  await Promise.all(browsers.map((browser) => browser.close()));
}

const [what, url, ...rest] = process.argv.slice(2);
if (what === "first") await first(url, rest[0]);
else if (what === "live") await live(url, rest.slice(0, 2), rest[2], Number(rest[3]));
else throw new Error(`first or live, not ${what}`);
