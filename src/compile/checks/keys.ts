import type { Entity, Model } from "../../catalog/index.ts";
import type { ModelDefinition } from "../../definition/index.ts";
import type { Diagnostic } from "../../diagnostics/index.ts";
import { report } from "../../diagnostics/index.ts";
import type { Draft } from "../draft.ts";
import { columnsOfKey } from "../model.ts";

/** A model has one primary entity, one primary key, and names that mean one thing; keys that join have equal parts. */
export function* checkKeys({ models }: Draft): Iterable<Diagnostic> {
  const first = new Map<string, { readonly model: Model; readonly entity: Entity }>();
  for (const { definition, model } of models) {
    yield* primaryEntity(definition, model);
    yield* primaryKey(definition, model);
    for (const { name } of definition.dimensions) {
      if (meansTwoThings(model, name.value)) {
        yield report("model/name-means-two-things", { name: name.value, model: model.name }, name.span);
      }
    }
    for (const entity of model.entities.values()) {
      const other = first.get(entity.entity);
      if (!other) first.set(entity.entity, { model, entity });
      else if (other.entity.key.length !== entity.key.length) {
        const of = { entity: entity.name, model: model.name, parts: entity.key.length };
        yield report(
          "model/key-parts-differ",
          { ...of, otherModel: other.model.name, otherParts: other.entity.key.length },
          entity.span,
          other.entity.span ? [{ message: `The key of "${other.model.name}".`, span: other.entity.span }] : [],
        );
      }
    }
  }
}

function* primaryEntity(definition: ModelDefinition, model: Model): Iterable<Diagnostic> {
  const [primary, ...more] = definition.entities.filter((entity) => entity.type === "primary");
  for (const { name } of more) {
    const first = primary?.name.value ?? "";
    yield report("model/several-primary-entities", { model: model.name, first, other: name.value }, name.span);
  }
  const declared = definition.primaryEntity;
  if (primary && declared && declared.value !== primary.name.value) {
    const names = { model: model.name, declared: declared.value, primary: primary.name.value };
    yield report("model/primary-entity-disagrees", names, declared.span);
  }
  if (model.primaryEntity === null && model.dimensions.size > 0) {
    yield report("model/no-primary-entity", { model: model.name }, definition.name.span);
  }
}

function* primaryKey(definition: ModelDefinition, model: Model): Iterable<Diagnostic> {
  const primary = definition.entities.find((entity) => entity.type === "primary");
  const [column] = definition.primaryKey;
  if (!primary || !column || primary.key.length === 0) return;
  const key = columnsOfKey(model.entities.get(primary.name.value)?.key ?? []);
  if (key === null || isSameSet(key, model.primaryKey)) return;
  yield report(
    "model/primary-key-disagrees",
    { model: model.name, declared: model.primaryKey, entity: primary.name.value, key },
    column.span,
    [{ message: `The key of "${primary.name.value}".`, span: primary.name.span }],
  );
}

/** A key that can also be grouped by as a dimension is one thing, as long as both are the same column. */
function meansTwoThings(model: Model, name: string): boolean {
  const key = model.entities.get(name)?.key;
  const value = model.dimensions.get(name)?.value;
  if (!key || !value) return false;
  const [part, ...more] = key;
  return (
    value.kind !== "expr" ||
    value.expr.kind !== "ref" ||
    part?.kind !== "ref" ||
    more.length > 0 ||
    part.ref !== value.expr.ref
  );
}

function isSameSet(a: readonly string[], b: readonly string[]): boolean {
  return a.length === b.length && a.every((item) => b.includes(item));
}
