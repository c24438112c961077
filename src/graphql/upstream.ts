import type { Catalog, ColumnExpression, Metric, Model, SimpleMetric } from "../catalog/index.ts";
import { inputsOf } from "../catalog/index.ts";
import { refsOf } from "../expression/index.ts";

/**
 * What a metric is computed from, nearest first: `metric:revenue`, `model:orders`, `column:shop.orders.amount`. Each
 * step (metric to input, metric to model, model to column) is one level; each thing stands once, at its nearest.
 */
export function upstreamOf(catalog: Catalog, metric: Metric, depth: number): readonly string[] {
  const found = new Set<string>();
  let level: readonly Metric[] = [metric];
  let columns: readonly string[] = [];
  for (let step = 0; step < depth && (level.length > 0 || columns.length > 0); step++) {
    const next = level.flatMap((current) =>
      inputsOf(current).flatMap((input) => catalog.metrics.get(input.metric) ?? []),
    );
    const simple = level.filter((current) => current.type === "simple");
    for (const input of next) found.add(`metric:${input.name}`);
    for (const leaf of simple) found.add(`model:${leaf.model}`);
    for (const column of columns) found.add(`column:${column}`);
    columns = simple.flatMap((leaf) => columnsOf(catalog, leaf));
    level = next;
  }
  // Names of the warehouse are for those who may see its SQL.
  return [...found].filter((name) => !catalog.view || !name.startsWith("column:"));
}

/** The columns its aggregate and its time read, by the name of their source. */
function columnsOf(catalog: Catalog, metric: SimpleMetric): readonly string[] {
  const model = catalog.models.get(metric.model);
  if (!model) return [];
  const time = metric.timeDimension === null ? undefined : model.dimensions.get(metric.timeDimension);
  const read = [...readBy(metric.aggregate.value), ...(time ? readBy(time.value) : [])];
  return [...new Set(read)].map((column) => `${sourceName(model)}.${column}`);
}

function readBy(value: ColumnExpression): readonly string[] {
  return value.kind === "expr" ? refsOf(value.expr) : value.columns;
}

/** `shop.orders`; the model's own name where its source is a query. */
export function sourceName({ name, source }: Model): string {
  return source.kind === "table" ? source.path.join(".") : name;
}
