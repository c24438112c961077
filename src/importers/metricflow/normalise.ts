import { parseMetricExpression, refsOf } from "../../expression/index.ts";
import type {
  Measure,
  MeasureInput,
  Metric,
  MetricInput,
  Named,
  Project,
  RawMetric,
  RawProject,
  SemanticModel,
  SimpleMetric,
} from "./project.ts";
import { type Reading, tell } from "./reading.ts";

/**
 * What dbt does before it uses definitions: names mean one thing, measures become the metrics that they ask for, and
 * metrics are computed from metrics only.
 */
export function normalise(project: RawProject, reading: Reading): Project {
  const models = firstOfEach(project.models, "model", reading).map((model) => withOnePrimary(model, reading));
  const measures = measuresOf(models, reading);
  const written = firstOfEach(project.metrics, "metric", reading).filter((metric) =>
    knowsItsMeasures(metric, measures, reading),
  );
  const all = [...written, ...createdMetrics(measures, written, reading)];
  return {
    models,
    metrics: withMetricInputs(all, measures).map((metric) => withoutUnusedInputs(metric, reading)),
    savedQueries: firstOfEach(project.savedQueries, "saved query", reading),
    calendars: project.calendars,
  };
}

function firstOfEach<T extends Named>(all: readonly T[], kind: string, reading: Reading): readonly T[] {
  const first = new Map<string, T>();
  for (const one of all) {
    const other = first.get(one.name);
    if (!other) first.set(one.name, one);
    else {
      const place = `${other.origin.file}:${other.origin.line}`;
      tell(reading, "INVALID_VALUE", one.origin, `There is a ${kind} of this name already, at ${place}.`);
    }
  }
  return [...first.values()];
}

/** A listed primary entity makes `primary_entity` superfluous; a second one is no less unique. */
function withOnePrimary(model: SemanticModel, reading: Reading): SemanticModel {
  const [primary, ...more] = model.entities.filter((entity) => entity.type === "primary");
  if (!primary) return model;
  for (const { origin } of more) {
    const message = `The model has a primary entity already: "${primary.name}".`;
    tell(reading, "INVALID_VALUE", origin, message, "type: unique", "warning");
  }
  if (model.primaryEntity !== null && model.primaryEntity !== primary.name) {
    const message = `primary_entity: ${model.primaryEntity} counts only where no primary entity is listed.`;
    tell(reading, "INVALID_VALUE", model.origin, message, `${primary.name}: primary`, "warning");
  }
  const entities = model.entities.map((entity) =>
    entity.type === "primary" && entity !== primary ? { ...entity, type: "unique" as const } : entity,
  );
  return { ...model, primaryEntity: null, entities };
}

export interface OwnMeasure {
  readonly model: SemanticModel;
  readonly measure: Measure;
}
type Measures = ReadonlyMap<string, OwnMeasure>;

/** Measures have names of their own across all models. */
export function measuresOf(models: readonly SemanticModel[], reading: Reading | null = null): Measures {
  const found = new Map<string, OwnMeasure>();
  for (const model of models) {
    for (const measure of model.measures) {
      const other = found.get(measure.name);
      if (!other) found.set(measure.name, { model, measure });
      else if (reading) {
        const message = `Model "${other.model.name}" has a measure of this name, which metrics mean by it.`;
        tell(reading, "INVALID_VALUE", measure.origin, message, "a measure that no metric uses", "warning");
      }
    }
  }
  return found;
}

function knowsItsMeasures(metric: RawMetric, measures: Measures, reading: Reading): boolean {
  const unknown = measuresUsed(metric).filter((name) => !measures.has(name));
  for (const name of unknown) {
    tell(reading, "UNKNOWN_REFERENCE", metric.origin, `It uses measure "${name}", which no model has.`);
  }
  return unknown.length === 0;
}

function measuresUsed(metric: RawMetric): readonly string[] {
  if (metric.type === "simple") return metric.of.kind === "measure" ? [metric.of.measure] : [];
  return measureInputsOf(metric).map((input) => input.measure);
}

function measureInputsOf(metric: RawMetric): readonly MeasureInput[] {
  const inputs =
    metric.type === "cumulative"
      ? [metric.input]
      : metric.type === "conversion"
        ? [metric.base, metric.conversion]
        : [];
  return inputs.filter((input) => input.kind === "measure");
}

/** `create_metric: true`: a simple metric of that name that is written out wins. */
function createdMetrics(measures: Measures, written: readonly RawMetric[], reading: Reading): readonly SimpleMetric[] {
  return [...measures.values()].flatMap(({ model, measure }) => {
    if (!measure.creates) return [];
    const other = written.find((metric) => metric.name === measure.name);
    if (other && other.type !== "simple") {
      const message = `create_metric makes a simple metric "${measure.name}", but a ${other.type} metric has that name.`;
      tell(reading, "INVALID_VALUE", measure.origin, message);
    }
    if (other) return [];
    const label = measure.creates.label ?? measure.label;
    return [{ ...simpleMetric(measure, model), label, description: measure.description }];
  });
}

function simpleMetric(measure: Measure, model: SemanticModel): SimpleMetric {
  return {
    type: "simple",
    name: measure.name,
    label: null,
    description: null,
    origin: measure.origin,
    group: model.group,
    owner: model.owner,
    tags: [],
    isPrivate: false,
    grain: null,
    filters: [],
    of: { kind: "measure", measure: measure.name },
    fillNullsWith: null,
    joinToTimespine: false,
  };
}

/** Cumulative and conversion metrics on measures get simple metrics as inputs: one there is, or a private new one. */
function withMetricInputs(metrics: readonly RawMetric[], measures: Measures): readonly Metric[] {
  const names = new Set(metrics.map((metric) => metric.name));
  const simple = metrics.filter((metric) => metric.type === "simple");
  const made: SimpleMetric[] = [];
  const metricFor = (input: MetricInput | MeasureInput): MetricInput => {
    if (input.kind === "metric") return input;
    const { measure, fillNullsWith, joinToTimespine, filters, origin } = input;
    const own = measures.get(measure);
    let metric = [...simple, ...made].find((candidate) => isPlainMetricOf(candidate, input));
    if (!metric && own) {
      metric = {
        ...simpleMetric(own.measure, own.model),
        name: freeName(nameFor(input), names),
        isPrivate: true,
        fillNullsWith,
        joinToTimespine,
        description: own.measure.description ?? `Measure ${measure}, as an input of other metrics.`,
      };
      names.add(metric.name);
      made.push(metric);
    }
    const plain = { kind: "metric", alias: null, offsetWindow: null, offsetToGrain: null } as const;
    return { ...plain, metric: metric?.name ?? measure, filters, origin };
  };
  const rewritten = metrics.map((metric): Metric => {
    if (metric.type === "cumulative") return { ...metric, input: metricFor(metric.input) };
    if (metric.type !== "conversion") return metric;
    return { ...metric, base: metricFor(metric.base), conversion: metricFor(metric.conversion) };
  });
  return [...rewritten, ...made];
}

/** It is that measure, filled and joined alike, and nothing else: a grain or filter of its own would be felt. */
function isPlainMetricOf(metric: SimpleMetric, input: MeasureInput): boolean {
  return (
    metric.of.kind === "measure" &&
    metric.of.measure === input.measure &&
    metric.fillNullsWith === input.fillNullsWith &&
    metric.joinToTimespine === input.joinToTimespine &&
    metric.filters.length === 0 &&
    metric.grain === null
  );
}

function nameFor({ measure, fillNullsWith, joinToTimespine }: MeasureInput): string {
  const fill = fillNullsWith === null ? "" : `_fill_nulls_with_${String(fillNullsWith).replace("-", "minus_")}`;
  return `${measure}${fill}${joinToTimespine ? "_join_to_timespine" : ""}`;
}

export function freeName(wanted: string, taken: ReadonlySet<string>): string {
  let name = wanted;
  for (let n = 2; taken.has(name); n++) name = `${wanted}_${n}`;
  return name;
}

/** dbt lets a derived metric list inputs that its expression does not use. */
function withoutUnusedInputs(metric: Metric, reading: Reading): Metric {
  const expr = metric.type === "derived" ? parseMetricExpression(metric.expr) : null;
  if (metric.type !== "derived" || !expr?.ok) return metric;
  const used = new Set(refsOf(expr.value));
  const inputs = metric.inputs.filter((input) => {
    const name = input.alias ?? input.metric;
    if (used.has(name)) return true;
    const message = `The expression does not use the input "${name}".`;
    tell(reading, "INVALID_VALUE", input.origin, message, "the metric without that input", "warning");
    return false;
  });
  return { ...metric, inputs };
}
