import { expect, test } from "../support/test.ts";

/** Bytes that a first visit may cost, as transferred. */
const MOST = 200_000;

test("the first page costs less than 200 kB, script and WebAssembly included", async ({ page }) => {
  const cdp = await page.context().newCDPSession(page);
  await cdp.send("Network.enable");
  await cdp.send("Network.setCacheDisabled", { cacheDisabled: true });
  const urls = new Map<string, string>();
  const bytes = new Map<string, number>();
  cdp.on("Network.requestWillBeSent", (e) => urls.set(e.requestId, new URL(e.request.url).pathname));
  cdp.on("Network.loadingFinished", (e) => bytes.set(urls.get(e.requestId) ?? e.requestId, e.encodedDataLength));
  await page.goto("/");
  await expect.poll(() => [...bytes.keys()].some((u) => u.endsWith(".wasm"))).toBe(true);
  await page.waitForLoadState("networkidle");
  const total = [...bytes.values()].reduce((a, b) => a + b, 0);
  const table = [...bytes].map(([url, n]) => `${n}\t${url}`).join("\n");
  test.info().annotations.push({ type: "bytes", description: `${total}\n${table}` });
  expect(total, table).toBeLessThan(MOST);
});

test("assets are kept for ever and come compressed; pages are nobody's to keep", async ({ page }) => {
  const answers = new Map<string, Record<string, string>>();
  page.on("response", async (r) => answers.set(new URL(r.url()).pathname, await r.allHeaders()));
  await page.goto("/");
  await page.waitForLoadState("networkidle");
  const assets = [...answers].filter(([path]) => path.startsWith("/assets/"));
  expect(assets.length).toBeGreaterThanOrEqual(3);
  for (const [path, headers] of assets) {
    expect(path).toMatch(/\.[0-9a-f]{8,}\./);
    expect(headers["cache-control"], path).toContain("immutable");
    if (/\.(js|css|wasm)$/.test(path)) expect(headers["content-encoding"], path).toMatch(/^(br|gzip)$/);
  }
  expect(answers.get("/")?.["cache-control"]).toBe("no-store");
  expect(answers.get("/")?.["content-encoding"]).toBe("zstd");
});
