import type { AggregateDefinition, NonAdditiveDefinition, ValueDefinition } from "../definition.ts";
import type { AggregateShape, NonAdditiveShape } from "../schema/parts.ts";
import { find, located, type Path } from "../tree.ts";
import { type Build, contradiction, missing, optionalText, textAt, texts } from "./build.ts";

/** `expr`, or `sql` with `columns` and `data_type`, of the mapping at a path; null where it says neither. */
export function buildValue(build: Build, ...path: Path): ValueDefinition | null {
  const has = (key: string) => find(build.tree, ...path, key) !== null;
  if (has("sql")) {
    if (has("expr")) contradiction(build, path, ["sql", "expr"], "each says how the value comes out of a row");
    if (!has("columns")) missing(build, path, "sql", "columns", "the list of columns that the SQL reads");
    if (!has("data_type")) missing(build, path, "sql", "data_type", "the type of the result, such as string");
    const sql = sqlTexts(build, [...path, "sql"]);
    if (Object.keys(sql).length === 0) missing(build, [...path], "sql", "duckdb", "the SQL for an engine");
    const dataType = optionalText(build, ...path, "data_type")?.value ?? null;
    return { kind: "opaque", sql, columns: texts(build, ...path, "columns"), dataType };
  }
  if (has("columns")) missing(build, path, "columns", "sql", "a mapping from engine to SQL");
  const expr = optionalText(build, ...path, "expr");
  return expr && { kind: "expr", expr };
}

function sqlTexts(build: Build, path: Path) {
  return Object.fromEntries(
    ENGINES.flatMap((engine) => {
      const sql = optionalText(build, ...path, engine);
      return sql ? [[engine, sql]] : [];
    }),
  );
}

const ENGINES = ["duckdb", "postgres", "bigquery"] as const;

/** A measure as it stands in a model, or inline in a metric. */
export function buildAggregate(build: Build, shape: string | AggregateShape, ...path: Path): AggregateDefinition {
  if (typeof shape === "string") {
    const text = textAt(build, ...path);
    // `sum` alone aggregates the column named like the measure; what has brackets is parsed later.
    return shape.includes("(") ? { ...PLAIN, shorthand: text } : { ...PLAIN, aggregation: text };
  }
  const percentile = find(build.tree, ...path, "percentile");
  return {
    shorthand: null,
    aggregation: textAt(build, ...path, "agg"),
    value: buildValue(build, ...path),
    percentile: percentile && shape.percentile !== undefined ? located(percentile, shape.percentile) : null,
    percentileKind: shape.percentile_kind ?? null,
    approximate: shape.approximate ?? false,
    time: optionalText(build, ...path, "time"),
    nonAdditive: buildNonAdditive(build, shape.non_additive, ...path, "non_additive"),
  };
}

const PLAIN: AggregateDefinition = {
  shorthand: null,
  aggregation: null,
  value: null,
  percentile: null,
  percentileKind: null,
  approximate: false,
  time: null,
  nonAdditive: null,
};

export function buildNonAdditive(
  build: Build,
  shape: NonAdditiveShape | undefined,
  ...path: Path
): NonAdditiveDefinition | null {
  if (!shape) return null;
  return {
    dimension: textAt(build, ...path, "dimension"),
    choice: shape.choice,
    groupings: texts(build, ...path, "groupings"),
  };
}
