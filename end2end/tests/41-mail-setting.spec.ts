import { expect, test } from "../support/test.ts";

test("how often one wants mail is one's own setting, and is kept", async ({ other }) => {
  await other.goto("/account");
  const panel = other.locator("#mail");
  await expect(panel.getByLabel("頻度")).toHaveValue("off");
  await panel.getByLabel("頻度").selectOption({ label: "1日1回（朝8時）" });
  await panel.getByLabel("言語").selectOption({ label: "English" });
  await panel.getByRole("button", { name: "通知を保存" }).click();
  await expect(other.getByRole("status").filter({ hasText: "メール通知の設定を保存しました。" })).toBeVisible();
  await other.goto("/account");
  await expect(panel.getByLabel("頻度")).toHaveValue("daily");
  await expect(panel.getByLabel("言語")).toHaveValue("en");
  await panel.getByLabel("頻度").selectOption({ value: "off" });
  await panel.getByRole("button", { name: "通知を保存" }).click();
});
