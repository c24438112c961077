import type { Metric } from "../catalog/index.ts";
import { certificationOf, definitionsOf, metricsBelow, reaggregationOf } from "../catalog/index.ts";
import { type AuthorizedQuery, accessOf, hidesSmallGroups } from "../policy/index.ts";
import type { MetricsQuery, Output, ResolvedQuery, Shown } from "../request/index.ts";
import { compareText } from "../std/index.ts";
import type { ResultColumn } from "../warehouse/index.ts";
import { fingerprintOf } from "./audit.ts";
import type { AnswerColumn, MetricUse } from "./engine.ts";

/** What is known of a column before the warehouse has answered. */
export type NamedColumn = Omit<AnswerColumn, "type">;

/** @param names Of the plan's columns: a plan may leave groups out. */
export function describeColumns(query: AuthorizedQuery, names: readonly string[]): readonly NamedColumn[] {
  const known = new Map(outputsOf(query).map((column) => [column.name, column]));
  return names.map((name) => {
    const column = known.get(name);
    if (!column) throw new Error(`The plan answers with a column "${name}" that was not asked for.`);
    return column;
  });
}

/**
 * Types are the warehouse's own, so that a cell is always written as what it is. Names are ours: an engine may have no
 * room for long ones.
 */
export function typedColumns(named: readonly NamedColumn[], columns: readonly ResultColumn[]): readonly AnswerColumn[] {
  if (named.length !== columns.length) {
    throw new Error(`The warehouse answered with ${columns.length} columns instead of ${named.length}.`);
  }
  return named.map((column, i) => ({ ...column, type: columns[i]?.type ?? "STRING" }));
}

/** The catalog's names of the metrics asked for, each once. */
export function askedBy(query: ResolvedQuery): readonly string[] {
  return query.kind === "metrics" ? [...new Set(shownBy(query).map(({ name }) => name))] : [];
}

/** Every metric that the answer rests on, inputs included, sorted by name. */
export function usesOf(query: ResolvedQuery): readonly MetricUse[] {
  if (query.kind !== "metrics") return [];
  const { catalog } = query;
  // As the caller sees the catalog: an input that is hidden from them is not named.
  const below = [query, ...parentsOf(query)].flatMap(shownBy).flatMap((metric) => metricsBelow(catalog, metric));
  return [...new Map(below.map((metric) => [metric.name, metric])).values()]
    .sort((a, b) => compareText(a.name, b.name))
    .map((metric) => ({
      name: metric.name,
      version: metric.version,
      fingerprint: fingerprintOf(definitionsOf(catalog), metric.name),
      certification: certificationOf(catalog, metric),
    }));
}

function shownBy({ shown }: MetricsQuery): readonly Metric[] {
  return shown.map(({ metric }) => metric);
}

function parentsOf({ parent }: MetricsQuery): readonly MetricsQuery[] {
  return parent ? [parent, ...parentsOf(parent)] : [];
}

function outputsOf(query: AuthorizedQuery): readonly NamedColumn[] {
  const groups = query.groupBy.map(({ output, label }) => ({
    name: output,
    label,
    metric: null,
    reaggregation: "none" as const,
    hidesSmallGroups: false,
  }));
  if (query.kind === "metrics") {
    const metrics = query.shown.map((shown) => ({
      name: shown.name,
      label: shown.metric.label,
      metric: shown.metric.name,
      reaggregation: shown.calc.kind === "value" ? reaggregationOf(shown.metric) : "none",
      hidesSmallGroups: madeOf(shown, query).some((output) => hidesSmallGroups(accessOf(query, output))),
    }));
    return query.countOnly ? [COUNT] : [...groups, ...metrics];
  }
  if (!query.minMaxOnly) return groups;
  return groups.flatMap((group) => [
    { ...group, name: `${group.name}__min`, label: `First ${group.label}` },
    { ...group, name: `${group.name}__max`, label: `Last ${group.label}` },
  ]);
}

/** The values that a column shows or compares. */
function madeOf({ calc }: Shown, { outputs }: MetricsQuery): readonly Output[] {
  const names = [calc.of, ...("previous" in calc ? [calc.previous] : [])];
  return outputs.filter(({ name }) => names.includes(name));
}

const COUNT: NamedColumn = {
  name: "count",
  label: "Groups",
  metric: null,
  reaggregation: "none",
  hidesSmallGroups: false,
};
