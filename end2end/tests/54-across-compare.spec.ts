import { save } from "../support/desk.ts";
import { expect, test } from "../support/test.ts";

test("services are chosen, laid side by side with what differs marked, and their texts compared", async ({ plain, world }) => {
  for (const [service, availability, text] of [
    ["sagemaker", "on_default", "保管データは既定で暗号化される。"],
    ["athena", "on_default", "保管データは既定で暗号化される。鍵を選べる。"],
    ["emr", "not_offered", ""],
  ] as const) {
    await save(plain.request, world.url, service, "criteria/K19/availability", availability);
    if (text) await save(plain.request, world.url, service, "criteria/K19/summary/ja", text);
  }
  await plain.goto("/categories/K19");
  const row = (id: string) => plain.locator(`tr#${id}`);
  for (const id of ["sagemaker", "athena", "emr"]) await row(id).getByRole("checkbox").check();
  await plain.getByRole("button", { name: "並べて比べる" }).click();
  await expect(plain).toHaveURL(/compare=1/);
  const table = plain.getByRole("table");
  await expect(table.getByRole("columnheader")).toHaveCount(4);
  const odd = table.getByRole("row", { name: /提供状況/ }).getByRole("cell").filter({ hasText: "多数と異なる" });
  await expect(odd).toHaveCount(1);
  await expect(odd).toContainText("×");
  await plain.getByRole("combobox", { name: "文章の違いを見る基準" }).selectOption("sagemaker");
  await plain.getByRole("button", { name: "表示する" }).click();
  await expect(table.locator("ins").filter({ hasText: "鍵を選べる" })).toBeVisible();
  await plain.getByRole("link", { name: /EMR.* を比較から外す/ }).click();
  await expect(table.getByRole("columnheader")).toHaveCount(3);
  await expect(table.getByRole("row", { name: /提供状況/ })).toContainText("全て同じ");
});

test("a category is narrowed by what it answers", async ({ plain, world }) => {
  await save(plain.request, world.url, "batch", "criteria/K18/availability", "partly");
  await plain.goto("/categories/K18");
  await plain.getByLabel("提供状況").selectOption("partly");
  await plain.getByRole("button", { name: "絞り込む" }).click();
  await expect(plain).toHaveURL(/availability=partly/);
  await expect(plain.locator("tr#batch")).toContainText("△");
  await expect(plain.locator("tbody tr").filter({ hasText: "◎" })).toHaveCount(0);
});

test("a sheet names the services that answer like it", async ({ plain }) => {
  await plain.goto("/services/s3");
  const panel = plain.locator("#similar");
  await expect(panel.getByRole("heading")).toHaveText("回答が近いサービス");
  // The nearest one may be a copy that answers all the same.
  const near = panel.getByRole("listitem").filter({ hasText: /違う：/ }).first();
  await expect(near).toContainText("%");
  await near.getByText(/^違う：/).click();
  await near.getByRole("listitem").first().getByRole("link").click();
  await expect(plain).toHaveURL(/\/categories\/K\d+\?compare=1&with=s3&with=/);
});
