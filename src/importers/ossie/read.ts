import type { MapTree, Tree, YamlValue } from "../../definition/index.ts";
import { readForeignYaml } from "../../definition/index.ts";
import { positionOf, type SourceFile } from "../../diagnostics/index.ts";
import { nearest } from "../../std/index.ts";
import { inWords } from "../metricflow/fields.ts";
import { yamlOf } from "./data.ts";
import {
  DATATYPES,
  type Dataset,
  type Datatype,
  type DialectText,
  type Field,
  type OssieMetric,
  type Place,
  type Relationship,
  type SemanticModel,
  VERSIONS,
  type Version,
} from "./document.ts";
import type { Code, Tell } from "./telling.ts";

export interface OssieDocument {
  readonly version: Version;
  readonly models: readonly SemanticModel[];
}

/** What the parts of one reading share. */
export interface Reading {
  readonly version: Version;
  readonly tell: Tell;
  /** Something is not as the specification wants it. */
  isRefused: boolean;
}

/** An Ossie file; null, and every reason told, where it is none: a wrong or unknown key is refused, not passed over. */
export function readOssie(file: SourceFile, tell: Tell): OssieDocument | null {
  const { trees, problem } = readForeignYaml(file);
  const place: Place = { file: file.path, line: 1, object: "file", path: "" };
  const [tree, second] = trees;
  if (problem) tell("UNREADABLE_FILE", { ...place, line: positionOf(problem.span).line }, `${problem.message}.`);
  else if (!tree) tell("UNREADABLE_FILE", place, "The file holds nothing.");
  else if (second) tell("UNREADABLE_FILE", place, "The file holds several documents; Ossie has one a file.");
  if (problem || !tree || second) return null;
  const version = versionOf(tree, place, tell);
  if (!version) return null;
  const reading: Reading = { version, tell, isRefused: false };
  const keys =
    version === "0.1.1" ? ["version", "semantic_model", "dialects", "vendors"] : ["version", "semantic_model"];
  const map = mapping(tree, place, keys, reading);
  const models = map ? items(map, "semantic_model", place, reading, "semantic model", readModel) : [];
  if (map && !map.entries.has("semantic_model")) refuse(reading, place, `"semantic_model" is missing.`);
  return reading.isRefused ? null : { version, models };
}

function versionOf(tree: Tree, place: Place, tell: Tell): Version | null {
  const node = tree.kind === "map" ? tree.entries.get("version")?.value : undefined;
  const written = node?.kind === "scalar" ? node.source.trim() : "";
  const at = node ? { ...place, line: positionOf(node).line } : place;
  const version = VERSIONS.find((known) => known === written);
  if (version) return version;
  if (/^0\.2(\.|$)/.test(written)) {
    tell("VERSION_NOT_KNOWN", at, `Version ${written} is read as if it were 0.2.0.dev0.`);
    return "0.2.0.dev0";
  }
  const found = written === "" ? "No version is written" : `Version "${written}" is not known`;
  tell("INVALID_VALUE", at, `${found}; there are ${VERSIONS.join(" and ")}.`);
  return null;
}

function readModel(tree: Tree, place: Place, reading: Reading): SemanticModel | null {
  const map = mapping(tree, place, [...DESCRIBED, "datasets", "relationships", "metrics"], reading);
  if (!map) return null;
  const datasets = items(map, "datasets", place, reading, "dataset", readDataset);
  if (datasets.length === 0 && !reading.isRefused) refuse(reading, place, "A semantic model has at least one dataset.");
  return {
    ...readDescribed(map, place, reading),
    datasets: unique(datasets, reading),
    relationships: unique(items(map, "relationships", place, reading, "relationship", readRelationship), reading),
    metrics: unique(items(map, "metrics", place, reading, "metric", readMetric), reading),
  };
}

function readDataset(tree: Tree, place: Place, reading: Reading): Dataset | null {
  const map = mapping(tree, place, [...DESCRIBED, "source", "primary_key", "unique_keys", "fields"], reading);
  if (!map) return null;
  return {
    ...readDescribed(map, place, reading),
    source: required(map, "source", place, reading),
    primaryKey: texts(map, "primary_key", place, reading),
    uniqueKeys: list(map, "unique_keys", place, reading).map((key) =>
      textsIn(key, below(place, "unique_keys", key), reading),
    ),
    fields: unique(items(map, "fields", place, reading, "field", readField), reading),
  };
}

/** Also a field that was kept beside our definitions. */
export function readField(tree: Tree, place: Place, reading: Reading): Field | null {
  const map = mapping(tree, place, [...DESCRIBED, "expression", "dimension", "label", ...typed(reading)], reading);
  if (!map) return null;
  const dimension = map.entries.get("dimension")?.value;
  const inner =
    dimension && dimension.data !== null
      ? mapping(dimension, below(place, "dimension", dimension), ["is_time"], reading)
      : null;
  const isTime = inner?.entries.get("is_time")?.value;
  if (isTime && typeof isTime.data !== "boolean") {
    refuse(
      reading,
      below(place, "dimension.is_time", isTime),
      `"is_time" must be true or false, not ${inWords(isTime)}.`,
    );
  }
  return {
    ...readDescribed(map, place, reading),
    texts: readTexts(map, place, reading),
    isDimension: dimension !== undefined,
    isTime: typeof isTime?.data === "boolean" ? isTime.data : null,
    label: text(map, "label", place, reading),
    datatype: readDatatype(map, place, reading),
  };
}

function readRelationship(tree: Tree, place: Place, reading: Reading): Relationship | null {
  const keys = ["name", "from", "to", "from_columns", "to_columns", "ai_context", "custom_extensions"];
  const map = mapping(tree, place, keys, reading);
  if (!map) return null;
  const fromColumns = texts(map, "from_columns", place, reading);
  const toColumns = texts(map, "to_columns", place, reading);
  if (fromColumns.length === 0 || fromColumns.length !== toColumns.length) {
    refuse(reading, place, `"from_columns" and "to_columns" must be lists of equal length, at least one column each.`);
  }
  return {
    name: required(map, "name", place, reading),
    from: required(map, "from", place, reading),
    to: required(map, "to", place, reading),
    fromColumns,
    toColumns,
    ...readNotes(map, place, reading),
  };
}

function readMetric(tree: Tree, place: Place, reading: Reading): OssieMetric | null {
  const map = mapping(tree, place, [...DESCRIBED, "expression", ...typed(reading)], reading);
  if (!map) return null;
  return {
    ...readDescribed(map, place, reading),
    texts: readTexts(map, place, reading),
    datatype: readDatatype(map, place, reading),
  };
}

const DESCRIBED = ["name", "description", "ai_context", "custom_extensions"];

function typed({ version }: Reading): readonly string[] {
  return version === "0.1.1" ? [] : ["datatype"];
}

function readDescribed(map: MapTree, place: Place, reading: Reading) {
  return {
    name: required(map, "name", place, reading),
    description: text(map, "description", place, reading),
    ...readNotes(map, place, reading),
  };
}

/** `ai_context` and `custom_extensions`, also those kept beside our definitions. `data` may be an object instead of its text. */
export function readNotes(map: MapTree, place: Place, reading: Reading) {
  const aiContext: YamlValue = yamlOf(map.entries.get("ai_context")?.value.data ?? null);
  const isFit =
    aiContext === null || typeof aiContext === "string" || (typeof aiContext === "object" && !Array.isArray(aiContext));
  if (!isFit) refuse(reading, below(place, "ai_context", map), `"ai_context" must be a text or a mapping.`);
  const extensions = list(map, "custom_extensions", place, reading).flatMap((item, n) => {
    const here = below(place, `custom_extensions[${n}]`, item);
    const inner = mapping(item, here, ["vendor_name", "data"], reading);
    if (!inner) return [];
    const data = inner.entries.get("data")?.value;
    if (!data || data.data === null) refuse(reading, here, `"data" is missing.`);
    const isText = data?.kind === "scalar";
    return {
      vendor: required(inner, "vendor_name", here, reading),
      data: isText ? data.source : JSON.stringify(yamlOf(data?.data)),
    };
  });
  return { aiContext, extensions, place };
}

/** The dialects of an expression; a bare text is standard SQL. */
function readTexts(map: MapTree, place: Place, reading: Reading): readonly DialectText[] {
  const node = map.entries.get("expression")?.value;
  const here = { ...place, path: `${place.path}.expression` };
  if (!node || node.data === null || node.data === "") {
    refuse(reading, place, `"expression" is missing.`);
    return [];
  }
  if (node.kind === "scalar") return [{ dialect: "ANSI_SQL", text: node.source }];
  const inner = mapping(node, below(here, "", node), ["dialects"], reading);
  if (!inner) return [];
  const dialects = list(inner, "dialects", here, reading).flatMap((item, n) => {
    const at = below(here, `dialects[${n}]`, item);
    const pair = mapping(item, at, ["dialect", "expression"], reading);
    return pair
      ? { dialect: required(pair, "dialect", at, reading), text: required(pair, "expression", at, reading) }
      : [];
  });
  if (dialects.length === 0 && !reading.isRefused) refuse(reading, here, `"dialects" names at least one dialect.`);
  return dialects;
}

function readDatatype(map: MapTree, place: Place, reading: Reading): Datatype | null {
  const written = typed(reading).length > 0 ? text(map, "datatype", place, reading) : null;
  if (written === null) return null;
  const known = DATATYPES.find((datatype) => datatype === written);
  if (!known) refuse(reading, place, `There is no datatype "${written}"; there are ${DATATYPES.join(", ")}.`);
  return known ?? null;
}

export function mapping(tree: Tree, place: Place, keys: readonly string[], reading: Reading): MapTree | null {
  if (tree.kind !== "map") {
    refuse(reading, place, `A mapping is wanted here, not ${inWords(tree)}.`);
    return null;
  }
  for (const [key, { key: at }] of tree.entries) {
    if (keys.includes(key)) continue;
    const [near] = nearest(key, keys, 1);
    const hint = near ? ` Did you mean "${near}"?` : "";
    const message = `"${key}" is no key of Ossie ${reading.version} here.${hint}`;
    refuse(reading, { ...place, line: positionOf(at).line }, message, "UNKNOWN_FIELD");
  }
  return tree;
}

function items<T>(
  map: MapTree,
  key: string,
  place: Place,
  reading: Reading,
  kind: string,
  read: (tree: Tree, place: Place, reading: Reading) => T | null,
): readonly T[] {
  const owner = place.object === "file" || place.object.startsWith("semantic model") ? "" : ` of ${place.object}`;
  return list(map, key, place, reading).flatMap((item, n) => {
    const name = item.kind === "map" ? item.entries.get("name")?.value : undefined;
    const object = `${kind} ${name?.kind === "scalar" ? `"${name.source}"` : n + 1}${owner}`;
    return read(item, { ...below(place, `${key}[${n}]`, item), object }, reading) ?? [];
  });
}

export function list(map: MapTree, key: string, place: Place, reading: Reading): readonly Tree[] {
  const node = map.entries.get(key)?.value;
  if (!node || node.data === null) return [];
  if (node.kind === "list") return node.items;
  refuse(reading, below(place, key, node), `"${key}" must be a list, not ${inWords(node)}.`);
  return [];
}

function texts(map: MapTree, key: string, place: Place, reading: Reading): readonly string[] {
  const node = map.entries.get(key)?.value;
  return node && node.data !== null ? textsIn(node, below(place, key, node), reading) : [];
}

export function textsIn(tree: Tree, place: Place, reading: Reading): readonly string[] {
  const isFit =
    tree.kind === "list" &&
    tree.items.every((item) => item.kind === "scalar" && item.data !== null && item.source !== "");
  if (isFit) return tree.items.map((item) => (item.kind === "scalar" ? item.source : ""));
  refuse(reading, place, "A list of columns is wanted here.");
  return [];
}

function required(map: MapTree, key: string, place: Place, reading: Reading): string {
  const found = text(map, key, place, reading);
  if (found === null || found === "") refuse(reading, place, `"${key}" is missing.`);
  return found ?? "";
}

export function text(map: MapTree, key: string, place: Place, reading: Reading): string | null {
  const node = map.entries.get(key)?.value;
  if (!node || node.data === null) return null;
  if (node.kind === "scalar") return node.source;
  refuse(reading, below(place, key, node), `"${key}" must be a text, not ${inWords(node)}.`);
  return null;
}

/** Names are looked up without regard to case, so they must differ by more. */
function unique<T extends { readonly name: string; readonly place: Place }>(
  found: readonly T[],
  reading: Reading,
): readonly T[] {
  const seen = new Set<string>();
  for (const { name, place } of found) {
    if (seen.has(name.toLowerCase())) refuse(reading, place, `The name "${name}" is given twice.`);
    seen.add(name.toLowerCase());
  }
  return found;
}

function below(place: Place, step: string, tree: Tree): Place {
  const path = step === "" ? place.path : place.path === "" ? step : `${place.path}.${step}`;
  return { ...place, line: positionOf(tree).line, path };
}

function refuse(reading: Reading, place: Place, message: string, code: Code = "INVALID_VALUE"): void {
  reading.isRefused = true;
  reading.tell(code, place, place.path === "" ? message : `${message} (${place.path})`, { severity: "error" });
}
