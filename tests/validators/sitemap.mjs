// Judges a sitemap by the protocol's own schema: node sitemap.mjs FILE
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";

const tools = process.env.FOLKMOOT_VALIDATORS;
const require = createRequire(join(tools, "x.js"));
const { validateXML } = require("xmllint-wasm");
const schema = readFileSync(join(tools, "node_modules", "sitemap", "schema", "sitemap.xsd"), "utf8");
const contents = readFileSync(process.argv[2], "utf8");
const judged = await validateXML({ xml: [{ fileName: "sitemap.xml", contents }], schema: [schema] });
for (const error of judged.errors) console.log(error.rawMessage);
process.exit(judged.valid ? 0 : 1);
