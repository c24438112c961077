import type { Catalog } from "../catalog/index.ts";
import { Refusal } from "../diagnostics/index.ts";
import { digestOf, type Principal } from "../identity/index.ts";
import type { OrderBy, QueryRequest, TimeRange } from "../request/index.ts";
import { canonicalJson, once, sha256 } from "../std/index.ts";
import { valuesAfter } from "./cursor.ts";
import type { Filter } from "./filter.ts";
import { filterText, havingTexts } from "./filter.ts";
import type { Numbers } from "./query-result.ts";
import {
  checkList,
  type Group,
  type GroupArgument,
  groupAmong,
  groupsOf,
  type Maybe,
  referenceOf,
} from "./typed-groups.ts";
import type { TypedMetric, TypedModel } from "./typed-model.ts";
import { type MetricArguments, metricReference, plainUse, type Use, useOf } from "./typed-use.ts";

/** Arguments of a typed field; enum values are already the catalog's names. */
export interface FrameArguments {
  readonly groupBy: readonly GroupArgument[];
  readonly where?: Maybe<Filter>;
  readonly having?: Maybe<Filter>;
  /** Both ends are dates or date-times: what is relative to now has been reckoned. */
  readonly timeRange: TimeRange | null;
  readonly orderBy?: Maybe<readonly OrderArgument[]>;
  readonly top?: Maybe<TopArgument>;
  readonly first: number;
  readonly after?: Maybe<string>;
  readonly requireCertified: boolean;
  readonly timeZone?: Maybe<string>;
  readonly numbers: Numbers;
}

export interface OrderArgument {
  readonly metric?: Maybe<string>;
  readonly dimension?: Maybe<string>;
  readonly time?: Maybe<string>;
  readonly grain?: Maybe<string>;
  readonly calc?: MetricArguments["calc"];
  readonly shift?: MetricArguments["shift"];
  readonly within?: MetricArguments["within"];
  readonly direction?: Maybe<"asc" | "desc">;
}

export interface TopArgument {
  readonly n: number;
  readonly by: string;
  readonly other?: Maybe<boolean>;
  readonly within?: Maybe<readonly GroupArgument[]>;
}

/** What a frame and everything reckoned beside it have in common: the rows behind them, and how values are shown. */
export interface Basis {
  readonly model: TypedModel;
  readonly request: QueryRequest;
  readonly numbers: Numbers;
  /** Hash of the rows behind, of who may see them and of how they are shown. */
  readonly digest: string;
}

/**
 * Which rows there are, decided by arguments alone: the groups in which the model has rows, under the filters.
 * Selecting a metric adds a column, never a row.
 */
export interface Frame {
  readonly basis: Basis;
  readonly groups: readonly Group[];
  /** Groups of the rows around that the rest of a top has no values of. */
  readonly absent: readonly Group[];
  /** Without any metric. */
  readonly request: QueryRequest;
  /** Metrics that filter, order or rank, and so are computed whatever is selected. */
  readonly fixed: readonly Use[];
  readonly at: ArgumentPlaces;
  /** What shares, ranks and running totals stay within: the groups of a breakdown's parent. */
  readonly ranges: readonly Group[];
  readonly top: FrameTop | null;
  /**
   * Whether other groups of the same rows are shown beside these: who subtracts one from the other learns what groups
   * hold that are too small to be shown, so metrics that hide those have no value here.
   */
  readonly isBesideOthers: boolean;
  /** Hash of what decides a row's values: not order, not page. Row ids rest on it. */
  readonly identity: string;
}

/** Where the arguments name what a frame asks for: refusals of the question are told there. */
export interface ArgumentPlaces {
  /** The list of groups. */
  readonly list: readonly string[];
  /** Each group of the question, in order. */
  readonly groups: readonly (readonly string[])[];
  readonly top: readonly string[];
  /** Each of the metrics that decide the rows. */
  readonly fixed: readonly (readonly string[])[];
}

export interface FrameTop {
  readonly n: number;
  readonly by: Use | null;
  readonly within: readonly Group[];
  /** Whether all that follow are asked for as one row. */
  readonly other: boolean;
}

/** The frame of a root field: it has an order and pages. */
export interface PageFrame extends Frame {
  readonly order: readonly OrderBy[];
  /** Cursors belong to it: the identity with the order. */
  readonly digest: string;
  readonly isLaterPage: boolean;
}

export const MAX_FIRST = 10_000;

/** @throws Refusal when the arguments contradict each other, ask for too many rows or bring another frame's cursor. */
export function pageFrame(catalog: Catalog, model: TypedModel, args: FrameArguments, principal: Principal): PageFrame {
  checkFirst(args.first, ["first"]);
  checkList(args.orderBy ?? [], ["orderBy"]);
  const groups = groupsOf(args.groupBy, ["groupBy"]);
  const having = args.having ? havingTexts(model, args.having, (metric) => plainUse(model, metric).column) : [];
  const top = args.top ? frameTop(model, args.top, groups, ["top"]) : null;
  const ordered = (args.orderBy ?? []).map((order, i) => {
    const at = ["orderBy", String(i)];
    return { ...orderOf(model, order, groups, at), at };
  });
  // What is ordered by already decides nothing a second time: cursors of the same order are the same.
  const asked = ordered.filter(({ order: { name } }, i) => i === ordered.findIndex((one) => one.order.name === name));
  // Not the groups that end every order: to name them would be to order by what may be masked.
  const orderBy = asked.length > 0 ? asked.map(({ order }) => order) : topOrder(top);
  const order = wholeOrder(orderBy, groups);
  const basis = basisOf(catalog, model, args, groups, principal);

  // Most pages show no id and no cursor.
  const identity = once(() => sha256(canonicalJson([basis.digest, groups, having, top && identityOfTop(top)])));
  const digest = once(() => sha256(canonicalJson([identity(), order])));
  const after =
    args.after === null || args.after === undefined ? null : valuesAfter(args.after, digest(), order.length);
  const named: readonly { readonly use: Use; readonly at: readonly string[] }[] = [
    ...model.metrics
      .filter(({ field }) => field in (args.having ?? {}))
      .map(({ field, metric }) => ({ use: plainUse(model, metric.name), at: ["having", field] })),
    ...asked.flatMap(({ use, at }) => (use ? [{ use, at }] : [])),
    ...(top?.by ? [{ use: top.by, at: ["top", "by"] }] : []),
  ];
  const fixed = [...new Map(named.map((entry) => [entry.use.column, entry])).values()];
  return {
    basis,
    groups,
    absent: [],
    ranges: [],
    top,
    fixed: fixed.map(({ use }) => use),
    at: {
      list: ["groupBy"],
      groups: groups.map((_, i) => ["groupBy", String(i)]),
      top: ["top"],
      fixed: fixed.map(({ at }) => at),
    },
    isBesideOthers: false,
    request: {
      ...basis.request,
      groupBy: groups.map(referenceOf),
      ...(having.length > 0 && { having }),
      ...(top && { top: topRequest(top) }),
      orderBy,
      limit: args.first,
      ...(after && { after }),
    },
    get identity() {
      return identity();
    },
    order,
    get digest() {
      return digest();
    },
    isLaterPage: after !== null,
  };
}

function basisOf(
  catalog: Catalog,
  model: TypedModel,
  { where, timeRange, requireCertified, timeZone, numbers }: FrameArguments,
  groups: readonly Group[],
  principal: Principal,
): Basis {
  const text = where ? filterText(model, where, ["where"]) : null;
  const ownTimes = model.times.filter(({ option }) => option.kind === "metric_time");
  const times = groups.filter((group) => ownTimes.some(({ option }) => option.name === group.name));
  const request: QueryRequest = {
    where: text === null ? [] : [text],
    // Totals and breakdowns cover what the rows of the page do.
    timeRange: timeRange && { ...timeRange, wholeFor: times.map(({ name, grain }) => ({ name, grain })) },
    rowsOf: model.model.name,
    ...(requireCertified && { requireCertified }),
    ...(timeZone && { timeZone }),
  };
  const digest = once(() => sha256(canonicalJson([catalog.version, digestOf(principal), request, numbers])));
  return {
    model,
    request,
    numbers,
    get digest() {
      return digest();
    },
  };
}

/** The frame's question with nothing but the metrics that decide its rows. */
export function bareRequest(frame: Frame): QueryRequest {
  return requestWith(frame, []);
}

export function requestWith(frame: Frame, uses: readonly Use[]): QueryRequest {
  const all = new Map([...frame.fixed, ...uses].map((use) => [use.column, use]));
  const metrics = [...all.values()].map((use) => metricReference(use, frame.ranges));
  const { rowsOf, ...request } = frame.request;
  // Without groups there is one row, whichever rows the model has.
  const isOneRow = request.groupBy?.length === 0 && metrics.length > 0;
  return { ...request, ...(rowsOf && !isOneRow && { rowsOf }), metrics };
}

/** @throws Refusal where the top ranks within something that the rows are not grouped by. */
export function frameTop(
  model: TypedModel,
  { n, by, other, within }: TopArgument,
  groups: readonly Group[],
  path: readonly string[],
): FrameTop {
  if (n < 1 || n > MAX_FIRST) {
    const message = `top.n must be a whole number from 1 to ${MAX_FIRST.toLocaleString("en")}.`;
    throw new Refusal("INVALID_LIMIT", message, { path: [...path, "n"] });
  }
  const ranked = groupsOf(within ?? [], [...path, "within"]).map((group, i) =>
    groupedBy(group, groups, [...path, "within", String(i)], "ranked within"),
  );
  return { n, by: plainUse(model, by), within: ranked, other: other ?? false };
}

export function topRequest({ n, by, within }: FrameTop): NonNullable<QueryRequest["top"]> {
  return { n, by: by?.column ?? null, within: within.map(({ column }) => column) };
}

/** A top is read from its greatest value down. */
export function topOrder(top: FrameTop | null): readonly OrderBy[] {
  return top?.by ? [{ name: top.by.column, direction: "desc" }] : [];
}

/** Whether the rest is shown beside them does not change the groups of a top. */
export function identityOfTop({ n, by, within }: FrameTop): unknown {
  return [n, by?.column ?? null, within];
}

/** Every order ends with the groups, so that it is total and pages never overlap. */
export function wholeOrder(orders: readonly OrderBy[], groups: readonly Group[]): readonly OrderBy[] {
  const rest = groups.filter(({ column }) => !orders.some(({ name }) => name === column));
  return [...orders, ...rest.map(({ column }) => ({ name: column, direction: "asc" as const }))];
}

function orderOf(
  model: TypedModel,
  { metric, dimension, time, grain, direction, ...comparison }: OrderArgument,
  groups: readonly Group[],
  path: readonly string[],
): { readonly order: OrderBy; readonly use: Use | null } {
  const named = [metric, dimension, time].filter((name) => name !== null && name !== undefined);
  const [name] = named;
  if (name === undefined || named.length > 1) {
    throw new Refusal("INVALID_REQUEST", "Each entry of orderBy names one metric, one dimension or one time.", {
      path,
    });
  }
  const typed = model.metrics.find((one) => one.metric.name === metric);
  const use = typed ? useAt(model, typed, comparison, path) : null;
  const said = Object.entries(comparison).find(([, value]) => value !== null && value !== undefined)?.[0];
  if (said && !use) {
    const message = `Only a metric has a ${said}; "${name}" is none.`;
    throw new Refusal("INVALID_REQUEST", message, { path: [...path, said] });
  }
  const column = use?.column ?? groupedBy({ name, grain: grain ?? null }, groups, path, "ordered by").column;
  return { order: { name: column, direction: direction ?? "asc" }, use };
}

/** @throws Refusal with its place below `path` */
function useAt(model: TypedModel, metric: TypedMetric, args: MetricArguments, path: readonly string[]): Use {
  try {
    return useOf(model, metric, args);
  } catch (thrown) {
    if (!(thrown instanceof Refusal)) throw thrown;
    const { code, message, suggestions } = thrown;
    throw new Refusal(code, message, { path: [...path, ...thrown.path], suggestions });
  }
}

function groupedBy(
  wanted: Pick<Group, "name" | "grain">,
  groups: readonly Group[],
  path: readonly string[],
  how: string,
): Group {
  const group = groupAmong(wanted, groups);
  if (group) return group;
  throw new Refusal("ORDER_NOT_QUERIED", `"${wanted.name}" is ${how} but not grouped by.`, {
    path,
    suggestions: groups.map(({ column }) => column),
  });
}

export function checkFirst(first: number, path: readonly string[]): void {
  if (first < 0) throw new Refusal("INVALID_LIMIT", "first must be a whole number from 0.", { path });
  if (first <= MAX_FIRST) return;
  const message = `first is at most ${MAX_FIRST.toLocaleString("en")} rows; page with after, or use the field query for bulk rows.`;
  throw new Refusal("LIMIT_EXCEEDED", message, { path });
}
