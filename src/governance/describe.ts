import type { Catalog, Dialect, Filter, Metric, MetricInput, SimpleMetric, Window } from "../catalog/index.ts";
import { metricTimeOf } from "../catalog/index.ts";
import { Refusal } from "../diagnostics/index.ts";
import { explainQuery } from "../engine/index.ts";
import { print, printFilterName, printName } from "../expression/index.ts";
import { OPERATOR } from "../identity/index.ts";
import { nameIn } from "./lock.ts";

/** How a metric is computed, in one line: `sum(quantity * price) of order_lines`, `revenue / orders`. Its filters are not in it. */
export function formulaOf(catalog: Catalog, metric: Metric): string {
  const inputWords = (input: MetricInput): string => wordsOfInput(catalog, input);
  switch (metric.type) {
    case "simple":
      return simpleFormula(metric);
    case "ratio":
      return `${inputWords(metric.numerator)} / ${inputWords(metric.denominator)}`;
    case "derived": {
      const inputs = new Map(metric.inputs.map((input) => [input.alias, input]));
      return print(metric.expr, (alias) => {
        const input = inputs.get(alias);
        return input ? inputWords(input) : printName(alias);
      });
    }
    case "cumulative": {
      const { input, window, grainToDate, periodAggregation } = metric;
      const reach = window
        ? `over ${windowWords(window)}`
        : grainToDate
          ? `since the ${grainToDate} began`
          : "over all time";
      return `${inputWords(input)} ${reach} (${periodAggregation} of a period)`;
    }
    case "conversion": {
      const { base, conversion, entity, window, calculation } = metric;
      const within = window ? ` within ${windowWords(window)}` : "";
      const share = calculation === "conversion_rate" ? ` / ${inputWords(base)}` : "";
      return `${inputWords(conversion)} after ${inputWords(base)} of the same ${entity}${within}${share}`;
    }
  }
}

function simpleFormula({ aggregate, model, nonAdditive }: SimpleMetric): string {
  const { aggregation, value, percentile } = aggregate;
  const isRows = aggregation === "count" && value.kind === "expr" && value.expr.kind === "literal";
  const of = value.kind === "opaque" ? (Object.values(value.sql)[0] ?? "") : print(value.expr, printName);
  const more = percentile && aggregation === "percentile" ? `, ${percentile.fraction}` : "";
  const call = isRows ? "count(*)" : `${aggregation}(${of}${more})`;
  const last = nonAdditive ? ` at the ${nonAdditive.choice === "max" ? "last" : "first"} ${nonAdditive.dimension}` : "";
  return `${call} of ${model}${last}`;
}

function wordsOfInput(catalog: Catalog, { metric, filters, offsetWindow, offsetToGrain }: MetricInput): string {
  const words = [
    ...filters.map(({ text }) => `where ${text}`),
    ...(offsetWindow ? [`${windowWords(offsetWindow)} before`] : []),
    ...(offsetToGrain ? [`at the start of the ${offsetToGrain}`] : []),
  ];
  const name = nameIn(catalog, metric);
  return words.length === 0 ? name : `${name} [${words.join(", ")}]`;
}

function windowWords({ count, grain }: Window): string {
  return `${count} ${grain}${count === 1 ? "" : "s"}`;
}

/** Every condition that the metric itself states, in its canonical spelling, in the author's order. */
export function filtersOf(metric: Metric): readonly string[] {
  return metric.filters.map(({ expr }: Filter) => print(expr, printFilterName));
}

/**
 * What a metric's numbers are asked with, by its default grain where it has a time; bound values follow as comments.
 * null: this engine cannot say it, or nobody may ask.
 */
export function calculationSql(catalog: Catalog, dialect: Dialect, metric: Metric): string | null {
  if (metric.isPrivate || metric.lifecycle === "retired") return null;
  const groupBy = metricTimeOf(catalog, metric) ? [{ name: "metric_time" }] : [];
  try {
    const { statement } = explainQuery(catalog, dialect, { metrics: [metric.name], groupBy }, OPERATOR);
    const sign = dialect === "bigquery" ? "@p" : "$";
    // As JSON, no value has a line break that would end the comment.
    const values = statement.values.map((value, i) => `\n-- ${sign}${i + 1} = ${JSON.stringify(value)}`);
    return statement.text + values.join("");
  } catch (thrown) {
    if (thrown instanceof Refusal) return null;
    throw thrown;
  }
}
