import type { Model } from "../../catalog/index.ts";
import type { Located, NonAdditiveDefinition } from "../../definition/index.ts";
import type { Diagnostic } from "../../diagnostics/index.ts";
import { report } from "../../diagnostics/index.ts";
import type { Draft } from "../draft.ts";
import { aggregatesOf } from "../written.ts";

/** What stands for a time is a time dimension of the model; what a closing balance is kept by is one of its names. */
export function* checkTimes(draft: Draft): Iterable<Diagnostic> {
  for (const { definition, model } of draft.models) yield* time(`Model "${model.name}"`, model, definition.time);
  for (const { owner, model, definition } of aggregatesOf(draft)) {
    yield* time(owner, model, definition.time);
    yield* nonAdditive(owner, model, definition.nonAdditive);
  }
  for (const { definition } of draft.metrics) {
    const model = definition.type === "simple" ? draft.catalog.models.get(definition.model.value) : undefined;
    if (definition.type !== "simple" || !model) continue;
    yield* time(`Metric "${definition.name.value}"`, model, definition.time);
    yield* nonAdditive(`Metric "${definition.name.value}"`, model, definition.nonAdditive);
  }
}

function* time(owner: string, model: Model, name: Located | null): Iterable<Diagnostic> {
  const dimension = name && model.dimensions.get(name.value);
  if (!name || dimension?.kind === "time") return;
  const known = [...model.dimensions.values()].filter(({ kind }) => kind === "time").map((found) => found.name);
  yield dimension
    ? report("model/not-a-time-dimension", { owner, name: name.value, model: model.name, known }, name.span)
    : report("model/unknown-time-dimension", { owner, name: name.value, model: model.name, known }, name.span);
}

function* nonAdditive(owner: string, model: Model, written: NonAdditiveDefinition | null): Iterable<Diagnostic> {
  if (!written) return;
  yield* time(owner, model, written.dimension);
  for (const grouping of written.groupings) {
    if (model.entities.has(grouping.value) || model.dimensions.has(grouping.value)) continue;
    const known = [...model.entities.keys(), ...model.dimensions.keys()];
    yield report("model/unknown-grouping", { owner, name: grouping.value, model: model.name, known }, grouping.span);
  }
}
