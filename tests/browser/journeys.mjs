// What people come for, done in a real browser against a running Folkmoot with its sample feeds:
//   node tests/browser/journeys.mjs http://127.0.0.1:8080 [FOLDER FOR SCREENSHOTS]
// Each journey is made with script and without, on a wide screen and on a phone. Exit 1 when one fails,
// 77 when there is no browser or no playwright-core to drive it.
import assert from "node:assert/strict";
import { mkdirSync } from "node:fs";
import http from "node:http";
import { join } from "node:path";
import { browser as installed } from "./tools.mjs";

const [base, shots] = process.argv.slice(2);
if (!base) {
  console.error("usage: node journeys.mjs ADDRESS [FOLDER]");
  process.exit(2);
}
const { playwright, executablePath } = installed();
if (shots) mkdirSync(shots, { recursive: true });

const text = (page, selector = "main") => page.locator(selector).innerText();

/** Follows a link or presses a button, and waits for the page that it leads to. */
const follow = (page, way) => Promise.all([page.waitForEvent("load"), way.click()]);

/** The filters in an address; without script a form sends its empty fields too. */
const filters = (page) => [...new URL(page.url()).searchParams].filter(([, value]) => value);

/** A waste manager finds her service and leaves with the address of its calendar. */
async function subscribe(page) {
  await page.goto(base);
  await follow(page, page.getByRole("navigation", { name: "Main" }).getByRole("link", { name: "Services" }));
  await follow(page, page.getByRole("link", { name: /^Waste/ }));
  assert.match(await page.locator("h1").innerText(), /Waste/);
  assert.match(await text(page), /Waste Services Discovery Day/);
  await follow(page, page.getByRole("link", { name: "Subscribe to these events" }));
  assert.equal(await page.getByLabel("Service", { exact: true }).inputValue(), "waste");
  await page.getByLabel("And online events").check();
  await follow(page, page.getByRole("button", { name: "Make my calendar" }));
  const address = await page.getByLabel(/copy this address/).inputValue();
  assert.equal(address, `${base}/services/waste/calendar.ics?or_online=yes`);
  const answer = await page.request.get(address);
  assert.equal(answer.status(), 200);
  assert.match(answer.headers()["content-type"], /^text\/calendar/);
  assert.match(await answer.text(), /SUMMARY:Waste Services Discovery Day/);
  for (const name of [/Outlook at work/, /Outlook.com/, /Google/]) {
    const href = await page.getByRole("link", { name }).first().getAttribute("href");
    assert.ok(href.includes(encodeURIComponent(address.replace(/^https?:/, "")).slice(0, 30)), href);
  }
  const apple = await page.getByRole("link", { name: /Apple/ }).getAttribute("href");
  assert.match(apple, /^webcal:\/\//);
}

/** Somebody filters, searches, turns the page, opens an event, and comes back to the same list. */
async function search(page, script) {
  await page.goto(`${base}/events`);
  await page.getByLabel("Service", { exact: true }).selectOption("digital-data");
  await follow(page, page.getByRole("button", { name: "Show events" }));
  assert.deepEqual(filters(page), [["service", "digital-data"]]);
  if (script) assert.match(page.url(), /\?service=digital-data$/, "an address to pass on");
  const all = await page.locator("li.event").count();
  assert.ok(all > 2, "the samples have events for digital");
  await page.goto(`${base}/events?service=digital-data&limit=2`);
  assert.equal(await page.locator("li.event").count(), 2);
  const first = await page.locator("li.event a").first().getAttribute("href");
  await follow(page, page.getByRole("link", { name: "Later events" }));
  assert.equal(await page.locator("li.event").count(), 2);
  assert.match(page.url(), /service=digital-data/, "the filter stays");
  const list = page.url();
  const event = page.locator("li.event a").first();
  const title = await event.innerText();
  await follow(page, event);
  assert.equal(await page.locator("h1").innerText(), title);
  assert.ok(await page.getByText("Why is this here?").isVisible());
  await page.goBack();
  assert.equal(page.url(), list);
  await page.goBack();
  assert.equal(await page.locator("li.event a").first().getAttribute("href"), first);
  await page.getByLabel("Words").fill("discvery");
  await follow(page, page.getByRole("button", { name: "Show events" }));
  assert.match(await text(page), /Nothing is announced for Digital/);
  assert.match(await text(page), /Did you mean discovery\?/);
  await follow(page, page.locator(".meant a"));
  assert.match(await text(page), /Waste Services Discovery Day/);
  await follow(page, page.getByRole("navigation", { name: "List or month" }).getByRole("link", { name: "Month" }));
  assert.ok(await page.locator("table.month").isVisible());
  assert.match(page.url(), /q=discovery/, "the month keeps the filter");
}

/** A web officer looks for her council's feed and reads what to change. */
async function publisher(page) {
  await page.goto(base);
  await follow(page, page.getByRole("navigation", { name: "Main" }).getByRole("link", { name: "Feeds" }));
  await follow(page, page.getByRole("link", { name: /Council: events for professionals/ }));
  assert.match(await page.locator("h1").innerText(), /^Report card/);
  const words = await text(page);
  assert.match(words, /What to change/);
  assert.match(words, /no date that a machine can read/);
  assert.match(words, /To do: /);
  await follow(page, page.getByRole("navigation", { name: "Footer" }).getByRole("link", { name: "Get your events listed" }));
  assert.equal(await page.locator("h1").count(), 1);
}

/** The publisher of a feed that fails finds it on the list and reads why, without its address being given away. */
async function broken(page) {
  await page.goto(`${base}/feeds`);
  const row = page.getByRole("row").filter({ hasText: /Never worked|Failing/ });
  await follow(page, row.getByRole("link").first());
  assert.match(await page.locator("h1").innerText(), /^Report card/);
  const words = await text(page);
  assert.match(words, /Never worked|Failing/);
  assert.match(words, /Could not be (fetched|read)/);
  const why = await page.getByRole("table").locator("tbody tr").first().locator("td").last().innerText();
  assert.ok(why.split(" ").length > 3, `says why: ${why}`);
  assert.ok(words.split("What to change")[1].includes(`The last check said: ${why}`), "and that this is what to see to");
  assert.match(words, /Next check/);
  assert.doesNotMatch(await page.content(), /secret/);
  await follow(page, page.getByRole("link", { name: "Cymraeg" }));
  assert.match(await text(page), /Erioed wedi gweithio|Yn methu/);
  assert.match(await text(page), /Methu ei (nôl|darllen)/);
}

/** A reader of Welsh: her browser asks for it, each page keeps to it, and the switch leads to the same list in English. */
async function welsh(page) {
  await page.goto(`${base}/`);
  assert.equal(await page.locator("html").getAttribute("lang"), "cy", "by the browser's languages");
  await follow(page, page.getByRole("navigation", { name: "Prif ddewislen" }).getByRole("link", { name: "Gwasanaethau" }));
  await follow(page, page.getByRole("link", { name: /^Gwastraff/ }));
  assert.match(await page.locator("h1").innerText(), /Gwastraff, ailgylchu/);
  const title = page.getByRole("link", { name: "Waste Services Discovery Day" }).first();
  assert.equal(await title.getAttribute("lang"), "en", "the organiser's words are in English");
  assert.match(await text(page), /Dydd (Llun|Mawrth|Mercher|Iau|Gwener|Sadwrn|Sul) \d+ \p{L}+ \d{4}/u);
  await follow(page, page.getByRole("link", { name: "Hidlo’r digwyddiadau hyn" }));
  await follow(page, page.getByRole("button", { name: "Dangos digwyddiadau" }));
  const ids = () => page.locator("li.event a").evaluateAll((links) => links.map((link) => link.pathname.split("/").pop()));
  const listed = await ids();
  assert.ok(listed.length > 0);
  const chosen = filters(page);
  await follow(page, page.getByRole("link", { name: "English" }));
  assert.equal(await page.locator("html").getAttribute("lang"), "en-GB");
  assert.deepEqual(filters(page), chosen, "the filters stay");
  assert.deepEqual(await ids(), listed);
  await follow(page, page.getByRole("navigation", { name: "Main" }).getByRole("link", { name: "Subscribe" }));
  assert.equal(await page.locator("html").getAttribute("lang"), "en-GB", "the choice holds against the browser");
  await follow(page, page.getByRole("link", { name: "Cymraeg" }));
  await page.getByLabel("Gwasanaeth", { exact: true }).selectOption("waste");
  await follow(page, page.getByRole("button", { name: "Creu fy nghalendr" }));
  const address = await page.getByLabel(/copïwch y cyfeiriad hwn/).inputValue();
  assert.equal(address, `${base}/services/waste/calendar.ics`, "a calendar has one address");
  await page.goto(`${base}/cy/nothing-here`);
  assert.match(await page.locator("h1").innerText(), /Heb ddod o hyd/);
}
welsh.locale = "cy-GB";

/** Presses a key until what has the focus passes; without script the page cannot be asked, so the browser's own
 *  tree of names and roles is. */
async function reach(page, wanted, most = 120) {
  const session = await page.context().newCDPSession(page);
  for (let press = 0; press < most; press += 1) {
    await page.keyboard.press("Tab");
    const { nodes } = await session.send("Accessibility.getFullAXTree");
    const value = (node, name) => node.properties?.find((property) => property.name === name)?.value.value;
    const focused = nodes.filter((node) => value(node, "focused") && node.role?.value !== "RootWebArea").pop();
    const name = focused?.name?.value ?? "";
    if (focused && wanted(focused.role.value, name)) return name;
  }
  throw new Error("the keyboard does not get there");
}

/** The way round with the keyboard alone, script or none: skip, choose, send, open, read why, subscribe. */
async function keyboard(page) {
  await page.goto(base);
  await reach(page, (role, name) => role === "link" && name === "Skip to main content", 1);
  await page.keyboard.press("Enter");
  await reach(page, (role, name) => role === "link" && name === "Get these events in your calendar", 1);
  await reach(page, (role, name) => /combobox|popup/i.test(role) && name === "Service");
  await page.keyboard.type("Waste");
  await reach(page, (role, name) => role === "button" && name === "Show events");
  await page.keyboard.press("Enter");
  await page.waitForURL(/service=waste/);
  await reach(page, (role, name) => role === "link" && name === "Waste Services Discovery Day");
  await page.keyboard.press("Enter");
  await page.waitForURL(/\/events\/[a-z2-7]{12}$/);
  await reach(page, (_, name) => name === "Why is this here?");
  await page.keyboard.press("Enter");
  assert.ok(await page.getByRole("heading", { name: "Why it is listed" }).isVisible());
  await page.goto(`${base}/subscribe`);
  await reach(page, (role, name) => /combobox|popup/i.test(role) && name === "Service");
  await page.keyboard.type("Waste");
  await reach(page, (role, name) => role === "button" && name === "Make my calendar");
  await page.keyboard.press("Enter");
  await page.waitForURL(/service=waste/);
  await reach(page, (role, name) => role === "textbox" && /copy this address/.test(name));
}

/** Another site's page shows the list: in a frame, as an include, and through FullCalendar's way of asking. */
async function elsewhere(page, script) {
  const code = script
    ? `<div id=events></div><script>fetch("${base}/include?service=waste").then(r => r.text()).then(t => { document.getElementById("events").innerHTML = t; });
       fetch("${base}/api/v1/occurrences?start=2026-01-01T00:00:00Z&end=2028-01-01T00:00:00Z").then(r => r.json()).then(d => { document.title = "dates: " + d.length; });</script>`
    : "";
  const host = http.createServer((_, answer) => {
    answer.setHeader("content-type", "text/html");
    answer.end(`<!doctype html><title>intranet</title><iframe title="Events" src="${base}/embed?service=waste" width=600 height=480></iframe>${code}`);
  });
  await new Promise((ready) => host.listen(0, "127.0.0.1", ready));
  try {
    await page.goto(`http://localhost:${host.address().port}/`);
    const frame = page.frameLocator("iframe");
    await frame.getByRole("link", { name: "Waste Services Discovery Day" }).first().waitFor();
    if (script) {
      await page.locator("#events").getByRole("link", { name: "Waste Services Discovery Day" }).first().waitFor();
      await page.waitForFunction(() => /^dates: [1-9]/.test(document.title));
    }
  } finally {
    host.close();
  }
}

const journeys = { subscribe, search, publisher, welsh, keyboard, elsewhere };
// A feed that fails is not among the samples: whoever runs this adds one with "secret" in its address and says so.
if (process.env.BROKEN_FEED) journeys.broken = broken;
const browser = await playwright.chromium.launch({ executablePath, args: ["--no-sandbox"] });
let failed = 0;
for (const script of [true, false]) {
  for (const [width, height] of [[1280, 900], [375, 812]]) {
    for (const [name, journey] of Object.entries(journeys)) {
      const context = await browser.newContext({ javaScriptEnabled: script, viewport: { width, height }, locale: journey.locale ?? "en-GB" });
      context.setDefaultTimeout(10_000);
      const page = await context.newPage();
      const errors = [];
      page.on("pageerror", (error) => errors.push(String(error)));
      const what = `${name} at ${width} px ${script ? "with" : "without"} script`;
      try {
        await journey(page, script);
        assert.deepEqual(errors, []);
        console.log(`ok    ${what}`);
      } catch (error) {
        failed += 1;
        console.log(`FAILED ${what}: ${error.message}`);
      }
      if (shots) await page.screenshot({ path: join(shots, `${what.replaceAll(" ", "-")}.png`), fullPage: true });
      await context.close();
    }
  }
}
await browser.close();
console.log(`${failed} failed`);
process.exit(failed ? 1 : 0);
