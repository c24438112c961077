import { statSync } from "node:fs";
import { dirname, isAbsolute, join } from "node:path";
import {
  checkData,
  find,
  type MapTree,
  type Path,
  readDocument,
  readFileText,
  spanOf,
  type Tree,
  validateDocument,
} from "../definition/index.ts";
import { type Diagnostic, placeOf, report } from "../diagnostics/index.ts";
import { SETTINGS } from "./schema.ts";
import { type Environment, literalSecrets, settingAt } from "./secrets.ts";
import { type Settings, settingsFrom } from "./settings.ts";
import { dataOf, ONLY_IN_FILE, VARIABLES } from "./variables.ts";

const DEFAULT_FILE = "assay.config.yaml";
const OWNER = "The settings file";

/**
 * The settings of the environment, then of the file, then the defaults: each one from the first place that has it.
 *
 * @param named The file that a flag names; null: ASSAY_CONFIG, else `assay.config.yaml` where it exists.
 * @returns settings null: there are errors
 */
export function readSettings(
  named: string | null,
  env: Environment,
): { readonly settings: Settings | null; readonly diagnostics: readonly Diagnostic[] } {
  const diagnostics: Diagnostic[] = [];
  const origins = new Map<string, string>();
  const inFile = fromFile(named ?? (env["ASSAY_CONFIG"] || null), origins, diagnostics);
  const inEnvironment = fromEnvironment(env, origins, diagnostics);
  if (diagnostics.length > 0) return { settings: null, diagnostics };
  const both = checkData(SETTINGS, merged(inFile, inEnvironment));
  if (!both.ok) throw new Error(`Sound settings do not go together: ${both.expected}.`);
  return { settings: settingsFrom(both.value, origins), diagnostics };
}

type Data = Readonly<Record<string, unknown>>;

function fromFile(named: string | null, origins: Map<string, string>, diagnostics: Diagnostic[]): Data {
  const path = named ?? DEFAULT_FILE;
  const kind = kindOf(path);
  if (kind !== "file") {
    if (kind === "folder") diagnostics.push(report("settings/folder", { path, file: join(path, DEFAULT_FILE) }, null));
    else if (named !== null) diagnostics.push(report("settings/no-file", { path }, null));
    return {};
  }
  const file = readFileText(path, diagnostics);
  if (!file) return {};
  const found: Diagnostic[] = [];
  const tree = readDocument({ ...file, isConfidential: true }, OWNER, found);
  diagnostics.push(...found.map(withoutText));
  if (!tree) return {};
  const secrets = literalSecrets(tree);
  diagnostics.push(...secrets);
  if (secrets.length > 0 || validateDocument(SETTINGS, tree, OWNER, diagnostics) === null) return {};
  for (const { path: setting } of VARIABLES) {
    const node = find(tree, ...setting);
    if (node) origins.set(setting.join("."), placeOf(spanOf(node)));
  }
  for (const [block = ""] of ONLY_IN_FILE) addOrigins(find(tree, block), [block], origins);
  return anchored(tree, dirname(path));
}

function addOrigins(node: Tree | null, path: Path, origins: Map<string, string>): void {
  if (!node) return;
  origins.set(settingAt(path), placeOf(spanOf(node)));
  if (node.kind === "map") for (const [key, { value }] of node.entries) addOrigins(value, [...path, key], origins);
  if (node.kind === "list") for (const [i, item] of node.items.entries()) addOrigins(item, [...path, i], origins);
}

/** What cannot be looked at counts as a file, and whoever reads it is told why it cannot be. */
function kindOf(path: string): "file" | "folder" | "nothing" {
  try {
    const found = statSync(path, { throwIfNoEntry: false });
    if (!found) return "nothing";
    return found.isDirectory() ? "folder" : "file";
  } catch {
    return "file";
  }
}

/** Complaints about the YAML itself repeat what they stumble over, which may be a secret. */
function withoutText(diagnostic: Diagnostic): Diagnostic {
  const { code, help, span } = diagnostic;
  if (code === "yaml/syntax") return report("settings/not-yaml", { help }, span);
  return code === "yaml/tag" || code === "yaml/number" ? report("settings/not-yaml", { help: null }, span) : diagnostic;
}

const PATHS = [
  ["metrics"],
  ["warehouse", "ca_file"],
  ["warehouse", "password", "file"],
  ["warehouse", "bigquery", "key_file"],
  ["policy", "hash_key", "file"],
  ["events", "secret", "file"],
  ["telemetry", "otlp", "headers", "file"],
  ["identity", "jwt", "*", "keys", "pem", "*", "file"],
  ["identity", "jwt", "*", "keys", "secret", "file"],
  ["identity", "service_tokens", "*", "sha256", "file"],
  ["graphql", "documents"],
  ["audit", "folder"],
  ["audit", "checkpoint_folder"],
  ["audit", "checkpoint_key_file"],
];

/** The data of the file with paths that count from where the file is. */
function anchored(tree: MapTree, folder: string): Data {
  const from = (path: string) => (isAbsolute(path) ? path : join(folder, path));
  const data = PATHS.reduce<Data>((all, path) => changed(all, path, from), tree.data);
  return changed(data, ["warehouse", "url"], (url) => {
    const path = /^duckdb:(?!:memory:$)(.+)$/s.exec(url)?.[1];
    return path === undefined ? url : `duckdb:${from(path)}`;
  });
}

function changed(data: Data, [key = "", ...rest]: readonly string[], change: (text: string) => string): Data {
  const value = data[key];
  if (Array.isArray(value) && rest[0] === "*") {
    const items: readonly unknown[] = value;
    const below = rest.slice(1);
    return { ...data, [key]: items.map((item) => (isData(item) ? changed(item, below, change) : item)) };
  }
  if (rest.length > 0) return isData(value) ? { ...data, [key]: changed(value, rest, change) } : data;
  return typeof value === "string" ? { ...data, [key]: change(value) } : data;
}

function fromEnvironment(env: Environment, origins: Map<string, string>, diagnostics: Diagnostic[]): Data {
  let data: Data = {};
  for (const { name, path, type } of VARIABLES) {
    const text = env[name];
    if (!text) continue;
    const one = path.reduceRight<unknown>((value, key) => ({ [key]: value }), dataOf(text, type));
    const checked = checkData(SETTINGS, one);
    const setting = path.join(".");
    if (checked.ok && isData(one)) data = merged(data, one);
    if (!checked.ok) {
      diagnostics.push(report("settings/variable", { variable: name, setting, expected: checked.expected }, null));
    }
    origins.set(setting, `the environment variable ${name}`);
  }
  // Replicas are copies of one database: those of another URL than the file's are not the file's.
  return env["WAREHOUSE_URL"] ? merged({ warehouse: { replicas: [] } }, data) : data;
}

/** The second wins; mappings are merged key by key. */
function merged(under: Data, over: Data): Data {
  const both = Object.entries(over).map(([key, value]) => {
    const other = under[key];
    return [key, isData(value) && isData(other) ? merged(other, value) : value];
  });
  return { ...under, ...Object.fromEntries(both) };
}

function isData(value: unknown): value is Data {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
