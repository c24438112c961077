import { type Catalog, columnsOfExpression, type Metric, type Model, simpleMetricsBelow } from "../../catalog/index.ts";
import { readForeignYaml } from "../../definition/index.ts";
import type { SourceFile } from "../../diagnostics/index.ts";
import type { ScalarType } from "../../expression/index.ts";
import { metricUses } from "../../policy/index.ts";
import { isObject } from "../../std/index.ts";
import type { GovernedTree } from "../tree.ts";
import type { Lack } from "./lack.ts";

export function contractPath(model: string): string {
  return `contracts/${model}.odcs.yaml`;
}

/** The models that a metric reads, by name, each with the columns of it: what it aggregates, filters, joins by and is dated by. */
export function sourcesOf(catalog: Catalog, metric: Metric): ReadonlyMap<string, ReadonlySet<string>> {
  const read = new Map<string, Set<string>>();
  const add = (model: string, columns: readonly string[]): void => {
    read.set(model, new Set([...(read.get(model) ?? []), ...columns]));
  };
  for (const { model, columns } of metricUses(catalog, metric)) add(model.name, columns);
  for (const { model, timeDimension } of simpleMetricsBelow(catalog, metric)) {
    const time = timeDimension === null ? undefined : catalog.models.get(model)?.dimensions.get(timeDimension);
    if (time) add(model, columnsOfExpression(time.value));
  }
  return read;
}

/**
 * What the contracts (ODCS) with the sources of a metric leave out: the columns that it reads, with the types that its models
 * declare, and how fresh the rows are promised to be.
 *
 * @param isDemanded Whether each source needs one; else only those that there are have to be right.
 */
export function contractLacks(tree: GovernedTree, metric: Metric, isDemanded: boolean): readonly Lack[] {
  const { catalog, files } = tree;
  if (!catalog) return [];
  return [...sourcesOf(catalog, metric)].flatMap(([name, columns]) => {
    const path = contractPath(name);
    const file = files.get(path);
    const model = catalog.models.get(name);
    if (file && model) return brokenPromises(file, model, columns);
    const fix = `write ${path}: docs/governance.md shows what it has to say`;
    return isDemanded
      ? [{ rule: "CONTRACT_MISSING" as const, what: `a contract with ${name} (${path})`, span: metric.span, fix }]
      : [];
  });
}

function brokenPromises(file: SourceFile, model: Model, columns: ReadonlySet<string>): readonly Lack[] {
  const span = { file, start: 0, end: 0 };
  const fix = `have the owners of ${model.name} promise it in ${file.path}`;
  const contract = readContract(file, model.name);
  if (!contract) {
    const what = `a contract with ${model.name} that can be read: one ODCS document with a schema of that name`;
    return [{ rule: "CONTRACT_BROKEN", what, span, fix: `mend ${file.path}` }];
  }
  const missing = [...columns].sort().flatMap((column) => {
    const declared = model.columns?.get(column)?.type ?? "unknown";
    const promised = contract.types.get(column);
    if (declared === "unknown") return [`a type of the column ${column} in the model ${model.name}`];
    if (!promised) return [`the column ${column} in the contract with ${model.name}`];
    if (promised.includes(declared)) return [];
    return [`the type of ${column} in the contract with ${model.name}: it is ${declared} in the model`];
  });
  const promises = contract.isFresh
    ? missing
    : [...missing, `a promise of freshness in the contract with ${model.name}`];
  return promises.map((what) => ({ rule: "CONTRACT_BROKEN", what, span, fix }));
}

interface Contract {
  /** By column, the types that it can mean by what it says. */
  readonly types: ReadonlyMap<string, readonly ScalarType[]>;
  readonly isFresh: boolean;
}

/** @returns null: it is no contract with that source */
function readContract(file: SourceFile, model: string): Contract | null {
  const { trees, problem } = readForeignYaml(file);
  const [tree, second] = trees;
  const data = tree?.data;
  if (problem || second || !isObject(data) || data["kind"] !== "DataContract") return null;
  const [schema, other] = listOf(data["schema"]).filter((one) => one["name"] === model);
  if (!schema || other) return null;
  const types = new Map(
    listOf(schema["properties"]).flatMap((property) =>
      [property["name"], property["physicalName"]].flatMap((name) =>
        typeof name === "string" ? [[name, typesOf(property)] as const] : [],
      ),
    ),
  );
  const isFresh = listOf(data["slaProperties"]).some(
    ({ property, value }) =>
      (property === "freshness" || property === "latency") &&
      (typeof value === "number" || typeof value === "string") &&
      Number(value) > 0 &&
      Number.isFinite(Number(value)),
  );
  return { types, isFresh };
}

/** The type that the engine has, where it is named; else what the logical type leaves open. */
function typesOf(property: Readonly<Record<string, unknown>>): readonly ScalarType[] {
  const { physicalType, logicalType } = property;
  if (typeof physicalType === "string") {
    const found = PHYSICAL.find(([pattern]) => pattern.test(physicalType.trim()));
    return found ? found[1] : [];
  }
  return typeof logicalType === "string" ? (LOGICAL.get(logicalType) ?? []) : [];
}

/** A plain TIMESTAMP is an instant in some engines and a time without a zone in others. */
const PHYSICAL: readonly (readonly [RegExp, readonly ScalarType[]])[] = [
  [/^(timestamptz|timestamp(\(\d\))? with time zone)\b/i, ["timestamptz"]],
  [/^(datetime|timestamp_ntz|timestamp(\(\d\))? without time zone)\b/i, ["timestamp"]],
  [/^timestamp(\(\d\))?$/i, ["timestamp", "timestamptz"]],
  [/^date$/i, ["date"]],
  [/^(bool|boolean)$/i, ["boolean"]],
  [/^(decimal|numeric|bignumeric|number)\b/i, ["decimal"]],
  [/^(float|double|real)/i, ["float"]],
  [/^(u?(tiny|small|medium|big|huge)?int(eger)?\d*)$/i, ["int"]],
  [/^(varchar|char|character|text|string|uuid)\b/i, ["string"]],
];

/** Of ODCS 3; before 3.1 instants are dates there. */
const LOGICAL: ReadonlyMap<string, readonly ScalarType[]> = new Map([
  ["string", ["string"]],
  ["integer", ["int"]],
  ["number", ["decimal", "float"]],
  ["boolean", ["boolean"]],
  ["date", ["date"]],
  ["timestamp", ["timestamp", "timestamptz"]],
]);

function listOf(value: unknown): readonly Readonly<Record<string, unknown>>[] {
  return Array.isArray(value) ? value.filter(isObject) : [];
}
