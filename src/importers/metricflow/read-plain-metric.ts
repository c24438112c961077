import type { Tree } from "../../definition/index.ts";
import { type Fields, fieldsOf, withoutComments } from "./fields.ts";
import type { RawMetric } from "./project.ts";
import { checkReach, METRIC_TYPES, readConversionParams, requiredText } from "./read-metric.ts";
import { nameIn } from "./read-model.ts";
import {
  checkPercentile,
  readAggregation,
  readFill,
  readFilters,
  readGoverned,
  readInput,
  readNonAdditive,
  readRequiredInput,
  readWindow,
  tellDisabled,
} from "./read-shared.ts";
import { fail, type Reading, tell } from "./reading.ts";

/**
 * A metric of the spec of 2026, which has no `type_params`.
 *
 * @param model The semantic model it stands in; null at the top of a file.
 */
export function readPlainMetric(tree: Tree, model: string | null, reading: Reading): RawMetric | null {
  const fields = fieldsOf(tree, nameIn(tree, "metric"), reading);
  if (!fields) return null;
  const name = fields.requiredName("name");
  const { isEnabled, ...governed } = readGoverned(fields, name);
  if (!isEnabled) {
    tellDisabled(fields);
    return null;
  }
  const type = fields.word("type", METRIC_TYPES) ?? "simple";
  const base = {
    ...governed,
    isPrivate: fields.flag("hidden"),
    grain: fields.name("time_granularity"),
    filters: readFilters(fields.node("filter"), fields.at("filter"), reading),
  };
  const metric = ofType(type, base, fields, model);
  if (metric) fields.finish();
  return metric;
}

type Base = Omit<Extract<RawMetric, { type: "ratio" }>, "type" | "numerator" | "denominator">;

function ofType(
  type: (typeof METRIC_TYPES)[number],
  base: Base,
  fields: Fields,
  model: string | null,
): RawMetric | null {
  switch (type) {
    case "simple":
      return readSimple(base, fields, model);
    case "ratio":
      return {
        ...base,
        type,
        numerator: readRequiredInput(fields, "numerator"),
        denominator: readRequiredInput(fields, "denominator"),
      };
    case "derived":
      return {
        ...base,
        type,
        expr: withoutComments(requiredText(fields, "expr")),
        inputs: fields.list("input_metrics").map((input) => readInput(input, base.origin.object, fields.reading)),
      };
    case "cumulative": {
      const window = readWindow(fields, "window");
      const grainToDate = fields.name("grain_to_date");
      checkReach(window, grainToDate, fields);
      const periodAggregation = fields.word("period_agg", ["first", "last", "average"]) ?? "first";
      return {
        ...base,
        type,
        input: readRequiredInput(fields, "input_metric"),
        window,
        grainToDate,
        periodAggregation,
      };
    }
    case "conversion":
      return {
        ...base,
        type,
        base: readRequiredInput(fields, "base_metric"),
        conversion: readRequiredInput(fields, "conversion_metric"),
        ...readConversionParams(fields),
      };
  }
}

function readSimple(base: Base, fields: Fields, model: string | null): RawMetric | null {
  const { reading, origin } = fields;
  if (model === null) {
    const message = "A simple metric stands in the metrics: of the model that it measures, not at the top of a file.";
    fail(reading, "INVALID_VALUE", origin, message);
    return null;
  }
  const kind = fields.word("percentile_type", ["continuous", "discrete"]);
  const aggregate = {
    ...readAggregation(fields, base.name),
    percentile: fields.number("percentile"),
    isDiscrete: kind === "discrete",
    isApproximate: false,
    time: fields.name("agg_time_dimension"),
    nonAdditive: readNonAdditive(fields, "window_agg", "group_by"),
  };
  checkPercentile(fields, aggregate);
  const fillNullsWith = readFill(fields);
  if (kind === "continuous") {
    tellDifference(
      fields,
      "percentile_type",
      "dbt Core computes an approximate percentile here",
      "an exact percentile",
    );
  }
  if (fillNullsWith !== null) {
    const written = `fill_nulls_with: ${fillNullsWith}`;
    tellDifference(fields, "fill_nulls_with", "dbt Core may lose this and leave NULL", written);
  }
  const joinToTimespine = fields.flag("join_to_timespine");
  return { ...base, type: "simple", of: { kind: "own", model, aggregate }, fillNullsWith, joinToTimespine };
}

function tellDifference(fields: Fields, key: string, what: string, written: string): void {
  tell(fields.reading, "DBT_DIFFERS", fields.at(key), `${what}; it is read as written.`, written);
}
