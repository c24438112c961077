import type { YamlMap } from "../../definition/index.ts";
import { isMap, listAt, mapAt, textAt } from "./data.ts";
import { DATATYPES, type Datatype, type Field } from "./document.ts";
import { NOWHERE } from "./facts.ts";

/** What an import kept of Ossie beside a definition: `extensions.ossie`. */
export function keptOf(raw: YamlMap): YamlMap {
  return mapAt(mapAt(raw, "extensions"), "ossie");
}

/** `ai_context` and the extensions of others. */
export function keptNotes(kept: YamlMap) {
  const extensions = listAt(kept, "custom_extensions").flatMap((extension) => {
    const vendor = isMap(extension) ? textAt(extension, "vendor_name") : null;
    const data = isMap(extension) ? textAt(extension, "data") : null;
    return vendor !== null && data !== null ? [{ vendor, data }] : [];
  });
  return { aiContext: kept["ai_context"] ?? null, extensions, place: NOWHERE };
}

/** A field that is no dimension. */
export function keptField(kept: YamlMap): Field | null {
  const name = textAt(kept, "name");
  const texts = listAt(mapAt(kept, "expression"), "dialects").flatMap((pair) => {
    const dialect = isMap(pair) ? textAt(pair, "dialect") : null;
    const text = isMap(pair) ? textAt(pair, "expression") : null;
    return dialect !== null && text !== null ? [{ dialect, text }] : [];
  });
  if (name === null || texts.length === 0) return null;
  return {
    name,
    description: textAt(kept, "description"),
    texts,
    isDimension: false,
    isTime: null,
    label: textAt(kept, "label"),
    datatype: keptDatatype(kept),
    ...keptNotes(kept),
  };
}

export function keptDatatype(kept: YamlMap): Datatype | null {
  return DATATYPES.find((known) => known === kept["datatype"]) ?? null;
}

/** A list of texts. */
export function textsAt(kept: YamlMap, key: string): readonly string[] {
  return listAt(kept, key).filter((item) => typeof item === "string");
}
