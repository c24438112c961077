import { isObject } from "./text.ts";

/** The answers to the server's own questions; null: there are none yet. */
export function withoutEndpoint(configParams: unknown): Readonly<Record<string, unknown>> | null {
  if (!isObject(configParams)) return null;
  const { endpoint: _ours, ...rest } = configParams;
  return rest;
}

/**
 * The documented keys of a question. Where Data Studio may come to say more, that is left out; but a filter goes whole, so
 * that the server refuses what it does not know instead of answering without it.
 */
export function questionFrom(request: unknown): Readonly<Record<string, unknown>> {
  const { configParams, fields, dateRange, dimensionsFilters, scriptParams } = isObject(request) ? request : {};
  return {
    configParams: withoutEndpoint(configParams) ?? {},
    fields: Array.isArray(fields) ? fields.map((field: unknown) => pick(field, ["name", "forFilterOnly"])) : undefined,
    dateRange: pick(dateRange, ["startDate", "endDate"]),
    dimensionsFilters,
    scriptParams: pick(scriptParams, ["lastRefresh", "sampleExtraction"]),
  };
}

/** What is no object stays what it is: the server says what is wrong with it. */
function pick(value: unknown, keys: readonly string[]): unknown {
  if (!isObject(value)) return value;
  return Object.fromEntries(Object.entries(value).filter(([key]) => keys.includes(key)));
}
