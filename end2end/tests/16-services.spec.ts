import { readFileSync } from "node:fs";
import { expect, test } from "../support/test.ts";

const KEY_VAULT = new URL(
  "../../assessments/tests/fixtures/mcsb/key-vault-azure-security-benchmark-v3-latest-security-baseline.xlsx",
  import.meta.url,
);
const XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";

test.describe("a service that nobody has assessed yet", () => {
  test("a workbook of an unknown service waits, the service is added, and the preview follows", async ({ page }) => {
    await page.goto("/import");
    await page.waitForLoadState("networkidle");
    await page.getByLabel(/ここにファイルを置くか/).setInputFiles({
      name: "key-vault-azure-security-benchmark-v3-latest-security-baseline.xlsx",
      mimeType: XLSX,
      buffer: readFileSync(KEY_VAULT),
    });
    await page.getByRole("button", { name: "読み込む" }).click();
    await expect(page.getByRole("heading", { level: 1, name: "どのサービスのブックですか" })).toBeVisible();

    // A slip keeps the file, and says what is near.
    await page.getByRole("main").getByLabel("サービス", { exact: true }).fill("s3x");
    await page.getByRole("button", { name: "確認へ進む" }).click();
    await expect(page.getByRole("alert")).toContainText("サービス「s3x」はありません");

    await page.getByRole("link", { name: "サービスを追加する" }).click();
    await page.getByLabel("名称（日本語）").fill("鍵の保管庫");
    await page.getByLabel("事業者").fill("Azure");
    await page.getByLabel("識別子", { exact: true }).fill("key-vault");
    await page.getByRole("button", { name: "サービスを追加する" }).click();

    await expect(page.getByRole("heading", { level: 1, name: "取込の確認" })).toBeVisible();
    await expect(page.getByText("「key-vault-azure-security-benchmark-v3-latest-security-baseline.xlsx」を 鍵の保管庫 に取り込みます")).toBeVisible();
    await page.getByRole("button", { name: "選んだセルを適用する" }).click();
    await expect(page.getByRole("status").filter({ hasText: "適用しました" })).toBeVisible();
    await page.goto("/services?text=key-vault");
    await expect(page.getByRole("rowheader").getByRole("link", { name: "鍵の保管庫" })).toBeVisible();
    await expect(page.getByRole("main")).toMatchAriaSnapshot(`
      - heading "サービス" [level=1]
      - link "＋ サービスを追加する"
    `);
  });

  test("an id that is taken is refused, and what was typed stays", async ({ page }) => {
    await page.goto("/services/new");
    await page.getByLabel("名称（日本語）").fill("別のストレージ");
    await page.getByLabel("識別子", { exact: true }).fill("s3");
    await page.getByRole("button", { name: "サービスを追加する" }).click();
    await expect(page.getByRole("alert")).toContainText("既にあります");
    await expect(page.getByLabel("名称（日本語）")).toHaveValue("別のストレージ");
  });
});
