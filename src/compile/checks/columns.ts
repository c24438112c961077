import type { Model } from "../../catalog/index.ts";
import type { Located } from "../../definition/index.ts";
import type { Diagnostic, Span } from "../../diagnostics/index.ts";
import { report } from "../../diagnostics/index.ts";
import { refNodesOf } from "../../expression/index.ts";
import type { Draft } from "../draft.ts";
import { placeIn } from "../parsed.ts";
import { valuesOf } from "../written.ts";

/** Where a model declares its columns, everything reads declared ones. */
export function* checkColumns(draft: Draft): Iterable<Diagnostic> {
  for (const { owner, model, value, text, declared } of valuesOf(draft)) {
    if (value.kind === "opaque") yield* named(owner, model, declared);
    else for (const { ref, at } of refNodesOf(value.expr)) yield* unknown(owner, model, ref, placeIn(text, at));
  }
  for (const { definition, model } of draft.models) {
    const hasPrimary = definition.entities.some((entity) => entity.type === "primary" && entity.key.length === 0);
    if (!hasPrimary) yield* named(`Primary key of model "${model.name}"`, model, definition.primaryKey);
  }
}

function* named(owner: string, model: Model, columns: readonly Located[]): Iterable<Diagnostic> {
  for (const column of columns) yield* unknown(owner, model, column.value, column.span);
}

function* unknown(owner: string, model: Model, column: string, span: Span): Iterable<Diagnostic> {
  if (!model.columns || model.columns.has(column)) return;
  yield report("model/unknown-column", { owner, column, model: model.name, known: model.columns.keys() }, span);
}
