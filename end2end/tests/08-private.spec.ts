import { expect, test } from "../support/test.ts";

const WORDS = "顧客情報を含むバケット";

test.describe("private layers", () => {
  test("one's own note stands on the sheet, marked; another institution's does not", async ({ page, other }) => {
    await page.goto("/services/s3/criteria");
    const note = page.getByRole("complementary", { name: "A銀行 の記録" });
    await expect(note).toContainText("当行では顧客情報を含むバケットは SSE-KMS を必須とする。");
    await expect(note).toContainText("非公開");
    await other.goto("/services/s3/criteria");
    await expect(other.getByRole("complementary", { name: "B銀行 の記録" })).toContainText("検証環境に限り");
    await expect(other.getByRole("complementary", { name: /A銀行/ })).toHaveCount(0);
    expect(await other.content()).not.toContain(WORDS);
  });

  test("nor by search", async ({ page, other }) => {
    const query = `/search?q=${encodeURIComponent(WORDS)}`;
    await page.goto(query);
    const hit = page.getByRole("main").getByRole("listitem").filter({ hasText: WORDS });
    await expect(hit).toContainText("K07");
    await expect(hit).toContainText("非公開");
    await other.goto(query);
    await expect(other.getByRole("heading", { level: 1, name: "検索" })).toBeVisible();
    await expect(other.getByText("非公開", { exact: true })).toHaveCount(0);
    await expect(other.getByText("SSE-KMS を必須とする")).toHaveCount(0);
  });

  test("nor by any other door", async ({ page, other }) => {
    for (const format of ["xlsx", "md", "json"]) {
      const foreign = await other.request.get(`/services/s3/export?format=${format}&layer=i:a-bank`);
      expect(foreign.status(), format).toBeGreaterThanOrEqual(403);
      expect(await foreign.text()).not.toContain(WORDS);
      const shared = await other.request.get(`/services/s3/export?format=${format}`);
      expect(shared.status()).toBe(200);
      if (format !== "xlsx") expect(await shared.text()).not.toContain(WORDS);
    }
    for (const path of ["/", "/services/s3", "/services/s3/history", "/services/s3/guardrails", "/categories/K07"]) {
      await other.goto(path);
      expect(await other.content(), path).not.toContain(WORDS);
      await page.goto(path);
      // What is not the reader's own sheet page speaks of the common text only, whoever reads it.
      if (path !== "/services/s3") expect(await page.content(), path).not.toContain("検証環境に限り");
    }
  });

  test("a request from another site is refused", async ({ page, world }) => {
    for (const origin of ["http://evil.example", "null", world.url.replace("127.0.0.1", "localhost")]) {
      const answer = await page.request.post("/services/s3/edit", {
        headers: { origin },
        form: { cell: "criteria/K07/summary/ja", base: "1", text: "書き換え" },
        maxRedirects: 0,
      });
      expect(answer.status(), origin).toBe(403);
    }
  });
});
