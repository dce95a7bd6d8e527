import { execFileSync } from "node:child_process";
import { cell, openSheet, save } from "../support/desk.ts";
import { dataFolder, freePort, Program, remove } from "../support/program.ts";
import { expect, NOBODY, test, welcome } from "../support/test.ts";

/** PostgreSQL for this run; `cargo xtask test` starts one. */
const POSTGRES = process.env.KYOHYO_TEST_POSTGRES ?? "";
const SHEET = "/services/sqs/criteria";

test.describe("two servers in front of one PostgreSQL", () => {
  test.setTimeout(180_000);

  test("a change and a person on one are seen on the other, and its search finds it", async ({ browser }) => {
    if (POSTGRES === "") throw new Error("KYOHYO_TEST_POSTGRES names no database; `cargo xtask test --only e2e` starts one");
    const schema = `e2e${process.pid}x${Date.now()}`;
    execFileSync("psql", [POSTGRES, "-qc", `CREATE SCHEMA ${schema}`]);
    const by = POSTGRES.includes("?") ? "&" : "?";
    const database = `${POSTGRES}${by}options=-c%20search_path%3D${schema}`;
    const folders = [dataFolder(), dataFolder()];
    const first = await Program.start(folders[0], await freePort(), "--database", database, "--demo");
    const second = await Program.start(folders[1], await freePort(), "--database", database);
    const people = [];
    for (const [email, at] of [["hanako@a-bank.example", first], ["ichiro@b-bank.example", second]] as const) {
      const context = await browser.newContext({ baseURL: at.url, storageState: NOBODY });
      const page = await context.newPage();
      // The link was printed by the first server; the second one knows it as well.
      await welcome(page, first.link(email).replace(first.url, at.url), "長い合言葉 to sign in");
      people.push(page);
    }
    const [hanako, ichiro] = people;
    await openSheet(ichiro, SHEET);
    await openSheet(hanako, SHEET);
    await expect(ichiro.getByRole("list", { name: "ほかに閲覧中" })).toContainText("佐藤 花子（A銀行）");

    await save(hanako.request, first.url, "sqs", "criteria/K01/summary/ja", "一台目で書いたネコヤナギ");
    await expect(cell(ichiro, "K01", "概要").locator(".cell-body")).toHaveText("一台目で書いたネコヤナギ");
    await expect(async () => {
      await ichiro.goto("/search?q=%E3%83%8D%E3%82%B3%E3%83%A4%E3%83%8A%E3%82%AE");
      await expect(ichiro.getByRole("main")).toContainText("一台目で書いた", { timeout: 500 });
    }).toPass();
    await hanako.close();
    await openSheet(ichiro, SHEET);
    await expect(ichiro.getByText("ほかに閲覧中")).toBeHidden();

    await Promise.all([first.stop(), second.stop()]);
    execFileSync("psql", [POSTGRES, "-qc", `DROP SCHEMA ${schema} CASCADE`], { stdio: "ignore" });
    folders.forEach(remove);
  });
});
