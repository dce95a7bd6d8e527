import type { Page } from "@playwright/test";
import { cell } from "../support/desk.ts";
import { expect, test } from "../support/test.ts";

const SHEET = "/services/athena/criteria";

/** Opens the comments of a cell from the sheet, as a reader finds them. */
async function comments(page: Page, row: string, field: string): Promise<void> {
  await page.goto(SHEET);
  await cell(page, row, field).hover();
  await page.getByRole("link", { name: `コメント ${row} ${field}`, exact: true }).click();
  await expect(page.getByRole("heading", { level: 2, name: /^コメント · / })).toBeVisible();
}

/** How much the header says is unread. */
async function unread(page: Page): Promise<number> {
  const label = await page.getByRole("banner").getByRole("link", { name: /^受信箱/ }).getAttribute("aria-label");
  return Number(label?.match(/未読 (\d+) 件/)?.[1] ?? 0);
}

test.describe("two institutions talk", () => {
  test("a question on a cell names somebody, who finds it, answers it, and it is settled", async ({ page, other }) => {
    await other.goto("/inbox");
    const before = await unread(other);
    await comments(page, "K07", "概要");
    const form = page.getByRole("region", { name: "コメントを書く" });
    await form.getByLabel("コメント").fill("@ichiro:b-bank **更新**は年一回でよいですか。");
    await form.getByRole("button", { name: "投稿する" }).click();
    await expect(page.getByRole("status").filter({ hasText: "投稿しました。" })).toBeVisible();
    const mine = page.getByRole("article", { name: /K07/ });
    await expect(mine).toContainText("@田中 一郎 更新は年一回でよいですか。");
    await expect(mine.locator("strong").filter({ hasText: "@田中 一郎" })).toBeVisible();

    await other.goto("/inbox");
    expect(await unread(other)).toBe(before + 1);
    const item = other.getByRole("main").getByRole("listitem").filter({ hasText: "更新は年一回でよいですか。" });
    await expect(item).toContainText("指名");
    await expect(item).toContainText("未読");
    await item.getByRole("link").click();
    await expect(other).toHaveURL(/\/services\/athena\/talk\?thread=\w+#c-\w+$/);
    expect(await unread(other), "whoever has it before them has seen it").toBe(before);
    const thread = other.getByRole("article", { name: /K07/ });
    await expect(thread).toContainText("佐藤 花子（A銀行）");
    await thread.getByLabel("コメント").fill("はい、年一回です。");
    await thread.getByRole("button", { name: "返信する" }).click();
    await expect(thread).toContainText("はい、年一回です。");

    await page.goto(SHEET);
    await page.getByRole("link", { name: "K07 概要 のコメント 1 件（未解決）" }).click();
    await expect(page.getByRole("article", { name: /K07/ })).toContainText("はい、年一回です。");
    await page.getByRole("button", { name: "解決済みにする" }).click();
    await expect(page.getByRole("article", { name: /K07/ })).toContainText("佐藤 花子 さんが解決済みにしました");
    await page.goto(SHEET);
    await expect(page.getByRole("link", { name: /K07 概要 のコメント \d+ 件/ })).toHaveCount(0);
  });

  test("what is said in one's own layer is not there for the other", async ({ page, other }) => {
    await comments(page, "K09", "概要");
    const form = page.getByRole("region", { name: "コメントを書く" });
    await form.getByLabel("コメント").fill("当行だけの覚え書き");
    await form.getByLabel("読める人").selectOption({ label: "A銀行 のみ（非公開）" });
    await form.getByLabel("宛先（任意）").fill("@ichiro:b-bank");
    const answer = page.waitForResponse((r) => r.request().method() === "POST");
    await form.getByRole("button", { name: "投稿する" }).click();
    expect((await answer).status()).toBe(422);
    await expect(page.getByRole("alert")).toContainText("「@ichiro:b-bank」という宛先は、このコメントを読める人の中にいません。");
    await expect(form.getByLabel("コメント"), "what was typed is kept").toHaveValue("当行だけの覚え書き");
    await expect(form.getByLabel("読める人")).toHaveValue("i:a-bank");
    await form.getByLabel("宛先（任意）").fill("");
    await form.getByRole("button", { name: "投稿する" }).click();
    const thread = page.getByRole("article", { name: /K09/ });
    await expect(thread).toContainText("A銀行 · 非公開");
    const alone = await thread.getByRole("link", { name: "この話題だけを開く" }).getAttribute("href");

    await comments(other, "K09", "概要");
    await expect(other.getByText("コメントはまだありません。", { exact: false })).toBeVisible();
    expect((await other.goto(alone!))?.status()).toBe(404);
    await other.goto(SHEET);
    await expect(other.getByRole("link", { name: /K09 概要 のコメント \d+ 件/ })).toHaveCount(0);
  });
});
