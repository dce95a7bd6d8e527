import { readFile } from "node:fs/promises";
import { enter } from "../support/people.ts";
import { expect, test, type World } from "../support/test.ts";
import { replaceText } from "../support/workbook.ts";
import type { Browser, Page } from "@playwright/test";

/** 鈴木 次郎, who decides for A銀行, in a browser of his own. */
function jiro(browser: Browser, world: World, javaScriptEnabled: boolean): Promise<Page> {
  return enter(browser, world, "jiro@a-bank.example", { javaScriptEnabled });
}

test.describe.serial("an internal approval", () => {
  test("script off: outdated by a newer version, each change answered, renewed, decided by another", async ({ plain, browser, world }) => {
    await plain.goto("/adoption?institution=a-bank");
    const list = plain.getByRole("heading", { name: "見直しが必要な承認" }).locator("..");
    await expect(list).toContainText("承認後に共通シートで 2 箇所が変わりました");
    await list.getByRole("link", { name: /Lambda/ }).click();
    await expect(plain.getByRole("region", { name: "内部承認" }).first()).toContainText("要見直し");
    const changes = plain.getByRole("region", { name: "承認後の共通シートの変更" });
    await expect(changes).toContainText("未対応 2 / 2 箇所");
    await expect(changes.locator("ins").first()).toBeVisible();
    await changes.getByRole("checkbox").nth(1).uncheck();
    await changes.getByLabel("コメント（任意）").fill("条件は変わらない。");
    await changes.getByRole("button", { name: "採用判断に反映" }).click();
    await expect(plain.getByRole("status").filter({ hasText: "記録しました。" })).toBeVisible();
    await expect(changes).toContainText("未対応 1 / 2 箇所");
    await expect(changes).toContainText("条件は変わらない。");

    await plain.getByRole("link", { name: "ここから更新する" }).click();
    await expect(plain.getByRole("region", { name: "固定する採用判断" })).toContainText("条件付きで利用可");
    await expect(plain.getByRole("main")).toContainText("変更 2 箇所のうち 1 箇所に対応済み");
    await plain.getByLabel("稟議・チケット番号（任意）").fill("RINGI-2026-201");
    await plain.getByRole("button", { name: "決裁に回す" }).click();
    await expect(plain.getByRole("main")).toContainText("あなたが準備したため");
    await expect(plain.getByRole("button", { name: "承認する" })).toHaveCount(0);

    const other = await jiro(browser, world, false);
    await other.goto(new URL(plain.url()).pathname + "?institution=a-bank");
    await expect(other.getByRole("main")).toContainText("RINGI-2026-201");
    await other.getByRole("region", { name: "決裁" }).getByLabel("コメント（任意）").fill("了承。");
    await other.getByRole("button", { name: "承認する" }).click();
    await expect(other.getByRole("status").filter({ hasText: "承認しました" })).toBeVisible();
    await expect(other.getByRole("main")).toContainText("SHA-256");
    await other.goto("/services/lambda/adoption?institution=a-bank");
    const table = other.getByRole("region", { name: "内部承認" });
    await expect(table.getByRole("row").filter({ hasText: "● 承認済み" })).toHaveCount(1);
    await expect(table.getByRole("row").filter({ hasText: "後の承認に置換え" })).toHaveCount(1);
    await other.context().close();
  });

  test("its frozen workbook is verified; a changed copy names the cell; another institution does not know it", async ({ page, other, browser, world }) => {
    const decider = await jiro(browser, world, true);
    await decider.goto("/services/lambda/adoption?institution=a-bank");
    await decider.getByRole("row").filter({ hasText: "● 承認済み" }).getByRole("link").first().click();
    const download = decider.waitForEvent("download");
    await decider.getByRole("link", { name: "固定したブックを取得" }).click();
    const file = await readFile((await (await download).path())!);
    await decider.context().close();

    const verify = async (who: Page, buffer: Buffer): Promise<void> => {
      await who.goto("/verify");
      await who.getByLabel("Excelブック（.xlsx）").setInputFiles({ name: "copy.xlsx", mimeType: "application/octet-stream", buffer });
      await who.getByRole("button", { name: "照合する" }).click();
    };
    await verify(page, file);
    await expect(page.getByRole("status").filter({ hasText: "1バイトも違いません" })).toBeVisible();
    await expect(page.getByRole("region", { name: "内部承認" })).toContainText("承認済み");
    await verify(page, await replaceText(file, "VPC 内で実行し、外部への通信は許可した宛先に限る。", "制限なし。"));
    await expect(page.getByRole("status").filter({ hasText: "1 個のセルが違います" })).toBeVisible();
    await expect(page.getByRole("row").filter({ hasText: "採用判断" }).locator("ins").first()).toContainText("制限");
    await verify(other, file);
    await expect(other.getByRole("status").filter({ hasText: "自機関の記録にありません" })).toBeVisible();
    expect(await other.content()).not.toContain("Lambda");
  });
});
