import { expect, test } from "../support/test.ts";

test("a private note goes upstream: the preview shows exactly what leaves, and nothing else does", async ({ plain, other }) => {
  const secret = "所内手順 7-3 に従い、保管先を二重にする。";
  await plain.goto("/services/sqs/edit?cell=criteria/K07/limits/ja&institution=a-bank");
  await expect(plain.getByRole("main")).toContainText("非公開");
  await plain.getByLabel("制約・注意").fill(secret);
  await plain.getByRole("button", { name: "保存" }).click();
  await plain.goto("/services/sqs/adoption?institution=a-bank");
  await plain.getByRole("link", { name: /共通シートへ提案 K07/ }).click();
  await expect(plain.getByLabel("共通シートに載せる文章")).toHaveValue(secret);
  await plain.getByLabel("新しい留意事項").check();
  await plain.getByLabel("共通シートに載せる文章").fill("保管先を二重にする。");
  await plain.getByLabel("理由（全機関に公開）").fill("運用で得た知見");
  await plain.getByRole("button", { name: "外に出る内容を確認" }).click();
  const leaving = plain.getByRole("region", { name: "外に出る内容の確認" });
  await expect(leaving).toContainText("保管先を二重にする。");
  await expect(leaving).toContainText("佐藤 花子");
  await expect(leaving).toContainText("運用で得た知見");
  await expect(leaving).not.toContainText("所内手順");
  await plain.getByRole("button", { name: "書き直す" }).click();
  await expect(plain.getByLabel("共通シートに載せる文章")).toHaveValue("保管先を二重にする。");
  await plain.getByRole("button", { name: "外に出る内容を確認" }).click();
  await plain.getByRole("button", { name: "この内容を公開する" }).click();
  await expect(plain.getByRole("status").filter({ hasText: "共通シートに書き込みました" })).toBeVisible();

  for (const path of ["/services/sqs/notes", "/services/sqs/history"]) {
    await other.goto(path);
    await expect(other.getByRole("main")).toContainText("保管先を二重にする。");
    expect(await other.content(), path).not.toContain("所内手順");
  }
});
