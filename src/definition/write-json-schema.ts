import { writeFileSync } from "node:fs";
import { definitionsJsonSchema } from "./json-schema.ts";

/** Writes schema/definitions.schema.json. Run it after every change of `schema/`: a test compares the two. */
writeFileSync(
  new URL("../../schema/definitions.schema.json", import.meta.url),
  `${JSON.stringify(definitionsJsonSchema(), null, 2)}\n`,
);
