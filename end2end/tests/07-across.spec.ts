import { save } from "../support/desk.ts";
import { expect, test } from "../support/test.ts";

test.describe("across sheets", () => {
  test("a square of the matrix leads to its cell", async ({ page, world }) => {
    await save(page.request, world.url, "stepfunctions", "criteria/K07/availability", "partly");
    await page.goto("/matrix");
    await page.getByRole("searchbox", { name: "名称・略称・識別子" }).fill("step functions");
    await page.getByRole("button", { name: "絞り込む" }).click();
    const row = page.getByRole("row").filter({ has: page.getByRole("rowheader", { name: "AWS Step Functions" }) });
    await expect(row.getByRole("cell")).toHaveCount(19);
    await row.getByRole("link", { name: /^K07 / }).click();
    await expect(page).toHaveURL(/\/services\/stepfunctions\/criteria#criteria-K07-availability$/);
    const here = page.locator("#criteria-K07-availability");
    await expect(here).toBeInViewport();
    await expect(here).toContainText("△");
  });

  test("a category shows what every service answers", async ({ page, world }) => {
    await save(page.request, world.url, "stepfunctions", "criteria/K10/availability", "can_enable");
    await save(page.request, world.url, "stepfunctions", "criteria/K10/summary/ja", "実行履歴を暗号化できる。");
    await page.goto("/matrix");
    await page.getByRole("columnheader").getByRole("link", { name: "K10", exact: true }).click();
    await expect(page).toHaveURL(/\/categories\/K10$/);
    const row = page.getByRole("row").filter({ has: page.getByRole("rowheader", { name: "AWS Step Functions" }) });
    await expect(row).toContainText("○");
    await expect(row).toContainText("実行履歴を暗号化できる。");
    await row.getByRole("rowheader").getByRole("link").click();
    await expect(page).toHaveURL(/\/services\/stepfunctions\/criteria#criteria-K10-availability$/);
  });

  test("three hundred services are paged and filtered by state", async ({ page }) => {
    await page.goto("/services");
    await expect(page.getByRole("rowheader")).toHaveCount(50);
    await page.getByRole("link", { name: "次へ" }).click();
    await expect(page).toHaveURL(/page=2/);
    await expect(page.getByRole("rowheader")).toHaveCount(50);
    await page.getByLabel("状態").selectOption("answered");
    await page.getByRole("button", { name: "絞り込む" }).click();
    await expect(page.getByRole("rowheader").getByRole("link", { name: "Amazon S3" })).toBeVisible();
  });

  test("a guardrail lists the answers that lean on it", async ({ page, world }) => {
    await save(page.request, world.url, "stepfunctions", "criteria/K12/guardrails", "securityhub:StepFunctions.1 | partial | 記録だけ | logging only");
    await page.goto("/guardrails");
    await page.getByRole("searchbox", { name: "識別子または名称の一部" }).fill("StepFunctions.1");
    await page.getByRole("button", { name: "絞り込む" }).click();
    await page.getByRole("rowheader").getByRole("link", { name: "StepFunctions.1", exact: true }).click();
    await expect(page.getByRole("heading", { level: 1 })).toHaveText("StepFunctions.1");
    const answer = page.getByRole("row").filter({ hasText: "記録だけ" });
    await expect(answer).toContainText("一部");
    await answer.getByRole("link").click();
    await expect(page).toHaveURL(/\/services\/stepfunctions\/criteria#criteria-K12-guardrails$/);
    await expect(page.locator("#criteria-K12-guardrails")).toContainText("StepFunctions.1");
  });
});
