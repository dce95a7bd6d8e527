import type { Page } from "@playwright/test";
import { formOf, open, openSheet, revision } from "../support/desk.ts";
import { payloads } from "../support/payloads.ts";
import { expect, test } from "../support/test.ts";

const FIELDS = ["summary/ja", "configure/ja", "limits/ja"];
/** Every payload in a cell of its own, over two sheets. */
const cells = payloads.map((text, n) => ({
  text,
  service: n < 57 ? "athena" : "glue",
  address: `criteria/K${String((Math.floor(n / 3) % 19) + 1).padStart(2, "0")}/${FIELDS[n % 3]}`,
}));

/** Watches for anything that a payload could do. */
async function watch(page: Page, origin: string): Promise<string[]> {
  const seen: string[] = [];
  await page.exposeFunction("hit", () => void seen.push("script ran"));
  page.on("dialog", (dialog) => {
    seen.push(`dialog ${dialog.message()}`);
    void dialog.dismiss();
  });
  page.on("popup", (popup) => void seen.push(`popup ${popup.url()}`));
  page.on("request", (request) => {
    const url = request.url();
    if (!url.startsWith(`${origin}/`) && !url.startsWith("data:")) seen.push(`request ${url}`);
  });
  page.on("framenavigated", (frame) => {
    if (frame !== page.mainFrame()) seen.push(`frame ${frame.url()}`);
  });
  return seen;
}

/** What a text may never become. */
async function harmful(page: Page): Promise<string[]> {
  return page.evaluate(() => {
    const odd: string[] = [];
    for (const element of document.querySelectorAll("main .cell-body *, main .diff *, main .prose *, main .hit a, main .hit p, main .hit p *")) {
      if (/^(script|style|iframe|object|embed|base|meta|link|form|svg|math|template|leptos-island)$/i.test(element.localName)) {
        odd.push(element.outerHTML);
      }
      for (const { name, value } of element.attributes) {
        if (/^on/i.test(name) || name === "style") odd.push(`${name}=${value}`);
        if (/^(href|src|action|formaction|xlink:href)$/i.test(name)) {
          const protocol = new URL(value, location.href).protocol;
          if (!/^(https?|mailto):$/.test(protocol)) odd.push(`${name}=${value}`);
        }
      }
    }
    return odd;
  });
}

test.describe("hostile Markdown", () => {
  test(`${payloads.length} payloads are shown harmless`, async ({ page, world }) => {
    expect(payloads.length).toBeGreaterThanOrEqual(60);
    const seen = await watch(page, world.url);
    for (const { service, address, text } of cells) {
      const answer = await page.request.post(`/services/${service}/edit`, {
        headers: { origin: world.url },
        form: { cell: address, base: String(await revision(page.request, service, address)), text, reason: text.slice(0, 100) },
        maxRedirects: 0,
      });
      expect(answer.status(), text).toBe(303);
    }
    for (const path of [
      "/services/athena/criteria",
      "/services/glue/criteria",
      "/services/athena/history",
      "/categories/K01",
      "/",
      `/search?q=${encodeURIComponent("hit onerror")}`,
      formOf("athena", "criteria/K03/limits/ja"),
      `/search?q=${encodeURIComponent("\"><img src=x onerror=hit(1)>")}`,
      `/services?text=${encodeURIComponent("\"><script>hit(1)</script>")}`,
      `/sign-in?back=${encodeURIComponent("javascript:hit(1)")}`,
    ]) {
      const answer = await page.goto(path);
      const policy = answer?.headers()["content-security-policy"] ?? "";
      expect(policy).toContain("script-src 'self'");
      expect(policy).not.toContain("unsafe-inline");
      expect(policy).not.toMatch(/'unsafe-eval'/);
      expect(await harmful(page), path).toEqual([]);
    }

    // A reader who presses everything that looks like a link stays where they are.
    await openSheet(page, "/services/athena/criteria");
    await expect(page.getByRole("group", { name: "K01 概要", exact: true })).toBeVisible();
    for (const link of await page.locator(".cell-body a, .cell-body button").all()) {
      await link.evaluate((element) => {
        if (element instanceof HTMLAnchorElement && /^https?:/.test(element.href)) return;
        (element as HTMLElement).click();
      });
    }
    expect(seen).toEqual([]);
  });

  test("the editor's preview and a live change are as harmless", async ({ page, other, world }) => {
    const seen = await watch(page, world.url);
    await openSheet(page, "/services/glue/notes");
    await page.getByRole("button", { name: /留意事項を追加/ }).click();
    const here = page.getByRole("group", { name: /^N-\d+ 留意/ }).first();
    await expect(page.getByText("更新を受信中")).toBeVisible();
    await open(here);
    await here.getByRole("textbox").fill(payloads.join("\n\n"));
    await here.getByRole("button", { name: "プレビュー" }).click();
    await expect(here.locator(".preview")).toBeVisible();
    expect(await harmful(page)).toEqual([]);
    await here.getByRole("button", { name: "閉じる" }).click();

    await openSheet(page, "/services/athena/criteria");
    const address = "criteria/K19/summary/en";
    const base = await revision(other.request, "athena", "criteria/K19/configure/ja");
    const answer = await other.request.post("/services/athena/edit", {
      headers: { origin: world.url },
      form: { cell: "criteria/K19/configure/ja", base: String(base), text: `${payloads.slice(0, 40).join("\n\n")} live`, reason: address },
      maxRedirects: 0,
    });
    expect(answer.status()).toBe(303);
    await expect(page.locator("#criteria-K19-configure-ja")).toContainText("live");
    expect(await harmful(page)).toEqual([]);
    expect(seen).toEqual([]);
  });
});
