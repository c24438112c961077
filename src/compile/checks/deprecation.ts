import type { Diagnostic } from "../../diagnostics/index.ts";
import { report } from "../../diagnostics/index.ts";
import type { Draft } from "../draft.ts";

/** Whoever uses a deprecated metric learns until when, or what to use instead. */
export function* adviseDeprecation({ metrics }: Draft): Iterable<Diagnostic> {
  for (const { metric } of metrics) {
    if (metric.lifecycle !== "deprecated" || metric.sunset !== null || metric.replacedBy !== null) continue;
    yield report("metric/deprecated-without-end", { metric: metric.name }, metric.span);
  }
}
