import type { Diagnostic } from "../../diagnostics/index.ts";
import { report } from "../../diagnostics/index.ts";
import type { Aggregation, ScalarType } from "../../expression/index.ts";
import { typeOf } from "../../expression/index.ts";
import type { Draft } from "../draft.ts";
import type { WrittenAggregate } from "../written.ts";
import { aggregatesOf, typeOfColumn } from "../written.ts";

/** Every aggregate is given what it can add up, count or order; percentiles say which. */
export function* checkAggregates(draft: Draft): Iterable<Diagnostic> {
  for (const aggregate of aggregatesOf(draft)) {
    yield* argument(aggregate);
    yield* percentile(aggregate);
  }
}

const NUMBERS: readonly ScalarType[] = ["int", "decimal", "float"];
const WANTS: Readonly<Record<Aggregation, { readonly types: readonly ScalarType[]; readonly words: string } | null>> = {
  sum: { types: NUMBERS, words: "a number" },
  average: { types: NUMBERS, words: "a number" },
  percentile: { types: NUMBERS, words: "a number" },
  median: { types: NUMBERS, words: "a number" },
  sum_boolean: { types: ["boolean"], words: "a boolean" },
  min: { types: [...NUMBERS, "string", "date", "timestamp", "timestamptz"], words: "a number, a text or a time" },
  max: { types: [...NUMBERS, "string", "date", "timestamp", "timestamptz"], words: "a number, a text or a time" },
  count: null,
  count_distinct: null,
};

function* argument({ owner, model, value, spec, text }: WrittenAggregate): Iterable<Diagnostic> {
  const wants = WANTS[spec.aggregation];
  const found = value.kind === "opaque" ? value.type : typeOf(value.expr, typeOfColumn(model)).type;
  if (!wants || found === "unknown" || wants.types.includes(found)) return;
  const { aggregation } = spec;
  yield report("measure/wrong-type", { owner, aggregation, expected: wants.words, found }, text.span);
}

function* percentile({ owner, definition, spec, text }: WrittenAggregate): Iterable<Diagnostic> {
  const { aggregation } = spec;
  const isPercentile = aggregation === "percentile";
  const fraction = definition.percentile?.value ?? spec.percentile?.fraction;
  const span = (definition.percentile ?? definition.aggregation ?? text).span;
  if (isPercentile && fraction === undefined) yield report("measure/percentile-missing", { owner }, span);
  else if (isPercentile && !(Number(fraction) > 0 && Number(fraction) < 1)) {
    yield report("measure/percentile-out-of-range", { owner, fraction: String(fraction) }, span);
  } else if (!isPercentile && definition.percentile) {
    yield report("measure/percentile-unused", { owner, key: "percentile", aggregation }, span);
  } else if (!isPercentile && definition.percentileKind === "discrete") {
    yield report("measure/percentile-unused", { owner, key: "percentile_kind", aggregation }, span);
  } else if (definition.approximate && spec.percentile === null) {
    yield report("measure/percentile-unused", { owner, key: "approximate", aggregation }, span);
  }
}
