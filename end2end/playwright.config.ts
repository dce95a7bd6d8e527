import { defineConfig } from "@playwright/test";

/** Screenshots are made on demand: `npm run shots`. */
const shots = process.env.KYOHYO_SHOTS === "1";

export default defineConfig({
  testDir: "tests",
  outputDir: "results",
  // One program with one database and two people: the specs take turns.
  workers: 1,
  fullyParallel: false,
  retries: 0,
  forbidOnly: true,
  reporter: [["list"]],
  timeout: shots ? 600_000 : 60_000,
  expect: { timeout: 10_000 },
  grep: shots ? /@shots/ : undefined,
  grepInvert: shots ? undefined : /@shots/,
  use: {
    browserName: "chromium",
    // What the reader's browser prefers must not matter: the interface starts in Japanese.
    locale: "en-US",
    timezoneId: "Asia/Tokyo",
    viewport: { width: 1440, height: 900 },
    // Colours in the middle of a change are no finding.
    contextOptions: { reducedMotion: "reduce" },
    actionTimeout: 15_000,
    navigationTimeout: 30_000,
    launchOptions: {
      executablePath: process.env.KYOHYO_CHROMIUM || "/usr/bin/chromium",
      args: [
        "--no-sandbox",
        "--disable-gpu",
        "--disable-quic",
        "--no-first-run",
        "--disable-background-networking",
        "--disable-component-update",
        "--disable-sync",
      ],
    },
  },
});
