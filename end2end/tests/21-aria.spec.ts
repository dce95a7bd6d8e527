import { cell, open, openSheet, save } from "../support/desk.ts";
import { expect, test } from "../support/test.ts";

/** What somebody hears who does not see the page: roles, names and states, in order. */
test.describe("heard, not seen", () => {
  test("the frame of every page", async ({ page }) => {
    await page.goto("/");
    await expect(page.getByRole("banner")).toMatchAriaSnapshot(`
      - banner:
        - link "共評"
        - navigation "主なページ":
          - link "サービス"
          - link "一覧表"
          - link "ガードレール"
          - link "Excel取込"
        - search:
          - combobox "検索"
        - button "English"
    `);
    await expect(page.getByRole("main")).toMatchAriaSnapshot(`
      - main:
        - heading "共評" [level=1]
        - region "評価シートの状態":
          - heading "評価シートの状態" [level=2]
          - link /回答済み/
          - link /記入中/
          - link /未着手/
        - region "最近の変更":
          - heading "最近の変更" [level=2]
    `);
  });

  test("an answer, and its editor", async ({ page, world }) => {
    await save(page.request, world.url, "efs", "criteria/K07/availability", "on_default");
    await save(page.request, world.url, "efs", "criteria/K07/summary/ja", "聞いて分かる文章");
    await openSheet(page, "/services/efs/criteria");
    await expect(page.getByRole("navigation", { name: "評価シートの部分" })).toMatchAriaSnapshot(`
      - navigation "評価シートの部分":
        - link "概要"
        - link /利用シナリオと接続経路/
        - link /セキュリティクライテリア/
        - link /サービス利用時の留意事項/
        - link "ガードレール"
        - link "履歴"
    `);
    await expect(page.getByRole("row").filter({ hasText: "保管データの暗号化" })).toMatchAriaSnapshot(`
      - row:
        - cell:
          - link "K07"
          - group: 質問と回答の目安
        - cell:
          - group "K07 提供状況":
            - text: ◎ 既定で有効
            - link "編集 K07 提供状況"
            - link "このセルの履歴 K07 提供状況"
        - cell:
          - group "K07 概要":
            - paragraph: 聞いて分かる文章
            - link "編集 K07 概要"
    `);
    const summary = cell(page, "K07", "概要");
    await open(summary);
    await expect(summary).toMatchAriaSnapshot(`
      - group "K07 概要":
        - textbox "K07 概要": 聞いて分かる文章
        - button "保存"
        - button "プレビュー"
        - button "閉じる"
        - status
    `);
  });

  test("a conflict names the three texts", async ({ page, other, world }) => {
    const address = "criteria/K09/summary/ja";
    await save(page.request, world.url, "efs", address, "鍵は三年で替える。");
    await openSheet(page, "/services/efs/criteria");
    const summary = cell(page, "K09", "概要");
    await open(summary);
    await summary.getByRole("textbox").fill("鍵は十年で替える。");
    await save(other.request, world.url, "efs", address, "鍵は五年で替える。");
    await summary.getByRole("textbox").press("Control+Enter");
    await expect(summary.getByRole("group", { name: /同じ箇所を変更しました/ })).toMatchAriaSnapshot(`
      - group /同じ箇所を変更しました/:
        - alert: /田中 一郎/
        - heading "元の文章"
        - heading "現在の文章"
        - heading "あなたの文章"
        - paragraph:
          - button "現在の文章を使う"
          - button "自分の文章を使う"
          - button "統合して保存"
    `);
  });

  test("the matrix and the file drop", async ({ page }) => {
    await page.goto("/matrix");
    await expect(page.getByRole("main")).toMatchAriaSnapshot(`
      - main:
        - heading "一覧表" [level=1]
        - search "絞り込む":
          - searchbox "名称・略称・識別子"
          - combobox "事業者"
          - combobox "状態"
          - button "絞り込む"
        - region "一覧表":
          - table:
            - rowgroup:
              - row:
                - columnheader "サービス"
                - columnheader "認証・権限管理"
    `);
    await page.goto("/import");
    await expect(page.getByRole("main")).toMatchAriaSnapshot(`
      - main:
        - heading "Excelブックの取込" [level=1]
        - textbox "サービス"
        - button /ここにファイルを置くか/
        - button "読み込む"
        - status
    `);
  });
});
