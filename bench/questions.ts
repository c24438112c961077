import type { QueryRequest } from "../src/request/index.ts";

/** One question of the star, for whoever is asked: orders and their revenue by the customers' segment. */
export interface Question {
  readonly start: string;
  readonly end: string;
  /** By this much of time too. */
  readonly grain: "day" | "month" | null;
  readonly rows: number;
}

export const ONE_DAY: Question = { start: "2023-05-10", end: "2023-05-10", grain: null, rows: 5 };
export const THIRTY_DAYS: Question = { start: "2023-05-01", end: "2023-05-30", grain: null, rows: 5 };
export const FIFTEEN: Question = { start: "2024-01-01", end: "2024-03-31", grain: "month", rows: 15 };
export const THOUSAND: Question = { start: "2024-01-01", end: "2024-07-18", grain: "day", rows: 1_000 };
export const LARGE: Question = { start: "2022-01-01", end: "2024-12-31", grain: "day", rows: 5_480 };

/** A condition that drops nothing and makes a question one that was never asked. */
export type Unique = number | null;

export function assayBody(question: Question, unique: Unique = null): string {
  const { start, end, grain, rows } = question;
  const time = grain ? `{ time: METRIC_TIME, grain: ${grain.toUpperCase()} }, ` : "";
  const key = grain ? "metricTime { start } " : "";
  const query = `query Star($range: TimeRange, $where: OrdersFilter, $first: Int) {
    orders(groupBy: [${time}{ dimension: CUSTOMER__SEGMENT }], timeRange: $range, where: $where, first: $first) {
      ... on OrdersConnection { nodes { key { ${key}customerSegment } revenue orders } } ... on QueryRefused { message } } }`;
  const where = unique === null ? {} : { where: { order: { ne: -unique } } };
  return JSON.stringify({ query, variables: { range: { start, end }, ...where, first: rows } });
}

/** The same question as the engine gets it from `assayBody`. */
export function assayRequest({ start, end, grain, rows }: Question, unique: Unique = null): QueryRequest {
  return {
    metrics: ["orders", "revenue"],
    groupBy: [...(grain ? [{ name: "metric_time", grain }] : []), { name: "customer__segment" }],
    ...(unique !== null && { where: [`"order" <> ${-unique}`] }),
    timeRange: { start, end },
    limit: rows,
  };
}

export function cubeGraphqlBody({ start, end, grain }: Question, unique: Unique = null): string {
  const query = `query Star($where: RootWhereInput) { cube(where: $where, limit: 10000) {
    orders { revenue count ${grain ? `order_date { ${grain} }` : ""} } customers { segment } } }`;
  const where = {
    order_date: { inDateRange: [start, end] },
    ...(unique !== null && { order_id: { notEquals: -unique } }),
  };
  return JSON.stringify({ query, variables: { where: { orders: where } } });
}

export function cubeRestBody({ start, end, grain }: Question, unique: Unique = null): string {
  const query = {
    measures: ["orders.revenue", "orders.count"],
    dimensions: ["customers.segment"],
    timeDimensions: [{ dimension: "orders.order_date", dateRange: [start, end], ...(grain && { granularity: grain }) }],
    ...(unique !== null && {
      filters: [{ member: "orders.order_id", operator: "notEquals", values: [String(-unique)] }],
    }),
    limit: 10_000,
  };
  return JSON.stringify({ query });
}

/** Rows and the sums over them, whichever side has answered: a question that is refused would be answered very fast. */
export function sumsOf(text: string): { readonly rows: number; readonly orders: number; readonly revenue: number } {
  const { data } = JSON.parse(text);
  const rows: readonly (readonly [orders: unknown, revenue: unknown])[] =
    data?.orders?.nodes?.map((row: Record<string, unknown>) => [row["orders"], row["revenue"]]) ??
    data?.cube?.map(({ orders }: { orders: Record<string, unknown> }) => [orders["count"], orders["revenue"]]) ??
    data?.map((row: Record<string, unknown>) => [row["orders.count"], row["orders.revenue"]]);
  if (!Array.isArray(rows)) throw new Error(`This is no answer: ${text.slice(0, 500)}`);
  const sum = (place: 0 | 1) => rows.reduce((total, row) => total + Number(row[place]), 0);
  return { rows: rows.length, orders: sum(0), revenue: Math.round(sum(1) * 100) / 100 };
}
