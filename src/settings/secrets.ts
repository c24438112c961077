import { readFileSync, statSync } from "node:fs";
import { find, type MapTree, mapping, type Path, type ShapeOf, spanOf, type Tree, text } from "../definition/index.ts";
import { type Diagnostic, report } from "../diagnostics/index.ts";
import { SettingError } from "./setting-error.ts";

export type Environment = Readonly<Record<string, string | undefined>>;

const VARIABLE = /^[A-Za-z_][A-Za-z0-9_]*$/;

/** Where a secret is: exactly one of the two. */
export const SECRET = mapping("a mapping with env or file", {
  env: text("the name of an environment variable")
    .regex(VARIABLE)
    .optional()
    .meta({ description: "An environment variable." }),
  file: text("the path of a file").optional().meta({ description: "A file that holds nothing else." }),
});

/** Settings that are secrets, `*` standing for every item of a list. Nothing that stands there is ever repeated. */
export const SECRETS: readonly (readonly string[])[] = [
  ["warehouse", "password"],
  ["policy", "hash_key"],
  ["events", "secret"],
  ["telemetry", "otlp", "headers"],
  ["identity", "jwt", "*", "keys", "secret"],
  ["identity", "service_tokens", "*", "sha256"],
];

/** Where somebody may write a secret a level too high. */
const AROUND_SECRETS: readonly (readonly string[])[] = [
  ["policy"],
  ["events"],
  ["identity", "jwt", "*", "keys"],
  ["identity", "service_tokens"],
  ["identity", "service_tokens", "*"],
];

/**
 * Secrets that stand in the file itself, and settings near them whose complaints would repeat what they hold. To be told
 * before, and instead of, anything else about the file.
 */
export function literalSecrets(tree: MapTree): readonly Diagnostic[] {
  const misplaced = SECRETS.flatMap((pattern) => pathsLike(tree, pattern)).flatMap((path) => {
    const node = find(tree, ...path);
    if (node === null || isReference(node)) return [];
    const code = isText(node) ? "settings/literal-secret" : "settings/secret-reference";
    return [report(code, { setting: settingAt(path) }, spanOf(node))];
  });
  const around = AROUND_SECRETS.flatMap((pattern) => pathsLike(tree, pattern)).flatMap((path) => {
    const node = find(tree, ...path);
    return node && isText(node) ? [report("settings/literal-secret", { setting: settingAt(path) }, spanOf(node))] : [];
  });
  return [...misplaced, ...around, ...urlProblems(tree, [])];
}

function isText(node: Tree): boolean {
  return node.kind === "scalar" && node.data !== null;
}

/** The paths of a tree that a pattern with `*` for list items stands for. */
export function pathsLike(tree: Tree, pattern: readonly string[], path: Path = []): readonly Path[] {
  const [key, ...rest] = pattern;
  if (key === undefined) return [path];
  if (key !== "*") return pathsLike(tree, rest, [...path, key]);
  const list = find(tree, ...path);
  return list?.kind === "list" ? list.items.flatMap((_, i) => pathsLike(tree, rest, [...path, i])) : [];
}

/** `identity.jwt[1].audience` */
export function settingAt(path: Path): string {
  return path.map((part, n) => (typeof part === "number" ? `[${part + 1}]` : n === 0 ? part : `.${part}`)).join("");
}

function isReference(node: Tree): boolean {
  if (node.kind !== "map" || node.entries.size !== 1) return false;
  const { env, file } = node.data;
  return (typeof env === "string" && VARIABLE.test(env)) || (typeof file === "string" && file !== "");
}

/** Texts with a password in a URL, wherever they stand, and warehouse URLs that cannot be told to have none. */
function urlProblems(node: Tree, path: readonly (string | number)[]): readonly Diagnostic[] {
  switch (node.kind) {
    case "map":
      return [...node.entries].flatMap(([key, { value }]) => urlProblems(value, [...path, key]));
    case "list":
      return node.items.flatMap((item, index) => urlProblems(item, [...path, index]));
    case "scalar": {
      const setting = settingAt(path);
      if (typeof node.data === "string" && hasPassword(node.data)) {
        return [report("settings/literal-secret", { setting }, spanOf(node))];
      }
      const expected = WAREHOUSE_URLS.find(([pattern]) => pattern.test(setting));
      if (!expected || (typeof node.data === "string" && expected[1].test(node.data))) return [];
      return [report("settings/warehouse-url", { setting, expected: expected[2] }, spanOf(node))];
    }
  }
}

const WAREHOUSE_URLS: readonly (readonly [setting: RegExp, url: RegExp, expected: string])[] = [
  [
    /^warehouse\.url$/,
    /^(duckdb:.|postgres(ql)?:\/\/|bigquery:\/\/)/,
    "duckdb:PATH, postgres://user@host:5432/database or bigquery://PROJECT/DATASET",
  ],
  [/^warehouse\.replicas(\[\d+\])?$/, /^postgres(ql)?:\/\//, "a PostgreSQL URL: postgres://user@host:5432/database"],
];

/** Also where the URL is not sound: what stands between a colon and an @ is taken for one. */
export function hasPassword(url: string): boolean {
  if (/^[^:/?#\s]*:?\/\/[^@/?#]*:[^@]*@/.test(url)) return true;
  if (!/^[a-z][a-z0-9+.-]*:\/\//i.test(url)) return false;
  const [, query = ""] = url.split(/\?(.*)/s);
  // Names may be spelled with %.
  const isSecret = ([name, value]: [string, string]) => SECRET_NAME.test(name) && value !== "";
  return [...new URLSearchParams(query)].some(isSecret) || (URL.canParse(url) && new URL(url).password !== "");
}

const SECRET_NAME = /password|passwd|secret|token|sslkey/i;

/** The secret itself. @throws SettingError, which names the place and never what is there */
export function secretFrom(reference: ShapeOf<typeof SECRET>, setting: string, env: Environment): string {
  const { env: variable, file } = reference;
  if (variable !== undefined) {
    const value = env[variable];
    if (value) return value;
    throw new SettingError(report("settings/variable-unset", { setting, variable }, null));
  }
  if (file === undefined) throw new SettingError(report("settings/secret-reference", { setting }, null));
  checkReadable(setting, file);
  const secret = readFileSync(file, "utf8").replace(/\r?\n$/, "");
  if (secret !== "") return secret;
  throw new SettingError(report("settings/file-empty", { setting, path: file }, null));
}

/** @throws SettingError unless the file is there and may be read. */
export function checkReadable(setting: string, path: string): void {
  const reason = whyUnreadable(path);
  if (reason !== null) throw new SettingError(report("settings/file-unreadable", { setting, path, reason }, null));
}

function whyUnreadable(path: string): string | null {
  try {
    if (!statSync(path).isFile()) return "it is no file";
    readFileSync(path);
    return null;
  } catch (error) {
    const code = error instanceof Error && "code" in error ? error.code : null;
    if (code === "ENOENT") return "there is no such file";
    return code === "EACCES" ? "it may not be read" : "it cannot be read";
  }
}
