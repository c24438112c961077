/**
 * `npm run schema`: writes schema/schema.graphql, the SDL of the sample catalog. A test compares, so that every change
 * of the API shows in review.
 */
import { writeFileSync } from "node:fs";
import { lexicographicSortSchema, printSchema } from "graphql";
import { loadCatalog } from "../compile/index.ts";
import { buildSchema } from "./schema.ts";

const { catalog } = loadCatalog("metrics");
if (!catalog) throw new Error("metrics/ does not load; run `npm run assay -- check`");
writeFileSync("schema/schema.graphql", `${printSchema(lexicographicSortSchema(buildSchema({ catalog })))}\n`);
