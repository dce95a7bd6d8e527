import { cell, editor, open, openSheet } from "../support/desk.ts";
import { enter } from "../support/people.ts";
import { expect, test } from "../support/test.ts";

const PAGE = "/services/athena/adoption";

test.describe("an institution's own text is edited in place", () => {
  test("a colleague sees it at once, another institution sees nothing of it", async ({ page, other, browser, world }) => {
    const jiro = await enter(browser, world, "jiro@a-bank.example");
    await openSheet(page, `${PAGE}?institution=a-bank`);
    await openSheet(jiro, `${PAGE}?institution=a-bank`);
    await openSheet(other, `${PAGE}?institution=b-bank`);
    const mine = cell(page, "K07", "代替統制");
    await open(mine);
    await editor(mine).fill("瑠璃統制：鍵の利用を月次で点検する。");
    // Who edits what in the layer is seen by those who see the layer.
    await expect(jiro.getByRole("list", { name: "ほかに閲覧中" })).toContainText("佐藤 花子");
    await expect(cell(jiro, "K07", "代替統制")).toContainText("さんが編集中");
    await expect(other.getByText("ほかに閲覧中")).toBeHidden();
    await mine.getByRole("button", { name: "保存" }).click();
    await expect(mine).toContainText("保存済み");
    await expect(cell(jiro, "K07", "代替統制")).toContainText("瑠璃統制：鍵の利用を月次で点検する。");
    await expect(cell(jiro, "K07", "代替統制")).toContainText("佐藤 花子");

    // A choice, and a refusal that keeps what was typed.
    const verdict = page.getByRole("group", { name: "判断", exact: true });
    await open(verdict);
    await verdict.getByRole("combobox").selectOption({ label: "△ 条件付きで利用可" });
    await verdict.getByRole("button", { name: "保存" }).click();
    await expect(jiro.getByRole("group", { name: "判断", exact: true })).toContainText("△ 条件付きで利用可");
    const review = page.getByRole("group", { name: "次回見直し日", exact: true });
    await open(review);
    await review.locator("input").fill("2099-01-01");
    await review.getByRole("button", { name: "保存" }).click();
    await expect(review.getByRole("status").filter({ hasText: "1年" })).toBeVisible();
    await expect(review.locator("input")).toHaveValue("2099-01-01");

    // B's page of the same service has heard nothing, and its text has none of it.
    await other.reload();
    await expect(other.getByText("更新を受信中")).toBeVisible();
    expect(await other.content()).not.toContain("瑠璃統制");
    const refused = await other.request.post("/api/cell", {
      headers: { origin: world.url },
      form: { service: "athena", layer: "a-bank", address: "risks/K07/control", lang: "ja" },
    });
    expect(await refused.text()).toContain("not_found");
    await jiro.context().close();
  });

  test("a draft of the own text is kept apart from one of the common text", async ({ page }) => {
    await openSheet(page, "/services/athena/adoption?institution=a-bank");
    const note = cell(page, "K05", "制約・注意");
    await open(note);
    await editor(note).fill("書きかけの自機関メモ");
    await openSheet(page, "/services/athena/criteria");
    await expect(page.getByText("書きかけの自機関メモ")).toHaveCount(0);
    await expect(cell(page, "K05", "制約・注意").getByRole("textbox")).toHaveCount(0);
    await openSheet(page, "/services/athena/adoption?institution=a-bank");
    await expect(editor(cell(page, "K05", "制約・注意"))).toHaveValue("書きかけの自機関メモ");
    await editor(cell(page, "K05", "制約・注意")).press("Escape");
  });
});

test.describe("with script off", () => {
  test("the form writes it, and my last own change goes again", async ({ plain }) => {
    await plain.goto(`${PAGE}?institution=a-bank`);
    await plain.getByRole("link", { name: "対応を書く K09" }).click();
    await plain.getByLabel("責任者").fill("取り消される部");
    await plain.getByRole("button", { name: "保存" }).click();
    await expect(plain.getByRole("group", { name: "K09 責任者" })).toContainText("取り消される部");
    const history = plain.getByRole("region", { name: "自機関の記録の履歴" });
    await history.getByRole("button", { name: "自分の直前の変更を取り消す" }).click();
    await expect(plain.getByRole("status").filter({ hasText: "取り消しました" })).toBeVisible();
    await expect(plain).toHaveURL(/adoption\?institution=a-bank&done=undone/);
    await expect(plain.getByRole("group", { name: "K09 責任者" })).not.toContainText("取り消される部");
    await history.getByText(/件/).first().click();
    await expect(history.getByRole("listitem").first()).toContainText("取り消される部");
  });
});
