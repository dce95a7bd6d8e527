import { expect, test } from "../support/test.ts";

test("an empty sheet starts from a similar one; each answer is marked until it is confirmed, one by one or by viewpoint", async ({ page }) => {
  await page.goto("/services/s3outposts");
  await page.getByRole("link", { name: "似たサービスから引き継ぐ" }).click();
  await page.getByRole("combobox", { name: "引き継ぎ元" }).selectOption("s3");
  await page.getByRole("button", { name: "引き継ぐ", exact: true }).click();
  await expect(page.getByRole("status").filter({ hasText: /件のセルを引き継ぎました/ })).toBeVisible();
  const waiting = page.getByRole("link", { name: /^引継ぎ・未確認 \d+ 件$/ });
  const count = async () => Number((await waiting.textContent())?.match(/\d+/)?.[0]);
  const all = await count();
  expect(all).toBeGreaterThan(10);

  const row = page.locator("#K07");
  await expect(row).toContainText("引継ぎ・未確認");
  await row.getByRole("button", { name: "確認済みにする K07" }).click();
  await expect(page.getByRole("status").filter({ hasText: "1 件の回答を確認済みにしました" })).toBeVisible();
  await expect(row).not.toContainText("引継ぎ・未確認");
  await expect(page.getByRole("group", { name: "K07 確認者" })).toContainText("佐藤 花子");
  expect(await count()).toBe(all - 1);

  await page.getByRole("button", { name: /^この観点の \d+ 件を確認済みにする$/ }).first().click();
  await expect(page.getByRole("status").filter({ hasText: /件の回答を確認済みにしました/ })).toBeVisible();
  expect(await count()).toBeLessThan(all - 1);
  await page.getByRole("link", { name: "未確認の引継ぎだけを表示" }).click();
  await expect(page.locator("#K07")).toHaveCount(0);
  await page.goto("/matrix?text=s3outposts");
  await expect(page.getByRole("link", { name: /引継ぎ・未確認/ })).toHaveCount(await page.locator(".sq[data-taken]").count());
  await page.goto("/services/s3outposts/history");
  await expect(page.getByText("s3 r", { exact: false })).toBeVisible();
});
