import { cell, openSheet } from "../support/desk.ts";
import { expect, test } from "../support/test.ts";

const SHEET = "/services/efs/criteria";
const TALK = "/services/efs/talk";

test.describe("comments as they are written", () => {
  test("an open sheet counts a new thread, an open thread shows a new answer, and what is being typed stays", async ({ page, other }) => {
    await openSheet(page, SHEET);
    const mine = cell(page, "K09", "概要");
    await expect(mine.locator(".talk-count")).toHaveCount(0);

    await other.goto(`${TALK}?cell=criteria/K09/summary`);
    const form = other.getByRole("region", { name: "コメントを書く" });
    await form.getByLabel("コメント").fill("鍵の更新はだれがしますか。");
    await form.getByRole("button", { name: "投稿する" }).click();
    const count = mine.getByRole("link", { name: /コメント 1$/ });
    await expect(count).toBeVisible();

    await count.click();
    const thread = page.getByRole("article", { name: /K09/ });
    await expect(thread).toContainText("鍵の更新はだれがしますか。");
    await thread.getByText("返信", { exact: true }).click();
    await thread.getByLabel("コメント").fill("書きかけ");
    const theirs = other.getByRole("article", { name: /K09/ });
    await theirs.getByText("返信", { exact: true }).click();
    // Their own comment has a form of its own, which is closed.
    await theirs.getByRole("textbox", { name: "コメント" }).fill("自分たちでします。");
    await theirs.getByRole("button", { name: "返信する" }).click();
    await expect(thread.getByRole("listitem").filter({ hasText: "自分たちでします。" })).toBeVisible();
    await expect(thread.getByLabel("コメント")).toHaveValue("書きかけ");
  });

  test("a thread of one's own institution reaches nobody else's page", async ({ page, other }) => {
    await openSheet(page, SHEET);
    await openSheet(other, SHEET);
    const writer = await other.context().newPage();
    for (const layer of ["i:b-bank", "shared"]) {
      await writer.goto(`${TALK}?cell=criteria/K10/summary`);
      const form = writer.getByRole("region", { name: "コメントを書く" });
      await form.getByLabel("コメント").fill("相談です。");
      await form.getByLabel("読める人").selectOption(layer);
      await form.getByRole("button", { name: "投稿する" }).click();
      await expect(writer.getByRole("status").filter({ hasText: "投稿しました。" })).toBeVisible();
    }
    // The common one comes after the private one: once it is there, the other would be.
    await expect(cell(other, "K10", "概要").getByRole("link", { name: /コメント 2$/ })).toBeVisible();
    await expect(cell(page, "K10", "概要").getByRole("link", { name: /コメント 1$/ })).toBeVisible();
    await writer.close();
  });
});

test("a text that met a conflict waits in the inbox, on every device of its writer", async ({ page, other }) => {
  const edit = "/services/efs/edit?cell=criteria/K12/summary/ja";
  await page.goto(edit);
  await other.goto(edit);
  const write = async (who: typeof page, text: string) => {
    await who.getByLabel("概要").fill(text);
    await who.getByRole("button", { name: "保存" }).click();
  };
  await write(other, "先に保存した文章です。");
  await write(page, "後から保存しようとした文章です。");
  await page.goto("/inbox?kind=conflict");
  const item = page.getByRole("main").getByRole("listitem").filter({ hasText: "後から保存しようとした文章です。" });
  await expect(item).toContainText("競合");
  await item.getByRole("link").click();
  await expect(page.locator(".conflict")).toContainText("先に保存した文章です。");
  await expect(page.getByLabel("概要")).toHaveValue("後から保存しようとした文章です。");
  await write(page, "先に保存した文章です。後からの分も合わせました。");
  await page.goto("/inbox?kind=conflict");
  await expect(page.getByText("後から保存しようとした文章です。")).toHaveCount(0);
});
