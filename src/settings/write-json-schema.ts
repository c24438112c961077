import { writeFileSync } from "node:fs";
import { settingsJsonSchema } from "./schema.ts";

/** `npm run schema`: writes schema/config.schema.json. A test compares the two. */
writeFileSync("schema/config.schema.json", `${JSON.stringify(settingsJsonSchema(), null, 2)}\n`);
