import type { Metric } from "../catalog/index.ts";
import type { AliasDefinition } from "../definition/index.ts";
import { report as reported } from "../diagnostics/index.ts";
import { humanise } from "./humanise.ts";
import type { Report } from "./parsed.ts";

/** Metrics that go on answering under the names they had: deprecated, and all else as what they are called now. */
export function buildAliases(
  aliases: readonly AliasDefinition[],
  metrics: ReadonlyMap<string, Metric>,
  ids: ReadonlyMap<string, string>,
  report: Report,
): readonly Metric[] {
  return aliases.flatMap((alias): readonly Metric[] => {
    const target = metrics.get(alias.aliasOf.value);
    if (target) return [buildAlias(alias, target, ids.get(alias.name.value) ?? alias.name.value)];
    const other = aliases.find(({ name }) => name.value === alias.aliasOf.value);
    const names = { alias: alias.name.value, target: alias.aliasOf.value };
    report(
      other
        ? reported("metric/alias-of-alias", { ...names, now: other.aliasOf.value }, alias.aliasOf.span)
        : reported(
            "metric/unknown-metric",
            { owner: `The former name "${names.alias}"`, metric: names.target, known: metrics.keys() },
            alias.aliasOf.span,
          ),
    );
    return [];
  });
}

function buildAlias(
  { name, label, description, version, sunset }: AliasDefinition,
  target: Metric,
  id: string,
): Metric {
  return {
    ...target,
    name: name.value,
    id,
    label: label ?? humanise(id),
    description: description ?? target.description,
    version,
    aliasOf: target.name,
    certificationClaim: "none",
    // What is not to be asked for yet, or no more, is not by another name.
    lifecycle: target.lifecycle === "draft" || target.lifecycle === "retired" ? target.lifecycle : "deprecated",
    replacedBy: target.name,
    sunset,
    span: name.span,
  };
}
