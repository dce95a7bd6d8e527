import { expect, test } from "../support/test.ts";

test.describe("an institution decides on a service", () => {
  test("what is refused keeps what was typed, what is saved stands in a private panel", async ({ plain }) => {
    await plain.goto("/services/sns/adoption?institution=a-bank");
    const panel = plain.getByRole("region", { name: "A銀行 の採用判断" });
    await expect(panel).toContainText("非公開");
    await expect(panel).toContainText("判断はまだ書かれていません");
    await panel.getByRole("link", { name: "採用判断を編集" }).click();
    await plain.getByRole("combobox", { name: "判断", exact: true }).selectOption({ label: "△ 条件付きで利用可" });
    await plain.getByLabel("利用条件").fill("通知の本文に顧客情報を書かない。");
    await plain.getByLabel("社内情報").check();
    await plain.getByLabel(/単独で行う場合/).fill("たくさん");
    await plain.getByRole("button", { name: "保存" }).click();
    await expect(plain.getByRole("alert")).toContainText("工数「たくさん」");
    await expect(plain.getByLabel("利用条件")).toHaveValue("通知の本文に顧客情報を書かない。");
    await expect(plain.getByLabel("社内情報")).toBeChecked();
    await plain.getByLabel(/単独で行う場合/).fill("8");
    await plain.getByLabel(/共同評価を利用/).fill("5");
    await plain.getByRole("button", { name: "保存" }).click();
    await expect(plain.getByRole("status").filter({ hasText: "自機関の記録を保存しました" })).toBeVisible();
    await expect(panel).toContainText("△ 条件付きで利用可");
    await expect(panel).toContainText("社内情報");

    await plain.getByRole("link", { name: "対応を書く K07" }).click();
    await expect(plain.getByRole("heading", { level: 1 })).toHaveText("リスクへの対応の編集");
    await plain.getByLabel("受容するリスク").fill("配信の失敗は再送で補う。");
    await plain.getByLabel("責任者").fill("事務企画部");
    await plain.getByRole("button", { name: "保存" }).click();
    const row = plain.getByRole("row").filter({ hasText: "配信の失敗は再送で補う。" });
    await expect(row).toContainText("事務企画部");
    await plain.goto("/adoption?institution=a-bank");
    await expect(plain.getByRole("row").filter({ hasText: "Notification" }).first()).toContainText("△ 条件付きで利用可");
    await expect(plain.getByRole("img", { name: "サービス別の工数（時間）" })).toBeVisible();
  });

  test("two people at once: a conflict shows all three texts and nothing is lost", async ({ plain, page }) => {
    const form = "/services/kms/adoption/edit?institution=a-bank";
    await plain.goto(form);
    await page.goto(form);
    await page.getByLabel("利用条件").fill("鍵は自行で作る。");
    await page.getByRole("button", { name: "保存" }).click();
    await expect(page.getByRole("status").filter({ hasText: "保存しました" })).toBeVisible();
    await plain.getByLabel("利用条件").fill("鍵は事業者のものを使う。");
    await plain.getByLabel("自機関の所見").fill("併せて見直す。");
    await plain.getByRole("button", { name: "保存" }).click();
    const conflict = plain.getByRole("group", { name: "同時に変更されたセル" });
    await expect(conflict).toContainText("鍵は自行で作る。");
    await expect(plain.getByLabel("利用条件")).toHaveValue("鍵は事業者のものを使う。");
    await expect(plain.getByLabel("自機関の所見")).toHaveValue("併せて見直す。");
    await plain.getByLabel("利用条件").fill("鍵は自行で作る。事業者のものは使わない。");
    await plain.getByRole("button", { name: "保存" }).click();
    await expect(plain.getByRole("region", { name: "A銀行 の採用判断" })).toContainText("事業者のものは使わない。");
  });

  test("another institution has none of it", async ({ other }) => {
    await other.goto("/services/s3/adoption");
    await expect(other.getByRole("region", { name: "B銀行 の採用判断" })).toContainText("検討中");
    expect(await other.content()).not.toContain("自行管理の鍵");
    for (const path of ["/services/s3/adoption", "/adoption", "/services/s3/adoption/edit", "/services/s3/adoption/prepare"]) {
      const answer = await other.request.get(`${path}?institution=a-bank`);
      expect(answer.status(), path).toBe(404);
      expect(await answer.text(), path).not.toContain("A銀行");
    }
  });
});
