import type { AggregateSpec, ColumnExpression, Model } from "../catalog/index.ts";
import type { AggregateDefinition, Located, ValueDefinition } from "../definition/index.ts";
import type { ScalarType } from "../expression/index.ts";
import type { Draft } from "./draft.ts";

/** A value read from the rows of a model, and where its author wrote it. */
export interface Written {
  /** For messages: `Measure "amount" of model "orders"`. */
  readonly owner: string;
  readonly model: Model;
  readonly value: ColumnExpression;
  /** The expression's text, or the name that stands for a column. */
  readonly text: Located;
  /** Columns that opaque SQL declares. */
  readonly declared: readonly Located[];
}

export interface WrittenAggregate extends Written {
  readonly definition: AggregateDefinition;
  readonly spec: AggregateSpec;
}

/** Every value of every model, and the aggregates that metrics write inline. */
export function* valuesOf(draft: Draft): Iterable<Written> {
  for (const { definition, model } of draft.models) {
    for (const entity of definition.entities) {
      const key = model.entities.get(entity.name.value)?.key ?? [];
      const isPrimaryKey = entity.key.length === 0 && entity.type === "primary" && definition.primaryKey.length > 0;
      const texts = isPrimaryKey ? definition.primaryKey : entity.key.length > 0 ? entity.key : [entity.name];
      const owner = `Entity "${entity.name.value}" of model "${model.name}"`;
      for (const [i, expr] of key.entries()) {
        yield { owner, model, value: { kind: "expr", expr }, text: texts[i] ?? entity.name, declared: [] };
      }
    }
    for (const { name, value: written } of definition.dimensions) {
      const value = model.dimensions.get(name.value)?.value;
      if (!value) continue;
      yield { owner: `Dimension "${name.value}" of model "${model.name}"`, model, value, ...placesOf(written, name) };
    }
  }
  yield* aggregatesOf(draft);
}

/** The measures of models, and the aggregates that metrics write inline. */
export function* aggregatesOf(draft: Draft): Iterable<WrittenAggregate> {
  for (const { definition, model } of draft.models) {
    for (const measure of definition.measures) {
      const spec = model.measures.get(measure.name.value);
      const owner = `Measure "${measure.name.value}" of model "${model.name}"`;
      if (spec) yield writtenAggregate(owner, model, measure, spec, measure.name);
    }
  }
  for (const { definition, metric } of draft.metrics) {
    if (definition.type !== "simple" || definition.measure.kind === "named" || metric.type !== "simple") continue;
    const model = draft.catalog.models.get(metric.model);
    const owner = `Metric "${metric.name}"`;
    if (model) yield writtenAggregate(owner, model, definition.measure.aggregate, metric.aggregate, definition.name);
  }
}

export function typeOfColumn(model: Model): (column: string) => ScalarType {
  return (column) => model.columns?.get(column)?.type ?? "unknown";
}

function writtenAggregate(
  owner: string,
  model: Model,
  definition: AggregateDefinition,
  spec: AggregateSpec,
  name: Located,
): WrittenAggregate {
  const places = definition.shorthand ? { text: definition.shorthand, declared: [] } : placesOf(definition.value, name);
  return { owner, model, value: spec.value, ...places, definition, spec };
}

function placesOf(written: ValueDefinition | null, name: Located): Pick<Written, "text" | "declared"> {
  if (written === null) return { text: name, declared: [] };
  return written.kind === "expr" ? { text: written.expr, declared: [] } : { text: name, declared: written.columns };
}
