import { writeFileSync } from "node:fs";
import { vectorsNow } from "./vectors.ts";

// They are part of the specification: what is written here anew is another fingerprint for everybody.
const path = new URL("../../../schema/fingerprint-vectors.json", import.meta.url);
writeFileSync(path, `${JSON.stringify(vectorsNow(), null, 2)}\n`);
