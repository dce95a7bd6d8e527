import { save } from "../support/desk.ts";
import { expect, test } from "../support/test.ts";

test("a search is saved, counts what is new, and marks it when it is opened", async ({ plain, world }) => {
  await plain.goto(`/search?q=${encodeURIComponent("暗号化")}`);
  await plain.getByText("この検索を保存").click();
  await plain.getByLabel("検索の名前").fill("暗号化の見張り");
  await plain.getByRole("main").getByRole("button", { name: "保存", exact: true }).click();
  await expect(plain.getByRole("status").filter({ hasText: "検索を保存しました。" })).toBeVisible();
  const entry = plain.getByRole("main").getByRole("listitem").filter({ hasText: "暗号化の見張り" });
  await expect(entry).toContainText("新着なし");
  await save(plain.request, world.url, "glue", "criteria/K07/summary/ja", "データカタログを鍵管理サービスで暗号化できる。");
  await expect(async () => {
    await plain.goto("/searches");
    await expect(entry).toContainText("新着 1 件", { timeout: 500 });
  }).toPass({ timeout: 10_000 });
  await entry.getByRole("button", { name: "「暗号化の見張り」を開く" }).click();
  await expect(plain).toHaveURL(/\/search\?q=.*since=\d+/);
  await plain.goto(`${plain.url()}&category=K07`);
  const hit = plain.locator("li.hit").filter({ hasText: "データカタログを鍵管理サービスで暗号化できる。" });
  await expect(hit).toContainText("新着");
  await plain.goto("/searches");
  await expect(entry).toContainText("新着なし");
  await entry.getByRole("button", { name: "「暗号化の見張り」を削除" }).click();
  await expect(entry).toHaveCount(0);
});
