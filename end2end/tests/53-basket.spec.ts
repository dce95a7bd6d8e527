import { formOf, save } from "../support/desk.ts";
import { parts } from "../support/workbook.ts";
import { expect, test } from "../support/test.ts";

test("cells are collected with script off, say that they changed, carry remarks and go out as a workbook", async ({ plain, other, world }) => {
  await save(plain.request, world.url, "efs", "criteria/K07/summary/ja", "ファイルシステムは作成時に暗号化を選ぶ。");
  await save(plain.request, world.url, "efs", "criteria/K07/availability", "can_enable");
  // What is collected goes into the basket that was changed last.
  await plain.goto("/basket");
  await plain.getByLabel("新しいバスケット").fill("共有ストレージの審査");
  await plain.getByRole("button", { name: "作る" }).click();
  await expect(plain.getByRole("heading", { level: 1 })).toHaveText("共有ストレージの審査");
  await expect(async () => {
    await plain.goto(`/search?q=${encodeURIComponent("ファイルシステムは作成時に暗号化")}`);
    await expect(plain.locator("li.hit").first()).toContainText("ファイルシステム", { timeout: 500 });
  }).toPass({ timeout: 10_000 });
  await plain.locator("li.hit").first().getByRole("button", { name: /をバスケットに入れる$/ }).click();
  await expect(plain.getByRole("status").filter({ hasText: "1 件をバスケットに入れました。" })).toBeVisible();

  // From a sheet, with a remark.
  await plain.goto("/services/efs/criteria");
  await plain.getByRole("group", { name: "K07 提供状況", exact: true }).hover();
  await plain.getByRole("link", { name: "K07 提供状況 集める" }).click();
  await plain.getByLabel("所見").fill("既定ではない点を審査で確認する");
  await plain.getByRole("button", { name: "集める" }).click();

  await save(plain.request, world.url, "efs", "criteria/K07/summary/ja", "ファイルシステムは既定で暗号化される。");
  await plain.goto("/basket");
  await plain.getByRole("main").getByRole("link", { name: "共有ストレージの審査" }).click();
  const cells = plain.getByRole("main").locator("ol > li");
  await expect(cells).toHaveCount(2);
  await expect(cells.first()).toContainText("ファイルシステムは作成時に暗号化を選ぶ。");
  await expect(cells.first()).toContainText("収集後に変更");
  await expect(cells.first().locator("ins").first()).toBeVisible();
  await expect(cells.nth(1).getByLabel("所見")).toHaveValue("既定ではない点を審査で確認する");
  await cells.nth(1).getByRole("button", { name: "2 番を上へ" }).click();
  await expect(cells.first().getByLabel("所見")).toHaveValue("既定ではない点を審査で確認する");

  const file = await plain.request.get(`${new URL(plain.url()).pathname}/export?format=xlsx`);
  expect(file.status()).toBe(200);
  const book = await parts(await file.body());
  const text = [...book.values()].join("\n");
  for (const words of ["ファイルシステムは作成時に暗号化を選ぶ。", "既定ではない点を審査で確認する"]) expect(text).toContain(words);
  expect(text).not.toContain("<f>");

  const foreign = await other.goto(new URL(plain.url()).pathname);
  expect(foreign?.status()).toBe(404);
});

test("a cell of a sheet's other language is collected as it is shown", async ({ plain, world }) => {
  await save(plain.request, world.url, "datasync", "criteria/K09/summary/en", "Keys come from the key management service.");
  await plain.goto(formOf("datasync", "criteria/K09/summary/en"));
  await plain.goto("/services/datasync/criteria");
  await plain.getByRole("group", { name: "K09 概要", exact: true }).hover();
  await plain.getByRole("link", { name: "K09 概要 集める" }).click();
  await expect(plain.getByRole("main")).toContainText("Keys come from the key management service.");
});
