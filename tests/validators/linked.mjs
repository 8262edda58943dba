// Judges the schema.org data of events: node linked.mjs FOLDER
// The names and kinds of values by schema.org's own vocabulary (as TypeScript types), the form by a JSON-LD processor, and
// what Google documents for an event: name, startDate and location must be there, and times carry an offset.
import { execFileSync } from "node:child_process";
import { readFileSync, readdirSync, symlinkSync, existsSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";

const folder = process.argv[2];
const tools = process.env.FOLKMOOT_VALIDATORS;
const require = createRequire(join(tools, "x.js"));
const jsonld = require("jsonld");
const files = readdirSync(folder).filter((file) => file.endsWith(".jsonld"));
let faults = 0;
const fault = (file, words) => { faults += 1; console.log(`${file}: ${words}`); };

const vocabulary = async () => ({ document: { "@context": { "@vocab": "https://schema.org/", "@language": null } } });
let source = 'import type { Event, WithContext } from "schema-dts";\n';
const wanted = {};
for (const file of files) {
  const event = JSON.parse(readFileSync(join(folder, file), "utf8"));
  source += `export const e_${file.replace(/\W/g, "_")}: WithContext<Event> = ${JSON.stringify(event)};\n`;
  const [expanded] = await jsonld.expand(event, { documentLoader: vocabulary, safe: true });
  if (!expanded?.["@type"]?.includes("https://schema.org/Event")) fault(file, "is no schema.org Event");
  for (const field of ["name", "startDate", "location"]) if (!event[field]) fault(file, `has no ${field}`);
  for (const field of ["description", "endDate", "eventStatus", "eventAttendanceMode", "organizer", "offers", "image"]) {
    wanted[field] = (wanted[field] ?? 0) + (event[field] ? 1 : 0);
  }
  for (const field of ["startDate", "endDate"]) {
    const time = event[field];
    if (time && !/^\d{4}-\d\d-\d\d(T\d\d:\d\d(:\d\d)?(Z|[+-]\d\d:\d\d))?$/.test(time)) fault(file, `${field} is ${time}`);
  }
  if (event.endDate && event.endDate < event.startDate) fault(file, "ends before it begins");
}
if (!existsSync(join(folder, "node_modules"))) symlinkSync(join(tools, "node_modules"), join(folder, "node_modules"));
writeFileSync(join(folder, "events.ts"), source);
try {
  const tsc = join(tools, "node_modules", ".bin", "tsc");
  execFileSync(tsc, ["--noEmit", "--strict", "--skipLibCheck", "--module", "nodenext", "--moduleResolution", "nodenext", "--target", "es2022", join(folder, "events.ts")], { encoding: "utf8" });
} catch (error) {
  fault("schema.org", error.stdout || error.message);
}
console.log(`${files.length} events; of the fields that Google recommends: ${Object.entries(wanted).map(([field, count]) => `${field} ${count}`).join(", ")}`);
process.exit(faults || !files.length ? 1 : 0);
