import { expect, test } from "../support/test.ts";

const PLACE = "/services/athena/talk?cell=criteria%2FK05%2Fsummary";

test.describe("talking with script off", () => {
  test("post, edit with the earlier text kept, delete to a tombstone, reopen", async ({ plain }) => {
    await plain.goto(PLACE);
    const form = plain.getByRole("region", { name: "コメントを書く" });
    await form.getByLabel("コメント").fill("最初の文章");
    await form.getByRole("button", { name: "投稿する" }).click();
    const thread = plain.getByRole("article", { name: /K05/ });
    await expect(thread).toContainText("最初の文章");
    await thread.getByText("編集", { exact: true }).click();
    await thread.getByRole("group").filter({ hasText: "投稿から60分間" }).getByLabel("コメント").fill("直した文章");
    await thread.getByRole("button", { name: "保存する" }).click();
    await expect(plain.getByRole("status").filter({ hasText: "編集しました。" })).toBeVisible();
    await expect(thread).toContainText("編集済み");
    await thread.getByText("以前の文章", { exact: true }).click();
    await expect(thread.getByText("最初の文章")).toBeVisible();

    await thread.getByRole("button", { name: "解決済みにする" }).click();
    await expect(thread).toContainText("解決済み");
    await thread.getByRole("button", { name: "未解決に戻す" }).click();
    await expect(thread.getByRole("button", { name: "解決済みにする" })).toBeVisible();

    await thread.getByText("削除", { exact: true }).click();
    await thread.getByRole("button", { name: "削除する" }).click();
    await expect(thread).toContainText("佐藤 花子 さんが削除しました");
    await expect(thread).not.toContainText("直した文章");
    await expect(thread).not.toContainText("最初の文章");
  });

  test("a comment that is too long comes back with what was typed", async ({ plain, world }) => {
    await plain.goto(PLACE);
    const text = "長".repeat(32_001);
    const answer = await plain.request.post("/services/athena/talk", {
      headers: { origin: world.url },
      form: { verb: "open", subject: "", on: "criteria/K05/summary", cell: "criteria/K05/summary", layer: "shared", text },
    });
    expect(answer.status()).toBe(422);
    expect(await answer.text()).toContain(text);
  });

  test("the inbox is narrowed, marked and emptied by plain forms", async ({ plain, other }) => {
    await other.goto(PLACE);
    const form = other.getByRole("region", { name: "コメントを書く" });
    await form.getByLabel("コメント").fill("受信箱の確認です。");
    await form.getByLabel("宛先（任意）").fill("@hanako:a-bank");
    await form.getByRole("button", { name: "投稿する" }).click();
    await plain.goto("/inbox");
    const item = plain.getByRole("main").getByRole("listitem").filter({ hasText: "受信箱の確認です。" });
    await expect(item).toContainText("未読");
    await item.getByRole("button", { name: /^既読にする/ }).click();
    await expect(plain.getByRole("status").filter({ hasText: "既読にしました。" })).toBeVisible();
    await expect(item).not.toContainText("未読に戻す:");
    await plain.getByLabel("種類").selectOption({ value: "overdue" });
    await plain.getByRole("button", { name: "絞り込む" }).click();
    await expect(item).toHaveCount(0);
    await plain.goto("/inbox");
    await item.getByRole("button", { name: /^未読に戻す/ }).click();
    await plain.getByRole("button", { name: "すべて既読にする" }).click();
    await expect(plain.getByRole("banner").getByRole("link", { name: "受信箱", exact: true })).toBeVisible();
  });
});
