import { writeFileSync } from "node:fs";
import { rulesJsonSchema } from "./read-rules.ts";

/** `npm run schema`: writes schema/governance-policy.schema.json. A test compares the two. */
writeFileSync("schema/governance-policy.schema.json", `${JSON.stringify(rulesJsonSchema(), null, 2)}\n`);
