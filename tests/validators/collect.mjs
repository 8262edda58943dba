// Fetches one of every kind of page and output into a folder: node collect.mjs ADDRESS FOLDER
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";

const [base, folder] = process.argv.slice(2);
mkdirSync(folder, { recursive: true });

async function text(path, status = 200) {
  const answer = await fetch(base + path, { redirect: "error" });
  if (answer.status !== status) throw new Error(`${path} answered ${answer.status}, not ${status}`);
  return answer.text();
}
const name = (path) => path.replace(/[^A-Za-z0-9]+/g, "_").replace(/^_+|_+$/g, "") || "home";

const { events } = JSON.parse(await text("/api/v1/events?limit=200&from=2000-01-01"));
const { feeds } = JSON.parse(await text("/api/v1/feeds"));
const { members } = JSON.parse(await text("/api/v1/members"));
if (!events.length || !feeds.length) throw new Error("there are no events yet: wait until the feeds were checked");

// One event of each shape is enough for the pages' markup; the data in them is judged for all.
const shapes = new Map();
for (const event of events) {
  const shape = [event.status, event.attendance, event.all_day, !!event.recurrence, !!event.place, !!event.booking_url, !event.start];
  if (!shapes.has(String(shape))) shapes.set(String(shape), event.id);
}
const group = members.find((member) => member.type === "group");
const council = events.map((event) => event.organiser?.council).find(Boolean) ?? "WBK";
const pages = [
  "/", "/events", "/events?q=waste", "/events?q=discvery", "/events?service=waste&region=scotland", "/month", "/undated", "/services",
  "/services/waste", "/kinds", "/kinds/peer-group", "/councils", `/councils/${council}`, "/regions/south-west", "/subscribe",
  "/subscribe?service=waste&or_online=yes", "/share", "/share?service=waste", "/embed", "/feeds", ...feeds.map((feed) => `/feeds/${feed.id}`),
  "/publish", "/about", "/accessibility", "/privacy", "/api", ...[...shapes.values()].map((id) => `/events/${id}`),
];
if (group?.id) pages.push(`/groups/${group.id}`);
const welsh = ["/", "/events", "/events?q=discvery", "/month", "/services/waste", "/subscribe?service=waste", "/share", "/embed", "/feeds", `/feeds/${feeds[0].id}`, "/publish", "/about", "/accessibility", "/privacy", "/api", `/events/${events[0].id}`];
pages.push(...welsh.map((path) => `${path}${path.includes("?") ? "&" : "?"}lang=cy`));
for (const path of pages) writeFileSync(join(folder, `${name(path)}.html`), await text(path));
writeFileSync(join(folder, "missing.html"), await text("/nothing-here", 404));
writeFileSync(join(folder, "refused.html"), await text("/events?service=wast", 400));
// The fragment stands inside another site's page.
const fragment = await text("/include");
writeFileSync(join(folder, "include.html"), `<!DOCTYPE html><html lang="en"><head><title>Include</title></head><body>${fragment}</body></html>`);

for (const { id } of events) {
  const page = await text(`/events/${id}`);
  const script = /<script type="application\/ld\+json">([\s\S]*?)<\/script>/.exec(page);
  if (script) writeFileSync(join(folder, `${id}.jsonld`), script[1]);
}
for (const [path, file] of [
  ["/feed.atom", "feed.atom"], ["/feed.atom?service=waste", "waste.atom"], [`/feeds/${feeds[0].id}/health.atom`, "health.atom"],
  ["/feed.json", "feed.json"], ["/feed.json?service=waste", "waste.json"], ["/feeds.opml", "feeds.opml"], ["/sitemap.xml", "sitemap.xml"],
  ["/assets/folkmoot.css", "folkmoot.css"],
]) writeFileSync(join(folder, file), await text(path));
