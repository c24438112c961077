import type { Expr, Parsed } from "../../expression/index.ts";
import { parseColumnExpression, parseFilter, parseMetricExpression, print, printName } from "../../expression/index.ts";
import type { ReportCode } from "../report.ts";
import type { Condition, Metric, MetricInput, Named, Origin, Project, SemanticModel } from "./project.ts";
import { type Reading, tell } from "./reading.ts";

/**
 * Leaves out what holds SQL or Jinja that our languages do not have: a metric is never written without its filter, nor
 * a measure with another expression.
 */
export function checkTexts(project: Project, reading: Reading): Project {
  return {
    ...project,
    models: project.models.map((model) => checkModel(model, reading)),
    metrics: project.metrics.flatMap((metric) => checkMetric(metric, reading) ?? []),
    savedQueries: project.savedQueries.filter((query) => areFilters(query.filters, reading)),
  };
}

export function inputsOf(metric: Metric): readonly MetricInput[] {
  switch (metric.type) {
    case "simple":
      return [];
    case "ratio":
      return [metric.numerator, metric.denominator];
    case "derived":
      return metric.inputs;
    case "cumulative":
      return [metric.input];
    case "conversion":
      return [metric.base, metric.conversion];
  }
}

function checkModel(model: SemanticModel, reading: Reading): SemanticModel {
  const sound = <T extends Named & { readonly expr: string }>(part: T): T | readonly [] => {
    const expr = columnExpression(part.expr, part.origin, reading);
    return expr === null ? [] : { ...part, expr };
  };
  return {
    ...model,
    entities: model.entities.flatMap(sound),
    dimensions: model.dimensions.flatMap(sound),
    measures: model.measures.flatMap((measure) => {
      const expr = columnExpression(measure.aggregate.expr, measure.origin, reading);
      return expr === null ? [] : { ...measure, aggregate: { ...measure.aggregate, expr } };
    }),
  };
}

function checkMetric(metric: Metric, reading: Reading): Metric | null {
  const filters = [...metric.filters, ...inputsOf(metric).flatMap((input) => input.filters)];
  if (!areFilters(filters, reading)) return null;
  if (metric.type === "derived") {
    return isText(metric.expr, metric.origin, parseMetricExpression, "UNSUPPORTED_EXPRESSION", reading) ? metric : null;
  }
  if (metric.type !== "simple" || metric.of.kind === "measure") return metric;
  const { of } = metric;
  const expr = columnExpression(of.aggregate.expr, metric.origin, reading);
  return expr === null ? null : { ...metric, of: { ...of, aggregate: { ...of.aggregate, expr } } };
}

function areFilters(filters: readonly Condition[], reading: Reading): boolean {
  return filters
    .map(({ text, origin }) => isText(text, origin, parseFilter, "UNSUPPORTED_FILTER", reading))
    .every((isGood) => isGood);
}

/** As it is to be written; a column called like a word of SQL gets its quotes. */
function columnExpression(text: string, origin: Origin, reading: Reading): string | null {
  const isColumn = /^[a-z_]\w*$/i.test(text);
  if (isColumn && !parseColumnExpression(text).ok) return printName(text.toLowerCase());
  if (isColumn && printName(text.toLowerCase()) === text.toLowerCase()) return text.toLowerCase();
  return isText(text, origin, parseColumnExpression, "UNSUPPORTED_EXPRESSION", reading) ? text : null;
}

function isText<R>(
  text: string,
  origin: Origin,
  parse: (text: string) => Parsed<Expr<R>>,
  code: ReportCode,
  reading: Reading,
): boolean {
  const jinja = JINJA.exec(text);
  if (jinja) {
    const message = `Only dbt can resolve the Jinja in: ${inLine(text)}`;
    tell(reading, "UNRESOLVED_JINJA", origin, message);
    return false;
  }
  const parsed = parse(text);
  if (parsed.ok) return true;
  const [problem] = parsed.problems;
  tell(reading, code, origin, [problem?.message, problem?.help, `In: ${inLine(text)}`].filter(Boolean).join(" "));
  return false;
}

function inLine(text: string): string {
  return text.replace(/\s+/g, " ");
}

/** Jinja that is not one of MetricFlow's own templates. */
const JINJA = /\{%|\{#|\{\{(?!\s*(?:Dimension|TimeDimension|Entity|Metric)\s*\()/;

/** Two texts that mean the same expression over columns. */
export function isSameExpression(a: Expr<string>, b: string): boolean {
  const parsed = parseColumnExpression(b);
  return parsed.ok && print(parsed.value, printName) === print(a, printName);
}
