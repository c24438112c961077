import type { GroupByReference, OrderBy } from "./request.ts";

/**
 * `metric_time:month`, `metric_time:extract_dow`; `metric_time__month` is taken apart where names are looked up.
 *
 * @returns null: the text is not a name, or a name and a grain
 */
export function groupByFrom(text: string): GroupByReference | null {
  const [name = "", cut, ...rest] = text.split(":");
  if (name === "" || cut === "" || rest.length > 0) return null;
  if (cut === undefined) return { name };
  return cut.startsWith("extract_") ? { name, datePart: cut.slice("extract_".length) } : { name, grain: cut };
}

/** `revenue`, or `-revenue` for downward. */
export function orderByFrom(text: string): OrderBy {
  const name = text.replace(/^-/, "").replace(":", "__");
  return { name, direction: text.startsWith("-") ? "desc" : "asc" };
}
