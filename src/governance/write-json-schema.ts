import { writeFileSync } from "node:fs";
import { rulesJsonSchema } from "./read-rules.ts";
import { reportJsonSchema } from "./report/schema.ts";

/** `npm run schema`: writes the schemas of the policy and of reports. Tests compare them with the code. */
for (const [name, schema] of [
  ["governance-policy", rulesJsonSchema()],
  ["governance-report", reportJsonSchema()],
] as const) {
  writeFileSync(`schema/${name}.schema.json`, `${JSON.stringify(schema, null, 2)}\n`);
}
