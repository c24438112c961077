import type { DimensionDefinition, ModelDefinition } from "../../definition/index.ts";
import type { Diagnostic } from "../../diagnostics/index.ts";
import { report } from "../../diagnostics/index.ts";
import type { Draft } from "../draft.ts";

/** A table of history (SCD type 2) has one start, one end and one natural key, and nothing to add up. */
export function* checkValidity({ models }: Draft): Iterable<Diagnostic> {
  for (const { definition } of models) {
    const starts = definition.dimensions.filter((dimension) => dimension.validity === "start");
    const ends = definition.dimensions.filter((dimension) => dimension.validity === "end");
    yield* once(definition, starts);
    yield* once(definition, ends);
    yield* pair(definition, starts[0], ends[0]);
  }
}

function* once(model: ModelDefinition, [, ...more]: readonly DimensionDefinition[]): Iterable<Diagnostic> {
  for (const { name, validity } of more) {
    yield report("model/validity-twice", { model: model.name.value, bound: validity ?? "start" }, name.span);
  }
}

function* pair(
  model: ModelDefinition,
  start: DimensionDefinition | undefined,
  end: DimensionDefinition | undefined,
): Iterable<Diagnostic> {
  const name = model.name.value;
  const bound = start ?? end;
  const [natural, ...more] = model.entities.filter((entity) => entity.type === "natural");
  if (!bound) {
    if (natural)
      yield report("model/natural-without-validity", { model: name, entity: natural.name.value }, natural.name.span);
    return;
  }
  if (!start || !end) {
    yield report("model/validity-incomplete", { model: name, missing: start ? "end" : "start" }, bound.name.span);
  }
  if (!natural) yield report("model/validity-without-natural", { model: name }, bound.name.span);
  for (const entity of more) {
    const names = { first: natural?.name.value ?? "", other: entity.name.value };
    yield report("model/several-natural-entities", { model: name, ...names }, entity.name.span);
  }
  for (const measure of model.measures) {
    yield report("model/validity-with-measure", { model: name, measure: measure.name.value }, measure.name.span);
  }
}
