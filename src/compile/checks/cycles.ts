import type { Catalog, Filter, Metric } from "../../catalog/index.ts";
import { inputsOf } from "../../catalog/index.ts";
import type { Diagnostic, Span } from "../../diagnostics/index.ts";
import { report } from "../../diagnostics/index.ts";
import { refsOf } from "../../expression/index.ts";
import type { Draft } from "../draft.ts";

interface Use {
  readonly metric: string;
  readonly span: Span | null;
}

/** No metric is computed from itself, neither through its inputs nor through a metric in a filter. */
export function* checkCycles({ catalog }: Draft): Iterable<Diagnostic> {
  const done = new Set<string>();
  for (const name of catalog.metrics.keys()) yield* walk(catalog, name, [], done);
}

function* walk(catalog: Catalog, name: string, above: readonly string[], done: Set<string>): Iterable<Diagnostic> {
  const metric = catalog.metrics.get(name);
  if (!metric || done.has(name)) return;
  const path = [...above, name];
  for (const use of usesOf(metric)) {
    const start = path.indexOf(use.metric);
    if (start < 0) yield* walk(catalog, use.metric, path, done);
    else yield report("metric/cycle", { path: [...path.slice(start), use.metric] }, use.span);
  }
  done.add(name);
}

function usesOf(metric: Metric): readonly Use[] {
  const inputs = inputsOf(metric);
  const filters = [...metric.filters, ...inputs.flatMap((input) => input.filters)];
  return [...inputs.map(({ metric: name, span }) => ({ metric: name, span })), ...filters.flatMap(usesInFilter)];
}

function usesInFilter({ expr, span }: Filter): readonly Use[] {
  return refsOf(expr).flatMap((name) => (name.kind === "metric" ? [{ metric: name.metric, span }] : []));
}
