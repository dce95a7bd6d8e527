import { cell, open, openSheet } from "../support/desk.ts";
import { expect, test } from "../support/test.ts";

const ID = "config:kinesis-stream-encrypted";
const ANSWER = "/services/kinesis/criteria#criteria-K07-guardrails";

test.describe("guardrail links", () => {
  test("picked by typing, shown on the sheet, found by search and by the guardrail, out in the workbook and back", async ({ page }) => {
    await openSheet(page, "/services/kinesis/criteria");
    const answer = cell(page, "K07", "ガードレール");
    await open(answer);
    await answer.getByRole("searchbox").pressSequentially("kinesis encr");
    const hit = answer.getByRole("listitem").filter({ hasText: ID });
    await hit.getByRole("button", { name: "一部", exact: true }).click();
    await expect(answer.getByRole("textbox")).toHaveValue(`${ID} | partial`);
    await answer.getByRole("textbox").fill(`${ID} | partial | 鍵の種類は見ない | does not look at the kind of key`);
    await answer.getByRole("textbox").press("Control+Enter");
    await expect(answer.getByRole("link", { name: /kinesis-stream-encrypted/ })).toBeVisible();
    await expect(answer).toContainText("鍵の種類は見ない");

    // From the chip to the guardrail, and from there back to the answer.
    await answer.getByRole("link", { name: /kinesis-stream-encrypted/ }).click();
    await expect(page.getByRole("heading", { level: 1 })).toContainText("kinesis-stream-encrypted");
    const row = page.getByRole("row").filter({ hasText: "K07" });
    await expect(row).toContainText("一部");
    await expect(row).toContainText("鍵の種類は見ない");

    await expect(async () => {
      await page.goto("/search?q=kinesis-stream-encrypted");
      await expect(page.locator(`.hit:has(a[href="${ANSWER}"])`)).toContainText("kinesis-stream-encrypted", { timeout: 500 });
    }).toPass({ timeout: 10_000 });
    await page.locator(`.hit a[href="${ANSWER}"]`).click();
    await expect(page).toHaveURL(/\/services\/kinesis\/criteria#criteria-K07-guardrails$/);

    const workbook = await (await page.request.get("/services/kinesis/export?format=xlsx")).body();
    await page.goto("/import");
    await page.waitForLoadState("networkidle");
    const file = { name: "kinesis.xlsx", mimeType: "application/octet-stream", buffer: workbook };
    await page.locator("form.drop input[type=file]").setInputFiles(file);
    await page.locator("form.drop button").click();
    await expect(page).toHaveURL(/\/import\/\w+/);
    await expect(page.getByText("取り込むものはありません。")).toBeVisible();
  });
});
