import type { Expr } from "../expression/index.ts";
import { refsOf } from "../expression/index.ts";
import type { Catalog } from "./catalog.ts";
import type { ColumnExpression, Model } from "./model.ts";

/** The columns of the source that a value is computed from. */
export function columnsOfExpression(value: ColumnExpression | Expr<string>): readonly string[] {
  if (value.kind === "opaque") return value.columns;
  return refsOf(value.kind === "expr" ? value.expr : value);
}

/**
 * Everything of a model that a policy can name, with the columns that it reads: declared columns, dimensions, entities,
 * measures and simple metrics. Names of other columns are those that some expression of the model reads. One name may
 * stand for several things; it reads the columns of all of them.
 */
export function fieldsOfModel(catalog: Catalog, model: Model): ReadonlyMap<string, ReadonlySet<string>> {
  const known = fields.get(model);
  if (known) return known;
  const found = new Map<string, Set<string>>();
  const add = (name: string, columns: readonly string[]) => {
    const set = found.get(name) ?? new Set();
    found.set(name, set);
    for (const column of columns) set.add(column);
  };
  for (const { name, value } of model.dimensions.values()) add(name, columnsOfExpression(value));
  for (const { name, key } of model.entities.values()) add(name, key.flatMap(columnsOfExpression));
  for (const { name, value } of model.measures.values()) add(name, columnsOfExpression(value));
  for (const metric of catalog.metrics.values()) {
    if (metric.type === "simple" && metric.model === model.name) {
      add(metric.name, columnsOfExpression(metric.aggregate.value));
    }
  }
  const read = [...found.values()].flatMap((columns) => [...columns]);
  for (const column of read) add(column, [column]);
  for (const column of model.columns?.keys() ?? []) add(column, [column]);
  fields.set(model, found);
  return found;
}

/** A model belongs to one catalog. */
const fields = new WeakMap<Model, ReadonlyMap<string, ReadonlySet<string>>>();
