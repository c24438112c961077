import type { MapTree, Tree, YamlMap, YamlValue } from "../../definition/index.ts";

/** Plain data that came out of JSON or YAML. */
export function yamlOf(value: unknown): YamlValue {
  if (value === null || typeof value === "string" || typeof value === "number" || typeof value === "boolean")
    return value;
  if (Array.isArray(value)) return value.map(yamlOf);
  if (typeof value !== "object") return null;
  return Object.fromEntries(
    Object.entries(value).flatMap(([key, item]) => (item === undefined ? [] : [[key, yamlOf(item)]])),
  );
}

export function isMap(value: YamlValue | undefined): value is YamlMap {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** An entry that is a mapping; empty where it is anything else. */
export function mapAt(map: YamlMap, key: string): YamlMap {
  const value = map[key];
  return isMap(value) ? value : {};
}

export function listAt(map: YamlMap, key: string): readonly YamlValue[] {
  const value = map[key];
  return Array.isArray(value) ? value : [];
}

export function textAt(map: YamlMap, key: string): string | null {
  const value = map[key];
  return typeof value === "string" ? value : null;
}

export function without(map: YamlMap, ...keys: readonly string[]): YamlMap {
  return Object.fromEntries(Object.entries(map).filter(([key]) => !keys.includes(key)));
}

/** A definition as it was written; a number in an expression keeps its letters, since `1.0` and `1` differ there. */
export function writtenData(tree: MapTree): YamlMap {
  return Object.fromEntries([...tree.entries].map(([key, { value }]) => [key, writtenValue(value, key)]));
}

function writtenValue(tree: Tree, key: string): YamlValue {
  if (tree.kind === "map") return writtenData(tree);
  if (tree.kind === "list") return tree.items.map((item) => writtenValue(item, key));
  return typeof tree.data === "number" && key === "expr" ? tree.source : tree.data;
}
