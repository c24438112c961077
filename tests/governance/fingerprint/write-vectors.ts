import { writeFileSync } from "node:fs";
import { FP_1 } from "../../../src/governance/fingerprint/specs.ts";
import { vectorsNow } from "./vectors.ts";

// They are part of the specification: what is written here anew is another fingerprint for everybody.
writeFileSync(FP_1.vectors, `${JSON.stringify(vectorsNow(), null, 2)}\n`);
