// The operator's pages in a real browser, without script, on a wide screen and a phone:
//   node tests/browser/operator.mjs ADDRESS [FOLDER FOR SCREENSHOTS]
// ADDRESS is what `folkmoot operator` prints; at least two events must be held. Exit 1 when something fails, 77 without a browser.
import assert from "node:assert/strict";
import { mkdirSync, readFileSync } from "node:fs";
import http from "node:http";
import { join } from "node:path";
import { browser as installed, look } from "./tools.mjs";

const [door, shots] = process.argv.slice(2);
if (!door) {
  console.error("usage: node operator.mjs ADDRESS [FOLDER]");
  process.exit(2);
}
const { playwright, executablePath } = installed();
const axe = look((require) => readFileSync(require.resolve("axe-core/axe.min.js"), "utf8"));
if (!axe) console.log("skipped: axe (no axe-core)");
if (shots) mkdirSync(shots, { recursive: true });
const base = new URL(door).origin;
const browser = await playwright.chromium.launch({ executablePath, args: ["--no-sandbox"] });
const notice = (page) => page.getByRole("status").innerText();

async function axed(context, path) {
  const page = await context.newPage();
  await page.goto(base + path);
  const faults = await page.evaluate(`${axe}; axe.run({ runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"] })
    .then((result) => result.violations.map((fault) => fault.id + ": " + fault.nodes[0].html))`);
  assert.deepEqual(faults, [], path);
  await page.close();
}

try {
  const context = await browser.newContext({ javaScriptEnabled: false });
  const page = await context.newPage();
  await page.goto(door);
  assert.equal(await page.locator("h1").innerText(), "Overview");
  assert.equal((await page.goto(door)).status(), 403, "the address works once");

  // An edit of feeds.toml reaches the daemon within two seconds.
  for (let turn = 0; turn < 60; turn += 1) {
    await page.goto(`${base}/operator/review`);
    if ((await page.getByRole("button", { name: /^Accept/ }).count()) > 1) break;
    await page.waitForTimeout(250);
  }
  const paths = ["/operator", "/operator/review", "/operator/feeds", "/operator/today"];
  for (const path of paths) {
    for (const width of [1280, 375]) {
      await page.setViewportSize({ width, height: 900 });
      await page.goto(base + path);
      assert.equal(await page.locator("h1").count(), 1, path);
      if (shots) await page.screenshot({ path: join(shots, `${path.slice(1).replace("/", "-")}-${width}.png`), fullPage: true });
    }
  }
  if (axe) {
    const withScript = await browser.newContext({ bypassCSP: true });
    await withScript.addCookies(await context.cookies());
    for (const path of paths) await axed(withScript, path);
  }
  console.log("ok: the pages stand");

  await page.goto(`${base}/operator/review`);
  const title = await page.locator("main h2").first().innerText();
  await page.getByRole("button", { name: "Accept" }).first().click();
  assert.equal(await notice(page), `${title}: Accepted: it is listed.`);
  const second = await page.locator("main h2").first().innerText();
  await page.getByRole("button", { name: "Reject" }).first().press("Enter");
  assert.match(await notice(page), new RegExp(`^${second.replace(/[^\w ]/g, ".")}: Rejected`));
  await page.goto(`${base}/operator/today`);
  assert.ok((await page.locator("tr", { hasText: title }).count()) > 0, "what was accepted stands among today's changes");
  await page.goto(`${base}/operator/feeds`);
  await page.getByRole("button", { name: /^Check now/ }).first().click();
  assert.match(await notice(page), /^Checked: /);
  console.log("ok: accept, reject, check now");

  // A page of another site, opened in the same browser, sends the same form.
  const elsewhere = http.createServer((_, response) => {
    response.writeHead(200, { "content-type": "text/html" });
    response.end(`<form method="post" action="${base}/operator/check"><button>Win a prize</button></form>`);
  });
  await new Promise((done) => elsewhere.listen(0, "127.0.0.1", done));
  await page.goto(`http://localhost:${elsewhere.address().port}/`);
  const [answer] = await Promise.all([page.waitForNavigation(), page.getByRole("button").click()]);
  assert.equal(answer.status(), 403);
  elsewhere.close();
  const stranger = await (await browser.newContext()).newPage();
  assert.equal((await stranger.goto(`${base}/operator`)).status(), 403);
  console.log("ok: nobody else is obeyed");
} finally {
  await browser.close();
}
