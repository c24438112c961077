import { settingsJsonSchema } from "./schema.ts";
import { SECRETS } from "./secrets.ts";

/** A setting that one environment variable can hold. */
export interface Variable {
  /** `PORT`; those without an old name: `ASSAY_LIMITS_MAX_ROWS`. */
  readonly name: string;
  readonly path: readonly string[];
  readonly type: "text" | "number" | "flag" | "list";
}

const SHORT_NAMES: ReadonlyMap<string, string> = new Map([
  ["metrics", "METRICS_DIR"],
  ["warehouse.url", "WAREHOUSE_URL"],
  ["server.port", "PORT"],
  ["server.host", "HOST"],
  ["server.allow_anonymous", "ALLOW_ANONYMOUS"],
]);

const TYPES: ReadonlyMap<string, Variable["type"]> = new Map([
  ["integer", "number"],
  ["number", "number"],
  ["boolean", "flag"],
  ["array", "list"],
]);

/** Settings with parts that one text cannot hold, or that belong together. */
export const ONLY_IN_FILE: readonly (readonly string[])[] = [
  ["identity", "jwt"],
  ["identity", "google"],
  ["identity", "service_tokens"],
  ["quotas", "roles"],
];

/** Every setting but these, and secrets, which say themselves which variable they come from. */
export const VARIABLES: readonly Variable[] = leavesOf(settingsJsonSchema(), []);

function leavesOf(schema: unknown, path: readonly string[]): readonly Variable[] {
  const setting = path.join(".");
  if ([...SECRETS, ...ONLY_IN_FILE].some((other) => other.join(".") === setting)) return [];
  const { properties, type } = partsOf(schema);
  if (properties) return Object.entries(properties).flatMap(([key, value]) => leavesOf(value, [...path, key]));
  const name = SHORT_NAMES.get(setting) ?? `ASSAY_${path.join("_").toUpperCase()}`;
  return [{ name, path, type: TYPES.get(type) ?? "text" }];
}

function partsOf(schema: unknown): { readonly properties: object | null; readonly type: string } {
  if (typeof schema !== "object" || schema === null) return { properties: null, type: "" };
  const properties = "properties" in schema && typeof schema.properties === "object" ? schema.properties : null;
  return { properties, type: "type" in schema ? String(schema.type) : "" };
}

/** The text of a variable as the data that the file would hold; what does not fit stays a text, to be refused. */
export function dataOf(text: string, type: Variable["type"]): unknown {
  switch (type) {
    case "text":
      return text;
    case "number":
      return /^-?\d{1,15}(\.\d+)?$/.test(text) ? Number(text) : text;
    case "flag":
      return text === "true" || (text === "false" ? false : text);
    case "list":
      return text.split(",").map((item) => item.trim());
  }
}
