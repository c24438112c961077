import type { NonAdditiveDefinition } from "../../definition/index.ts";
import type { Diagnostic } from "../../diagnostics/index.ts";
import { report } from "../../diagnostics/index.ts";
import type { Draft } from "../draft.ts";
import { aggregatesOf } from "../written.ts";

/** A closing balance without groupings loses whatever did not report on the last date. */
export function* adviseSemiAdditive(draft: Draft): Iterable<Diagnostic> {
  for (const { owner, definition } of aggregatesOf(draft)) yield* advise(owner, definition.nonAdditive);
  for (const { definition } of draft.metrics) {
    if (definition.type === "simple") yield* advise(`Metric "${definition.name.value}"`, definition.nonAdditive);
  }
}

function* advise(owner: string, nonAdditive: NonAdditiveDefinition | null): Iterable<Diagnostic> {
  if (!nonAdditive || nonAdditive.groupings.length > 0) return;
  const { choice, dimension } = nonAdditive;
  yield report("measure/semi-additive-without-groupings", { owner, choice }, dimension.span);
}
