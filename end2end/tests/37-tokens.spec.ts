/** Hanako makes a token for her nightly script, which reads and writes; her manager's page knows of it; she ends it. */

import { expect, test } from "../support/test.ts";

test("a token is made, used, seen and revoked", async ({ page, playwright, world }) => {
  await page.goto("/account");
  const form = page.locator("form").filter({ has: page.getByRole("button", { name: "トークンを作る" }) });
  await form.getByLabel("用途").fill("夜間の取り込み");
  await form.getByRole("checkbox", { name: /write/ }).check();
  await form.getByLabel(/有効日数/).fill("30");
  await form.getByRole("button", { name: "トークンを作る" }).click();
  const token = await page.getByRole("status").locator("code").innerText();
  expect(token).toMatch(/^kyohyo_[0-9a-z]{52}$/);
  await page.goto("/account");
  await expect(page.locator("main")).not.toContainText(token);

  const api = await playwright.request.newContext({
    baseURL: world.url,
    extraHTTPHeaders: { authorization: `Bearer ${token}`, "accept-language": "ja" },
    storageState: { cookies: [], origins: [] },
  });
  const address = "criteria/K07/verified_by";
  const cell = await api.get(`/api/v1/sheets/sqs/cell?address=${address}`);
  expect(cell.status()).toBe(200);
  const written = await api.patch("/api/v1/sheets/sqs", {
    headers: { "if-match": cell.headers()["etag"] ?? "" },
    data: { cells: [{ address, text: "夜間の確認" }], reason: "夜間" },
  });
  expect(written.status(), await written.text()).toBe(200);
  await page.goto("/services/sqs/history");
  await expect(page.locator("main")).toContainText("夜間の確認");

  const refused = await api.get("/api/v1/sheets/sqs/export");
  expect(refused.status()).toBe(403);
  expect((await refused.json()).title).toContain("スコープ");

  await page.goto("/members?institution=a-bank");
  const row = page.getByRole("row").filter({ hasText: "夜間の取り込み" });
  await expect(row).toContainText("佐藤 花子");
  await page.goto("/account");
  await page.getByRole("button", { name: "失効させる 夜間の取り込み" }).click();
  await expect(page.getByRole("status")).toHaveText("トークンを失効させました。");
  const over = await api.get("/api/v1/me");
  expect(over.status()).toBe(401);
  expect((await over.json()).way_on).toContain("自分のアカウント");
  await api.dispose();
});

test("a refused form keeps what was typed", async ({ page }) => {
  await page.goto("/account");
  const form = page.locator("form").filter({ has: page.getByRole("button", { name: "トークンを作る" }) });
  await form.getByLabel("用途").fill("残る言葉");
  await form.getByRole("checkbox", { name: /read/ }).uncheck();
  await form.getByRole("button", { name: "トークンを作る" }).click();
  await expect(page.getByRole("alert")).toBeVisible();
  await expect(page.getByLabel("用途")).toHaveValue("残る言葉");
});

test("the API is described for people in both languages", async ({ page }) => {
  await page.goto("/account");
  await page.getByRole("link", { name: "API の使い方" }).click();
  await expect(page.getByRole("heading", { level: 1 })).toHaveText("HTTP API");
  await expect(page.getByRole("table")).toContainText("セルを書く");
  await page.getByRole("button", { name: "English" }).click();
  await expect(page.getByRole("table")).toContainText("Writes cells");
  const answer = await page.request.get("/api/v1/openapi.json");
  expect((await answer.json()).openapi).toMatch(/^3\.1/);
});
