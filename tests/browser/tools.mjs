// Where the browser tests find what drives the browser: beside this file, with the calendar clients, or with the validators.
import { existsSync } from "node:fs";
import { createRequire } from "node:module";
import { homedir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const cache = process.env.XDG_CACHE_HOME ?? join(homedir(), ".cache");
const places = [
  fileURLToPath(import.meta.url),
  join(process.env.CF_HOME ?? join(homedir(), ".cache", "calendar-clients"), "node", "x.js"),
  join(process.env.FOLKMOOT_VALIDATORS ?? join(cache, "folkmoot", "validators"), "x.js"),
];

/** What `use` makes of the first place that has a package; null when none has. */
export function look(use) {
  for (const place of places) {
    try {
      return use(createRequire(place));
    } catch {
      // The next one, then.
    }
  }
  return null;
}

/** Ends the test as skipped, and says why. */
export function skip(words) {
  console.log(`skipped: ${words}`);
  process.exit(77);
}

/** The driver and the browser; the test ends as skipped without them. */
export function browser() {
  const playwright = look((require) => require("playwright-core"));
  const executablePath = process.env.CHROMIUM ?? "/usr/bin/chromium";
  if (!playwright) skip("no playwright-core (npm install in tests/browser)");
  if (!existsSync(executablePath)) skip("no Chromium");
  return { playwright, executablePath };
}
