// What a developer of another site does, in a real browser: a page of another origin fetches the data, and FullCalendar shows them.
//   node tests/browser/elsewhere.mjs http://127.0.0.1:8080
// Exit 1 when one fails, 77 when there is no browser, no playwright-core or no FullCalendar (npm install in tests/browser).
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import http from "node:http";
import { dirname, join } from "node:path";
import { browser, look, skip } from "./tools.mjs";

const base = process.argv[2];
if (!base) {
  console.error("usage: node elsewhere.mjs ADDRESS");
  process.exit(2);
}
const { playwright, executablePath } = browser();
// The package names its entry points but not the file for browsers, which lies beside them.
const beside = (require) => join(dirname(require.resolve("fullcalendar")), "index.global.min.js");
const script = look((require) => readFileSync(beside(require), "utf8"));
if (!script) skip("no FullCalendar (npm install in tests/browser)");

const { occurrences } = await (await fetch(`${base}/api/v1/occurrences?limit=1`)).json();
assert.ok(occurrences.length, "there are no events yet: wait until the feeds were checked");
const [first] = occurrences;
const month = first.start.slice(0, 10);

const page = `<!DOCTYPE html><html lang="en"><head><meta charset="utf-8"><title>An intranet</title></head><body><div id="calendar"></div>
<script src="/fullcalendar.js"></script>
<script>
  const calendar = new FullCalendar.Calendar(document.getElementById("calendar"), {
    initialView: "listMonth", initialDate: "${month}", timeZone: "Europe/London",
    events: "${base}/api/v1/occurrences",
    eventSourceSuccess: () => { window.loaded = true; },
    eventSourceFailure: (error) => { window.failed = String(error); },
  });
  calendar.render();
</script></body></html>`;
const site = http.createServer((request, response) => {
  const isScript = request.url === "/fullcalendar.js";
  response.writeHead(200, { "content-type": isScript ? "text/javascript; charset=utf-8" : "text/html; charset=utf-8" });
  response.end(isScript ? script : page);
});
await new Promise((done) => site.listen(0, "127.0.0.1", done));
const chromium = await playwright.chromium.launch({ executablePath, args: ["--no-sandbox"] });
try {
  const tab = await chromium.newPage();
  await tab.goto(`http://localhost:${site.address().port}/`);

  // A plain fetch, and one with a header that makes the browser ask first whether it may.
  for (const path of ["/api/v1/events?service=waste", "/api/v1/occurrences", "/api/v1/changes", "/calendar.ics", "/feed.json", "/feed.atom", "/events.csv", "/include"]) {
    const seen = await tab.evaluate(async (address) => {
      const plain = await fetch(address);
      const etag = plain.headers.get("etag");
      const body = await plain.text();
      const again = await fetch(address, { cache: "no-store", headers: { "If-None-Match": etag } });
      return { status: plain.status, etag, length: body.length, again: again.status };
    }, base + path);
    assert.equal(seen.status, 200, path);
    assert.ok(seen.etag && seen.length, `${path}: ${JSON.stringify(seen)}`);
    assert.equal(seen.again, 304, path);
    console.log(`ok: ${path} is read from another origin`);
  }

  await tab.waitForFunction(() => window.loaded || window.failed);
  assert.equal(await tab.evaluate(() => window.failed), undefined);
  // What FullCalendar shows is what the list has for that month.
  const shown = new Set(await tab.locator(".fc-list-event-title").allInnerTexts());
  const end = new Date(Date.UTC(Number(month.slice(0, 4)), Number(month.slice(5, 7)), 1)).toISOString().slice(0, 10);
  const address = `${base}/api/v1/occurrences?from=${month.slice(0, 8)}01&to=${end}&limit=200`;
  const list = await (await fetch(address)).json();
  assert.ok(list.occurrences.length);
  for (const { title } of list.occurrences) {
    assert.ok([...shown].some((text) => text.includes(title)), `${title} is not among ${[...shown]}`);
  }
  console.log(`ok: FullCalendar shows ${shown.size} titles of ${month.slice(0, 7)}`);
} finally {
  await chromium.close();
  site.close();
}
