import type { Diagnostic } from "../../diagnostics/index.ts";
import { report } from "../../diagnostics/index.ts";
import { refNodesOf } from "../../expression/index.ts";
import type { Draft } from "../draft.ts";
import { aliasOf } from "../metric.ts";
import { placeIn, UNREADABLE } from "../parsed.ts";

/** The expression of a derived metric uses its inputs, all of them, and nothing else. */
export function* checkDerived({ catalog, metrics }: Draft): Iterable<Diagnostic> {
  for (const { definition, metric } of metrics) {
    if (definition.type !== "derived" || metric.type !== "derived") continue;
    const inputs = definition.inputs ?? [];
    const aliases = new Set<string>();
    for (const input of inputs) {
      const alias = aliasOf(input);
      const names = { metric: metric.name, alias };
      if (aliases.has(alias)) yield report("metric/alias-twice", names, (input.alias ?? input.metric).span);
      aliases.add(alias);
    }
    if (metric.expr === UNREADABLE) continue;
    const used = refNodesOf(metric.expr);
    const usable = new Set(metric.inputs.map((input) => input.alias));
    for (const { ref: name, at } of used) {
      if (usable.has(name)) continue;
      const known = [...aliases, ...catalog.metrics.keys()];
      yield report("metric/unknown-input", { metric: metric.name, name, known }, placeIn(definition.expr, at));
    }
    const usedNames = new Set(used.map((node) => node.ref));
    for (const input of inputs) {
      const alias = aliasOf(input);
      if (!usedNames.has(alias)) yield report("metric/unused-input", { metric: metric.name, alias }, input.metric.span);
    }
  }
}
