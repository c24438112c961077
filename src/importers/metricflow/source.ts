import type { SourceFile } from "../../diagnostics/index.ts";
import type { Fields } from "./fields.ts";
import type { Origin } from "./project.ts";
import { fail, type Reading, tell } from "./reading.ts";

/**
 * Finds tables of dbt models by name: what the caller says first (`*` stands for any other model: `*=analytics.*`),
 * then dbt's `manifest.json`.
 */
export function tablesOf(files: readonly SourceFile[], said: Readonly<Record<string, string>>): Reading["tableOf"] {
  const found = new Map<string, string>();
  for (const file of files) {
    if (!isArtifact(file, "manifest")) continue;
    for (const { name, database, schema, alias } of nodesOf(file)) {
      const table = tableFrom([database, schema, alias ?? name]);
      if (table !== null) found.set(name, table);
    }
  }
  return (model) => tableFrom([said[model] ?? found.get(model) ?? said["*"]?.replaceAll("*", model) ?? null]);
}

export function isArtifact({ path }: SourceFile, name: "manifest" | "semantic_manifest"): boolean {
  return path === `${name}.json` || path.endsWith(`/${name}.json`);
}

interface ManifestNode {
  readonly name: string;
  readonly database: string | null;
  readonly schema: string | null;
  readonly alias: string | null;
}

/** @see https://schemas.getdbt.com/dbt/manifest/v12.json */
function* nodesOf({ text }: SourceFile): Iterable<ManifestNode> {
  const manifest = parseJson(text);
  const nodes = isObject(manifest) && isObject(manifest["nodes"]) ? Object.values(manifest["nodes"]) : [];
  for (const node of nodes) {
    if (!isObject(node) || typeof node["name"] !== "string") continue;
    if (!["model", "seed", "snapshot"].includes(String(node["resource_type"]))) continue;
    const textOf = (key: string) => (typeof node[key] === "string" ? node[key] : null);
    yield { name: node["name"], database: textOf("database"), schema: textOf("schema"), alias: textOf("alias") };
  }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null;
}

/** `model: ref('orders')`, or `node_relation {alias, schema_name, database, relation_name}`. */
export function readSource(fields: Fields): string {
  const relation = fields.fields("node_relation");
  const model = fields.text("model");
  if (relation) {
    const [alias, schema, database] = [relation.text("alias"), relation.text("schema_name"), relation.text("database")];
    const written = relation.text("relation_name");
    relation.finish();
    const parts = alias !== null && schema !== null ? [database, schema, alias] : partsOf(written ?? alias ?? "");
    return checkedTable(parts, fields.at("node_relation"), fields.reading);
  }
  const [, name] =
    /^(?:\{\{\s*)?ref\s*\(\s*(?:['"][^'"]*['"]\s*,\s*)?['"]([^'"]+)['"].*\)(?:\s*\}\})?$/.exec(model ?? "") ?? [];
  if (name !== undefined) return tableOfModel(name, fields.at("model"), fields.reading);
  if (model === null)
    fail(
      fields.reading,
      "UNRESOLVED_SOURCE",
      fields.origin,
      "Neither model nor node_relation says where its rows come from.",
    );
  else
    fail(fields.reading, "UNRESOLVED_SOURCE", fields.at("model"), `"${model}" is not a ref('…') that can be resolved.`);
  return "";
}

/** `analytics.days`, as one text. */
export function readLocation(fields: Fields, key: string): string {
  return checkedTable(partsOf(fields.text(key) ?? ""), fields.at(key), fields.reading);
}

/** Where it is not known, the bare name, which the author has to complete. */
export function tableOfModel(model: string, origin: Origin, reading: Reading): string {
  const table = reading.tableOf(model);
  if (table !== null) return table;
  const way = "Compile the dbt project so that target/manifest.json exists, or name the table";
  const message = `It is not known which table the dbt model "${model}" is. ${way}: --source ${model}=schema.table.`;
  tell(reading, "UNRESOLVED_SOURCE", origin, message, `table: ${model}`);
  return model;
}

/** A placeholder such as `$source_schema` stands as it is, so that queries fail until it is filled in. */
function checkedTable(parts: readonly (string | null)[], origin: Origin, reading: Reading): string {
  const table = tableFrom(parts);
  if (table === null) {
    fail(
      reading,
      "UNRESOLVED_SOURCE",
      origin,
      `${parts.filter((part) => part !== null).join(".") || "Nothing"} cannot be the name of a table.`,
    );
    return "";
  }
  if (table.includes("$")) {
    tell(reading, "UNRESOLVED_SOURCE", origin, `The placeholder in "${table}" is not filled in.`, `table: ${table}`);
  }
  return table;
}

/** One to three parts without quotes; null for anything else. */
function tableFrom(parts: readonly (string | null)[]): string | null {
  const table = parts.filter((part) => part !== null && part !== "").join(".");
  return /^[^\s.;"'`{}]+(\.[^\s.;"'`{}]+){0,2}$/.test(table) ? table : null;
}

/** `"db"."schema"."table"`, in whatever quotes. */
function partsOf(relation: string): readonly string[] {
  return relation.split(".").map((part) => part.replace(/^["`[]|["`\]]$/g, ""));
}
