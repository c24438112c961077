import { stringify } from "yaml";
import type { YamlMap } from "./print-yaml.ts";

/** A document for other tools, in blocks. What YAML 1.1 takes for a boolean, a date or a number of its own is quoted. */
export function printForeignYaml(document: YamlMap): string {
  return stringify(document, { compat: "yaml-1.1", lineWidth: 0, aliasDuplicateObjects: false });
}
