import type { Tree } from "../../definition/index.ts";
import { type Fields, fieldsOf, originOf, textOf, withoutComments } from "./fields.ts";
import type { MeasureInput, MetricInput, RawMetric, Window } from "./project.ts";
import { nameIn, readAggregate } from "./read-model.ts";
import {
  readFill,
  readFilters,
  readGoverned,
  readInput,
  readRequiredInput,
  readWindow,
  tellDisabled,
} from "./read-shared.ts";
import { fail, type Reading, tell } from "./reading.ts";

export const METRIC_TYPES = ["simple", "ratio", "derived", "cumulative", "conversion"] as const;

/** A metric of the older spec: what its type needs stands in `type_params`. */
export function readMetric(tree: Tree, reading: Reading): RawMetric | null {
  const fields = fieldsOf(tree, nameIn(tree, "metric"), reading);
  if (!fields) return null;
  const name = fields.requiredName("name");
  const { isEnabled, ...governed } = readGoverned(fields, name);
  if (!isEnabled) {
    tellDisabled(fields);
    return null;
  }
  const type = fields.word("type", METRIC_TYPES);
  const params = fields.fields("type_params");
  if (!params || type === null) {
    if (!fields.node("type"))
      fail(reading, "INVALID_VALUE", fields.origin, `"type" must be one of ${METRIC_TYPES.join(", ")}.`);
    if (!params) fail(reading, "INVALID_VALUE", fields.origin, '"type_params" must be written.');
    return null;
  }
  const base = {
    ...governed,
    isPrivate: params.flag("is_private"),
    grain: fields.name("time_granularity"),
    filters: readFilters(fields.node("filter"), fields.at("filter"), reading),
  };
  fields.finish(["metadata"]);
  const metric = ofType(type, base, params);
  if (metric) params.finish(["input_measures"]);
  return metric;
}

type Base = Omit<Extract<RawMetric, { type: "ratio" }>, "type" | "numerator" | "denominator">;

function ofType(type: (typeof METRIC_TYPES)[number], base: Base, params: Fields): RawMetric | null {
  const { reading, origin } = params;
  switch (type) {
    case "simple":
      return readSimple(base, params);
    case "ratio":
      return {
        ...base,
        type,
        numerator: readRequiredInput(params, "numerator"),
        denominator: readRequiredInput(params, "denominator"),
      };
    case "derived":
      return {
        ...base,
        type,
        expr: withoutComments(requiredText(params, "expr")),
        inputs: params.list("metrics").map((input) => readInput(input, origin.object, reading)),
      };
    case "cumulative":
      return readCumulative(base, params);
    case "conversion":
      return readConversion(base, params);
  }
}

export function requiredText(fields: Fields, key: string): string {
  const text = fields.text(key);
  if (text === null) fail(fields.reading, "INVALID_VALUE", fields.origin, `"${key}" must be written.`);
  return text ?? "";
}

function readSimple(base: Base, params: Fields): RawMetric | null {
  const { reading } = params;
  const measure = params.node("measure");
  // Artifacts repeat the measure's settings here.
  const own = params.fields("metric_aggregation_params");
  if (measure) {
    const { measure: name, ...input } = readMeasureInput(measure, params, "measure");
    const filters = [...input.filters, ...base.filters];
    for (const ignored of ["expr", "fill_nulls_with", "join_to_timespine"]) params.node(ignored);
    if (params.text("expr") !== null && !own) {
      tell(
        reading,
        "NO_EFFECT",
        params.at("expr"),
        `MetricFlow takes the expression of measure "${name}", not this one.`,
      );
    }
    const { fillNullsWith, joinToTimespine } = input;
    return { ...base, type: "simple", of: { kind: "measure", measure: name }, filters, fillNullsWith, joinToTimespine };
  }
  if (!own) {
    fail(reading, "INVALID_VALUE", params.origin, "A simple metric needs its measure.");
    return null;
  }
  const model = own.requiredName("semantic_model");
  const aggregate = readAggregate(withExpr(own, params), base.name);
  own.finish(["expr"]);
  return {
    ...base,
    type: "simple",
    of: { kind: "own", model, aggregate },
    fillNullsWith: readFill(params),
    joinToTimespine: params.flag("join_to_timespine"),
  };
}

/** Without a measure, the expression stands one level above the aggregation. */
function withExpr(own: Fields, params: Fields): Fields {
  return { ...own, sql: (key) => params.sql(key) ?? own.sql(key) };
}

function readCumulative(base: Base, params: Fields): RawMetric | null {
  const inner = params.fields("cumulative_type_params");
  const innerMetric = inner?.node("metric");
  const measure = params.node("measure");
  const input = innerMetric
    ? readInput(innerMetric, base.origin.object, params.reading)
    : measure
      ? readMeasureInput(measure, params, "measure")
      : null;
  const window = agreed(params, [readWindow(params, "window"), inner && readWindow(inner, "window")], "window");
  const grainToDate = agreed(params, [params.name("grain_to_date"), inner?.name("grain_to_date")], "grain_to_date");
  const periodAggregation = inner?.word("period_agg", ["first", "last", "average"]) ?? "first";
  inner?.finish();
  if (!input) fail(params.reading, "INVALID_VALUE", params.origin, "A cumulative metric needs its measure or metric.");
  checkReach(window, grainToDate, params);
  return input && { ...base, type: "cumulative", input, window, grainToDate, periodAggregation };
}

export function checkReach(window: Window | null, grainToDate: string | null, { reading, origin }: Fields): void {
  if (!window || !grainToDate) return;
  fail(reading, "INVALID_VALUE", origin, "A cumulative metric has a window or grain_to_date, not both.");
}

/** The one value of a setting that may be written in two places. */
function agreed<T>(params: Fields, values: readonly (T | null | undefined)[], key: string): T | null {
  const [first, second] = values.filter((value) => value !== null && value !== undefined);
  if (second !== undefined && JSON.stringify(first) !== JSON.stringify(second)) {
    fail(params.reading, "INVALID_VALUE", params.at(key), `"${key}" is written twice, and differently.`);
  }
  return first ?? null;
}

function readConversion(base: Base, params: Fields): RawMetric | null {
  const inner = params.fields("conversion_type_params");
  if (!inner) {
    fail(params.reading, "INVALID_VALUE", params.origin, '"conversion_type_params" must be written.');
    return null;
  }
  const metric: RawMetric = {
    ...base,
    type: "conversion",
    base: readEvent(inner, "base"),
    conversion: readEvent(inner, "conversion"),
    ...readConversionParams(inner),
  };
  inner.finish();
  return metric;
}

/** What conversion metrics of both specs say besides their two inputs. */
export function readConversionParams(fields: Fields) {
  return {
    entity: fields.requiredName("entity"),
    window: readWindow(fields, "window"),
    calculation: fields.word("calculation", ["conversion_rate", "conversions"] as const) ?? "conversion_rate",
    constantProperties: fields.list("constant_properties").flatMap((tree) => {
      const pair = fieldsOf(tree, fields.origin.object, fields.reading);
      if (!pair) return [];
      const property = {
        base: pair.requiredName("base_property"),
        conversion: pair.requiredName("conversion_property"),
      };
      pair.finish();
      return [property];
    }),
  };
}

/** The metric where both are written: artifacts keep the measure beside the metric that it became. */
function readEvent(fields: Fields, side: "base" | "conversion"): MetricInput | MeasureInput {
  const measure = fields.node(`${side}_measure`);
  const metric = fields.node(`${side}_metric`);
  if (metric || !measure) return readRequiredInput(fields, `${side}_metric`);
  return readMeasureInput(measure, fields, `${side}_measure`);
}

/** A measure as an input: its name, or `{name, filter, alias, join_to_timespine, fill_nulls_with}`. */
function readMeasureInput(tree: Tree, parent: Fields, key: string): MeasureInput {
  const { reading } = parent;
  const origin = originOf(tree, parent.origin.object);
  const plain = { kind: "measure", filters: [], fillNullsWith: null, joinToTimespine: false, origin } as const;
  if (tree.kind === "scalar") return { ...plain, measure: textOf(tree, parent.at(key), reading)?.toLowerCase() ?? "" };
  const fields = fieldsOf(tree, parent.origin.object, reading);
  if (!fields) return { ...plain, measure: "" };
  const input: MeasureInput = {
    ...plain,
    measure: fields.requiredName("name"),
    filters: readFilters(fields.node("filter"), fields.at("filter"), reading),
    fillNullsWith: readFill(fields),
    joinToTimespine: fields.flag("join_to_timespine"),
  };
  fields.finish(["alias"]);
  return input;
}
