import type { Tree } from "../../definition/index.ts";
import { parseFilter } from "../../expression/index.ts";
import { type Fields, fieldsOf, textOf } from "./fields.ts";
import type { SavedQuery } from "./project.ts";
import { nameIn } from "./read-model.ts";
import { readFilters, readGoverned, tellDisabled } from "./read-shared.ts";
import { fail, type Reading, tell } from "./reading.ts";

export function readSavedQuery(tree: Tree, reading: Reading): SavedQuery | null {
  const fields = fieldsOf(tree, nameIn(tree, "saved query"), reading);
  if (!fields) return null;
  const { isEnabled, ...governed } = readGoverned(fields, fields.requiredName("name"));
  if (!isEnabled) {
    tellDisabled(fields);
    return null;
  }
  const exports = fields.list("exports").map((item) => nameIn(item, "export"));
  if (exports.length > 0) {
    const message = `Saved queries here write nothing back to the warehouse: ${exports.join(", ")}.`;
    tell(reading, "EXPORT_NOT_IMPORTED", fields.at("exports"), message, "the saved query without it");
  }
  const params = fields.fields("query_params");
  fields.finish(["metadata"]);
  if (!params) {
    fail(reading, "INVALID_VALUE", fields.origin, '"query_params" must be written.');
    return null;
  }
  const { name, label, description, origin, tags } = governed;
  const query: SavedQuery = {
    name,
    label,
    description,
    origin,
    tags,
    metrics: params.names("metrics"),
    groupBy: params.list("group_by").map((item) => readItem(item, params, "group_by").name),
    filters: readFilters(params.node("where"), params.at("where"), reading),
    orderBy: params.list("order_by").map((item) => readItem(item, params, "order_by")),
    limit: readLimit(params),
  };
  params.finish();
  return query;
}

type OrderBy = SavedQuery["orderBy"][number];

/**
 * `TimeDimension('metric_time', 'day').descending(True)`, `Metric('revenue')`, or a plain name such as
 * `customer__region`, in order_by with a minus for descending.
 */
function readItem(tree: Tree, params: Fields, key: string): OrderBy {
  const origin = params.at(key);
  const written = textOf(tree, origin, params.reading) ?? "";
  const [, isDescending] = DESCENDING.exec(written) ?? [];
  const item = written.replace(DESCENDING, "").replace(/^-/, "");
  const direction = isDescending?.toLowerCase() === "true" || written.startsWith("-") ? "desc" : "asc";
  const [, metric] = /^Metric\(\s*['"](\w+)['"]\s*\)$/.exec(item) ?? [];
  if (metric !== undefined) return { name: metric.toLowerCase(), direction };
  if (/^\w+$/.test(item)) return { name: item.toLowerCase(), direction };
  const parsed = parseFilter(`{{ ${item} }}`);
  if (parsed.ok && parsed.value.kind === "ref" && parsed.value.ref.kind === "name") {
    return { name: parsed.value.ref.text, direction };
  }
  const why = parsed.ok ? "" : ` ${parsed.problems[0]?.message ?? ""}`;
  fail(params.reading, "INVALID_VALUE", origin, `"${written}" is nothing to ${key.replace("_", " ")}.${why}`);
  return { name: "", direction };
}

/** As a method, or as the argument that TimeDimension has. */
const DESCENDING = /\s*(?:\.\s*descending\(\s*|,\s*descending\s*=\s*)(true|false)\s*(?=\)\s*$)\)?/i;

function readLimit(params: Fields): number | null {
  const limit = params.number("limit");
  if (limit === null || (Number.isSafeInteger(limit) && limit >= 0)) return limit;
  fail(params.reading, "INVALID_VALUE", params.at("limit"), `"limit" must be a whole number from 0, not ${limit}.`);
  return null;
}
