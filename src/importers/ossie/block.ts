import type { YamlMap } from "../../definition/index.ts";
import { canonicalJson, sha256 } from "../../std/index.ts";
import type { Origin } from "../metricflow/project.ts";
import { isMap, yamlOf } from "./data.ts";
import type { DialectText, Version } from "./document.ts";
import type { Tell } from "./telling.ts";

interface Extension {
  readonly vendor: string;
  readonly data: string;
}

/** Ours; 0.1.1 knows a few vendors only, and one for all the others. */
const VENDOR = "ASSAY";
const VENDOR_OF_ALL = "COMMON";
const KEY = "assay";

/** What Ossie lacks, as an extension of ours. */
export function ourExtension(block: YamlMap, version: Version): Extension {
  return { vendor: version === "0.1.1" ? VENDOR_OF_ALL : VENDOR, data: JSON.stringify({ [KEY]: block }) };
}

/** Our own block among the extensions of an object, and those of others, which stay as they are. */
export function splitExtensions(
  extensions: readonly Extension[],
  origin: Origin,
  tell: Tell,
): { readonly block: YamlMap | null; readonly foreign: readonly Extension[] } {
  let block: YamlMap | null = null;
  const foreign: Extension[] = [];
  for (const extension of extensions) {
    const found: YamlMap | null =
      block === null && [VENDOR, VENDOR_OF_ALL].includes(extension.vendor) ? blockIn(extension.data) : null;
    if (found) block = found;
    else if (extension.vendor !== VENDOR) foreign.push(extension);
    else
      tell(
        "INVALID_VALUE",
        origin,
        `The extension of ${VENDOR} cannot be read, so that only what Ossie says itself is.`,
      );
  }
  return { block, foreign };
}

function blockIn(data: string): YamlMap | null {
  try {
    const parsed = yamlOf(JSON.parse(data));
    const inner = isMap(parsed) ? parsed[KEY] : null;
    return isMap(inner) ? inner : null;
  } catch {
    return null;
  }
}

/** Tells whether an expression is still the one that our block was written with. */
export function fingerprintOf(texts: readonly DialectText[]): string {
  return sha256(canonicalJson(texts)).slice(0, 12);
}
