import type { Catalog, DerivedMetric, Metric, Window } from "../catalog/index.ts";
import { additivityOf } from "../catalog/index.ts";
import { Refusal } from "../diagnostics/index.ts";
import type { ScalarType } from "../expression/index.ts";
import { compareGrains, ref } from "../expression/index.ts";
import type { WrittenCondition } from "./filters.ts";
import { parseConditions } from "./filters.ts";
import { leavesOf } from "./leaves.ts";
import { mentionsMetricTime, resolveMetric } from "./metric.ts";
import { typeOfMetric } from "./metric-type.ts";
import type { MetricReference, TimeRange } from "./request.ts";
import type { Field, Item, Output, ResolvedCalc, ResolvedMetric, Shown, TotalSet } from "./resolved.ts";
import { lengthOf, movedBack, windowOf } from "./shift.ts";

/** What all metrics of a question share. */
export interface Question {
  readonly catalog: Catalog;
  readonly timeZone: string;
  /** Those that are shown, then the hidden ones. */
  readonly groupBy: readonly Item[];
  readonly queryConditions: readonly WrittenCondition[];
  readonly range: TimeRange | null;
  /** Whether its rows are those of no period of a top: which they would be of another range, nothing tells. */
  readonly isOfOtherPeriods: boolean;
}

/** One entry of `metrics`, looked up. */
export interface Asked {
  readonly reference: MetricReference;
  readonly metric: Metric;
  /** Of the column. */
  readonly name: string;
  /** Items that its comparison ranges within; null: none were named. */
  readonly within: readonly Item[] | null;
  readonly path: readonly string[];
}

export interface Compared {
  readonly outputs: readonly Output[];
  readonly totals: readonly TotalSet[];
  readonly shown: readonly Shown[];
}

/**
 * What has to be computed for the columns asked for: the values of each metric, those of an earlier period, and totals
 * over fewer groups; and how the columns are made of them.
 */
export function compare(question: Question, asked: readonly Asked[]): Compared {
  const outputs: Output[] = [];
  const totals: TotalSet[] = [];
  const taken = new Set(asked.map(({ name }) => name));
  const add = (entry: Asked, of: ResolvedMetric, suffix: string | null): string => {
    const name = suffix === null ? entry.name : free(taken, `${entry.name}__${suffix}`);
    outputs.push({ name, metric: entry.metric, of });
    return name;
  };
  const shown = asked.map((entry): Shown => {
    const { calc: named, shift } = entry.reference;
    const calc = named ?? "value";
    const now = () => valueOf(question, entry);
    const then = () => earlier(question, entry);
    const isMoved = calc === "previous" || (shift !== null && shift !== undefined);
    const asIs = (suffix: string | null) => add(entry, isMoved ? then() : now(), suffix);
    switch (calc) {
      case "value":
      case "previous":
        return shownAs(entry, { kind: "value", of: asIs(null) }, outputs);
      case "delta":
      case "delta_ratio":
        return shownAs(
          entry,
          { kind: calc, of: add(entry, now(), "value"), previous: add(entry, then(), "previous") },
          outputs,
        );
      case "share_of_total": {
        const inner = { ...question, groupBy: entry.within ?? [] };
        const total = free(taken, `${entry.name}__total`);
        const of = asIs("value");
        const whole = isMoved ? earlier(inner, entry) : valueOf(inner, entry);
        const keys = keysOf(outputs.at(-1)?.of, question, inner.groupBy);
        totals.push({ keys, outputs: [{ name: total, metric: entry.metric, of: whole }] });
        return shownAs(entry, { kind: calc, of, total, within: keys }, outputs);
      }
      case "rank": {
        const of = asIs("value");
        return shownAs(
          entry,
          { kind: calc, of, within: keysOf(outputs.at(-1)?.of, question, entry.within ?? []) },
          outputs,
        );
      }
      case "running_total":
        return shownAs(entry, { kind: calc, ...alongTime(question, entry, asIs("value"), outputs) }, outputs);
    }
  });
  return { outputs, totals: sameKeysTogether(totals), shown };
}

function shownAs({ name, metric }: Asked, calc: ResolvedCalc, outputs: readonly Output[]): Shown {
  const of = outputs.find((output) => output.name === calc.of)?.of;
  return { name, metric, calc, type: typeOfCalc(calc, typeOfMetric(of)) };
}

function typeOfCalc({ kind }: ResolvedCalc, value: ScalarType): ScalarType {
  switch (kind) {
    case "value":
    case "delta":
    case "running_total":
      return value;
    case "delta_ratio":
    case "share_of_total":
      return "float";
    case "rank":
      return "int";
  }
}

function valueOf(question: Question, { metric, reference, path }: Asked): ResolvedMetric {
  const ownConditions = parseConditions(reference.where ?? [], [...path, "where"]);
  return resolveMetric({ ...question, metric, asked: metric.name, ownConditions });
}

/** The metric in the period before: by an offset along the groups' time, or over a range that lies so much earlier. */
function earlier(question: Question, entry: Asked): ResolvedMetric {
  const { metric, reference, path } = entry;
  const value = valueOf(question, entry);
  const times = leavesOf(value).map(({ groupBy }) => groupBy.filter((field) => field.isMetricTime));
  const at = [...path, "shift"];
  const asked = reference.shift ? windowOf(reference.shift, at) : null;
  if (times.every((fields) => fields.length > 0)) {
    const window = asked ?? finestOf(times.flat(), at);
    return comparing(valueOf(question, { ...entry, metric: offsetBy(metric, window) }));
  }
  const { range } = question;
  if (times.some((fields) => fields.length > 0) || !range?.end) {
    throw new Refusal(
      "TIME_GROUP_BY_REQUIRED",
      `A shift of metric "${metric.name}" needs to know its period: group by metric_time, or give a time range with an end.`,
      { suggestions: ["metric_time"], path: at },
    );
  }
  if (leavesOf(value).some((leaf) => [...leaf.queryConditions, ...leaf.askedConditions].some(mentionsMetricTime))) {
    throw new Refusal(
      "NOT_SUPPORTED",
      `A shift of metric "${metric.name}" moves the time range, which a condition on its time would cut again; leave the condition to timeRange.`,
      { path: at },
    );
  }
  if (question.isOfOtherPeriods) {
    throw new Refusal(
      "NOT_SUPPORTED",
      `A shift of metric "${metric.name}" has no value in the rest of a top by metric_time, whose periods it would leave.`,
      { path: at },
    );
  }
  return valueOf({ ...question, range: asked ? movedBack(range, asked, at) : rangeBefore(range, at) }, entry);
}

/** The metric as the only input of one that shows it later. Named apart, since another shift is another value. */
function offsetBy(metric: Metric, offsetWindow: Window): DerivedMetric {
  const alias = "value";
  return {
    ...metric,
    name: `${metric.name}_${offsetWindow.count}_${offsetWindow.grain}_earlier`,
    type: "derived",
    filters: [],
    expr: ref(alias),
    inputs: [
      {
        metric: metric.name,
        alias,
        filters: [],
        offsetWindow,
        offsetToGrain: null,
        offsetWholePeriods: false,
        span: null,
      },
    ],
  };
}

function comparing(moved: ResolvedMetric): ResolvedMetric {
  if (moved.kind !== "derived") throw new Error("What is shown later is derived from one metric.");
  const inputs = moved.inputs.map(({ alias, of, offset }) => {
    return { alias, of, offset: offset?.kind === "window" ? { ...offset, isComparison: true } : offset };
  });
  return { ...moved, inputs };
}

function finestOf(times: readonly Field[], path: readonly string[]): Window {
  const cuts = times.flatMap(({ cut }) => cut ?? []);
  const [finest] = cuts.flatMap((cut) => (cut.kind === "grain" ? cut.grain : [])).sort(compareGrains);
  const custom = cuts.find((cut) => cut.kind === "custom");
  const grain = finest ?? (custom?.kind === "custom" ? custom.name : null);
  if (grain !== null) return { count: 1, grain };
  throw new Refusal("INVALID_REQUEST", "A date part has no period before it; say how far to shift.", { path });
}

function rangeBefore(range: TimeRange, path: readonly string[]): TimeRange {
  if (range.before) return range.before;
  if (range.before === null) {
    throw new Refusal("INVALID_RANGE", "The calendar does not hold the periods before the time range.", { path });
  }
  const window = range.step ? { count: range.step.n, grain: range.step.unit } : lengthOf(range);
  if (window) return movedBack(range, window, path);
  throw new Refusal(
    "INVALID_REQUEST",
    "The time range is not a number of days that another could lie before; say how far to shift.",
    { path },
  );
}

function alongTime(question: Question, { metric, path, within }: Asked, of: string, outputs: readonly Output[]) {
  if (additivityOf(metric) !== "additive") {
    throw new Refusal(
      "NOT_SUPPORTED",
      `Values of metric "${metric.name}" do not add up over time, so it has no running total; define a cumulative metric over it.`,
      { path: [...path, "calc"] },
    );
  }
  const resolved = outputs.find((output) => output.name === of)?.of;
  const fields = resolved ? (leavesOf(resolved)[0]?.groupBy ?? []) : [];
  const times = fields.filter((field) => field.isMetricTime && field.cut?.kind === "grain");
  const [finest] = times.sort((a, b) =>
    a.cut?.kind === "grain" && b.cut?.kind === "grain" ? compareGrains(a.cut.grain, b.cut.grain) : 0,
  );
  const along = finest ?? fields.find((field) => field.isMetricTime && field.cut?.kind === "custom");
  if (!along) {
    throw new Refusal(
      "TIME_GROUP_BY_REQUIRED",
      `A running total of metric "${metric.name}" runs along time; group by metric_time.`,
      { suggestions: ["metric_time"], path: [...path, "calc"] },
    );
  }
  const others = fields.filter((field) => !field.isMetricTime).map(({ key }) => key);
  return { of, along: along.key, within: within ? keysOf(resolved, question, within) : others };
}

/** The plan's keys of some of the question's groups. */
function keysOf(of: ResolvedMetric | undefined, question: Question, items: readonly Item[]): readonly string[] {
  const fields = of ? (leavesOf(of)[0]?.groupBy ?? []) : [];
  return [...new Set(items.flatMap((item) => fields[question.groupBy.indexOf(item)]?.key ?? []))];
}

function sameKeysTogether(totals: readonly TotalSet[]): readonly TotalSet[] {
  return [...Map.groupBy(totals, ({ keys }) => keys.join("\n")).values()].flatMap((alike) => {
    const [first] = alike;
    return first ? [{ keys: first.keys, outputs: alike.flatMap(({ outputs }) => outputs) }] : [];
  });
}

function free(taken: Set<string>, wanted: string): string {
  let name = wanted;
  for (let i = 2; taken.has(name); i++) name = `${wanted}_${i}`;
  taken.add(name);
  return name;
}
