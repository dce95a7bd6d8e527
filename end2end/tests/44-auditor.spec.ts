import { execFileSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { binary } from "../support/program.ts";
import { expect, test } from "../support/test.ts";

const PROGRAM = binary();

/** What the command says of a file: exit code and report. */
function check(file: string): { ok: boolean; header: { layer: string }; faults: { kind: string; number: number }[] } {
  try {
    return JSON.parse(execFileSync(PROGRAM, ["check", "--audit", file, "--json"], { encoding: "utf8" }));
  } catch (error) {
    return JSON.parse((error as { stdout: string }).stdout);
  }
}

test.describe("an auditor", () => {
  test("narrows the audit by person, sheet and day, takes it out, and the command verifies the file", async ({ page }, info) => {
    await page.goto("/audit?institution=a-bank");
    await page.getByLabel("評価シート").selectOption("s3");
    await page.getByLabel("種類").selectOption("change");
    await page.getByRole("button", { name: "絞り込む" }).click();
    await expect(page.getByRole("row").filter({ hasText: "自機関の判断" })).toBeVisible();
    await page.getByLabel("この日まで").fill("2020-01-01");
    await page.getByRole("button", { name: "絞り込む" }).click();
    await expect(page.getByText("当てはまる記録はありません。")).toBeVisible();

    const downloading = page.waitForEvent("download");
    await page.getByRole("link", { name: "検証できる記録を出力" }).click();
    const file = info.outputPath("audit.jsonl");
    await (await downloading).saveAs(file);
    const report = check(file);
    expect(report.faults).toEqual([]);
    expect(report).toMatchObject({ ok: true, header: { layer: "i:a-bank" } });
    const text = readFileSync(file, "utf8");
    expect(text).not.toContain("b-bank");

    const bad = info.outputPath("bad.jsonl");
    writeFileSync(bad, text.replace("自機関の判断", "自機関の決定"));
    expect(check(bad)).toMatchObject({ ok: false, faults: [{ kind: "changed" }] });
    writeFileSync(bad, text.split("\n").slice(0, 3).join("\n") + "\n");
    expect(check(bad).faults.map((f) => f.kind)).toContain("truncated");
  });

  test("of another institution finds nothing there", async ({ other }) => {
    for (const path of ["/audit?institution=a-bank", "/audit/export?institution=a-bank"]) {
      expect((await other.request.get(path)).status()).toBe(404);
    }
    expect((await other.request.get("/audit")).status()).toBe(403);
  });
});
