import { save } from "../support/desk.ts";
import { expect, test } from "../support/test.ts";

test("an answer whose review day has passed is counted at home, listed, marked, and gone once it was looked at", async ({ page, world }) => {
  await save(page.request, world.url, "sns", "criteria/K07/review_by", "2024-01-31");
  await page.goto("/");
  await page.getByRole("link", { name: /確認期限を過ぎた回答/ }).click();
  await expect(page.getByRole("heading", { level: 1 })).toHaveText("確認期限を過ぎた回答");
  const row = page.getByRole("row").filter({ hasText: "2024-01-31" });
  await expect(row).toContainText("保管データの暗号化");
  await row.getByRole("link", { name: /K07/ }).click();
  await expect(page).toHaveURL(/#criteria-K07-review_by$/);
  await expect(page.locator("#criteria-K07-review_by")).toContainText("期限超過");
  await save(page.request, world.url, "sns", "criteria/K07/review_by", "2199-01-31");
  await page.goto("/overdue");
  await expect(page.getByText("期限を過ぎた回答はありません。")).toBeVisible();
});
