import { type Locator, type Page } from "@playwright/test";
import { NOBODY, expect, test, welcome } from "../support/test.ts";

/** The form that asks. */
function asking(page: Page): Locator {
  return page.getByRole("region", { name: "申請する" });
}

test.describe("a right for a time", () => {
  test("is asked for, approved by another, used, ended and reviewed; what was done under it is in the audit", async ({ page, browser, world }) => {
    // The administrator has no institution and nobody beside them.
    const context = await browser.newContext({ baseURL: world.url, storageState: NOBODY });
    const chief = await context.newPage();
    await welcome(chief, world.program.link(), "長い合言葉 to administer");
    await chief.goto("/elevation");
    await expect(chief.getByRole("heading", { level: 1, name: "一時権限" })).toBeVisible();
    await asking(chief).getByRole("combobox", { name: "権限" }).selectOption("work_in_layer i:a-bank");
    await asking(chief).getByLabel("理由").fill("復元後の記載を確認するため");
    await asking(chief).getByLabel("チケット番号").fill("OPS-42");
    await chief.getByRole("button", { name: "申請を送る" }).click();
    await expect(chief.getByRole("status")).toContainText("申請しました");

    // Nobody but the institution sees it; its manager decides.
    await page.goto("/elevation");
    const request = page.getByRole("article").filter({ hasText: "OPS-42" });
    await expect(request).toContainText("決裁待ち");
    await request.getByLabel("コメント").fill("立ち会いのもとで");
    await request.getByRole("button", { name: "承認する" }).click();
    await expect(page.getByRole("status")).toContainText("記録しました");

    const own = chief.getByRole("article").filter({ hasText: "OPS-42" });
    await chief.goto("/elevation");
    await own.getByRole("button", { name: "開始する" }).click();
    await expect(own).toContainText("有効");
    await expect(chief.getByRole("banner").getByRole("link", { name: /まで昇格中/ })).toBeVisible();
    const answer = await chief.request.get("/services/s3/export?format=json&layer=i:a-bank");
    expect(answer.status()).toBe(200);
    await own.getByRole("button", { name: "終了する" }).click();
    await expect(chief.getByRole("banner").getByRole("link", { name: /まで昇格中/ })).toHaveCount(0);
    expect((await chief.request.get("/services/s3/export?format=json&layer=i:a-bank")).status()).toBe(404);

    await page.goto("/elevation");
    const over = page.getByRole("article").filter({ hasText: "OPS-42" });
    await over.getByLabel("コメント（必須）").fill("出力は一度だけだった");
    await over.getByRole("button", { name: "点検して閉じる" }).click();
    const row = page.getByRole("row").filter({ hasText: "OPS-42" });
    await expect(row).toContainText("点検済み");
    await row.getByRole("link", { name: "この権限で行われた操作" }).click();
    await expect(page.getByRole("row").filter({ hasText: "json" })).toContainText("出力");
    await context.close();
  });

  test("works with script off, keeps what was typed, and nobody decides for themselves", async ({ plain }) => {
    await plain.goto("/elevation");
    await asking(plain).getByRole("combobox", { name: "権限" }).selectOption("take_over_approval i:a-bank");
    await asking(plain).getByLabel("理由").fill("決裁者が不在のため");
    await asking(plain).getByLabel("チケット番号").fill("OPS-43");
    await asking(plain).getByLabel("開始（日本時間）").fill("2020-01-01T09:00");
    await plain.getByRole("button", { name: "申請を送る" }).click();
    await expect(plain.getByRole("alert")).toContainText("受け付けられません");
    await expect(asking(plain).getByLabel("理由")).toHaveValue("決裁者が不在のため");
    await asking(plain).getByLabel("開始（日本時間）").fill("");
    await plain.getByRole("button", { name: "申請を送る" }).click();
    const request = plain.getByRole("article").filter({ hasText: "OPS-43" });
    await expect(request).toContainText("決裁待ち");
    await expect(request.getByRole("button", { name: "承認する" })).toHaveCount(0);
    await request.getByRole("button", { name: "取り下げる" }).click();
    await expect(plain.getByRole("row").filter({ hasText: "OPS-43" })).toContainText("取下げ");
  });
});
