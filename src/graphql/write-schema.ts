/**
 * `npm run schema`: writes schema/schema.graphql, the SDL of the sample catalog. A test compares, so that every change
 * of the API shows in review. A change that breaks clients is not written before it stands in
 * schema/accepted-changes.json with the day and the reason.
 */
import { readFileSync, writeFileSync } from "node:fs";
import { lexicographicSortSchema, printSchema } from "graphql";
import { loadGoverned } from "../governance/index.ts";
import { buildSchema } from "./schema.ts";
import { readAcceptedChanges, unacceptedChanges } from "./schema-drift.ts";

const { catalog } = loadGoverned("metrics", new Date(), null);
if (!catalog) throw new Error("metrics/ does not load; run `npm run assay -- check`");
const schema = lexicographicSortSchema(buildSchema({ catalog }));
const accepted = readAcceptedChanges(readFileSync("schema/accepted-changes.json", "utf8"));
const changes = unacceptedChanges(readFileSync("schema/schema.graphql", "utf8"), schema, accepted);
if (changes.length > 0) {
  process.stderr.write(
    `These changes break clients. Undo them, or add each to schema/accepted-changes.json:\n${changes.map((change) => `  ${change}\n`).join("")}`,
  );
  process.exitCode = 1;
} else {
  writeFileSync("schema/schema.graphql", `${printSchema(schema)}\n`);
}
