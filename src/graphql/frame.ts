import type { Catalog } from "../catalog/index.ts";
import { Refusal } from "../diagnostics/index.ts";
import type { Principal } from "../identity/index.ts";
import type { QueryRequest } from "../request/index.ts";
import { canonicalJson, sha256 } from "../std/index.ts";
import { offsetAfter } from "./cursor.ts";
import type { Filter } from "./filter.ts";
import { filterText, havingTexts } from "./filter.ts";
import type { TypedModel } from "./typed-model.ts";

/** Arguments of a typed field; enum values are already the catalog's names. */
export interface FrameArguments {
  readonly groupBy: readonly GroupArgument[];
  readonly where?: Maybe<Filter>;
  readonly having?: Maybe<Filter>;
  readonly timeRange?: Maybe<{ readonly start?: Maybe<string>; readonly end?: Maybe<string> }>;
  readonly orderBy?: Maybe<readonly OrderArgument[]>;
  readonly first: number;
  readonly after?: Maybe<string>;
}

/** GraphQL tells a missing argument from null; here both leave it out. */
type Maybe<T> = T | null | undefined;

export interface GroupArgument {
  readonly dimension?: Maybe<string>;
  readonly time?: Maybe<string>;
  readonly grain?: Maybe<string>;
}

export interface OrderArgument {
  readonly metric?: Maybe<string>;
  readonly dimension?: Maybe<string>;
  readonly time?: Maybe<string>;
  readonly grain?: Maybe<string>;
  readonly direction?: Maybe<"asc" | "desc">;
}

/** A group-by of a frame: the name it is asked by, and what orders by it. */
export interface Group {
  readonly name: string;
  readonly grain: string | null;
  readonly column: string;
}

/**
 * Which rows a typed field shows, decided by its arguments alone: the groups in which the model has rows, under the
 * filters. Selecting a metric adds a column to it, never a row.
 */
export interface Frame {
  readonly model: TypedModel;
  readonly groups: readonly Group[];
  /** Without the metrics that are only selected. */
  readonly request: QueryRequest;
  /** Metrics that filter or order, and so are computed whatever is selected. */
  readonly metrics: readonly string[];
  /** Hash of what decides a row's values: not order, not page. Row ids rest on it. */
  readonly identity: string;
  /** The same with the order: cursors belong to it. */
  readonly digest: string;
  /** The same with the page: equal keys, equal rows. */
  readonly key: string;
  readonly offset: number;
}

export const MAX_FIRST = 10_000;

/** @throws Refusal when the arguments contradict each other, ask for too many rows or bring another frame's cursor. */
export function frameOf(catalog: Catalog, model: TypedModel, args: FrameArguments, principal: Principal): Frame {
  if (args.first < 0) throw new Refusal("INVALID_LIMIT", "first must be a whole number from 0.", { path: ["first"] });
  if (args.first > MAX_FIRST) {
    const message = `first is at most ${MAX_FIRST.toLocaleString("en")} rows; page with after, or use the field query for bulk rows.`;
    throw new Refusal("LIMIT_EXCEEDED", message, { path: ["first"] });
  }
  const groups = args.groupBy.map(groupOf);
  const where = args.where ? filterText(model, args.where, ["where"]) : null;
  const having = args.having ? havingTexts(model, args.having) : [];
  const orders = ordersOf(args.orderBy ?? [], groups);
  const metrics = [
    ...havingMetrics(model, args.having ?? {}),
    ...(args.orderBy ?? []).flatMap((order) => order.metric ?? []),
  ];
  const timeRange = args.timeRange ? { start: args.timeRange.start ?? null, end: args.timeRange.end ?? null } : null;

  const identity = sha256(
    canonicalJson({ catalog: catalog.version, model: model.model.name, principal, groups, where, having, timeRange }),
  );
  const digest = sha256(canonicalJson([identity, orders]));
  const offset = args.after === null || args.after === undefined ? 0 : offsetAfter(args.after, digest);
  return {
    model,
    groups,
    metrics: [...new Set(metrics)],
    request: {
      groupBy: groups.map(({ name, grain }) => ({ name, grain })),
      where: [...(where ? [where] : []), ...having],
      timeRange,
      orderBy: orders,
      limit: args.first,
      offset,
      rowsOf: model.model.name,
    },
    identity,
    digest,
    key: sha256(canonicalJson([digest, args.first, offset])),
    offset,
  };
}

function groupOf(group: GroupArgument, i: number): Group {
  const { dimension, time, grain } = group;
  const name = dimension ?? time;
  if (!name || (dimension && time)) {
    throw new Refusal("INVALID_REQUEST", "Each entry of groupBy names one dimension or one time.", {
      path: ["groupBy", String(i)],
    });
  }
  if (dimension && grain) {
    throw new Refusal("INVALID_REQUEST", `Only a time has a grain; "${dimension}" is none.`, {
      path: ["groupBy", String(i), "grain"],
    });
  }
  return { name, grain: grain ?? null, column: grain ? `${name}__${grain}` : name };
}

/** The caller's order. Every answer's order ends with its groups, so that pages never overlap. */
function ordersOf(orders: readonly OrderArgument[], groups: readonly Group[]) {
  return orders.map(
    (order, i) => ({ name: orderColumn(order, i, groups), direction: order.direction ?? "asc" }) as const,
  );
}

function orderColumn(order: OrderArgument, i: number, groups: readonly Group[]): string {
  const path = ["orderBy", String(i)];
  const named = [order.metric, order.dimension, order.time].filter((name) => name !== null && name !== undefined);
  const [name] = named;
  if (name === undefined || named.length > 1) {
    throw new Refusal("INVALID_REQUEST", "Each entry of orderBy names one metric, one dimension or one time.", {
      path,
    });
  }
  if (order.metric) return name;
  const group = groups.find(
    (candidate) => candidate.name === name && (!order.grain || candidate.grain === order.grain),
  );
  if (group) return group.column;
  throw new Refusal("ORDER_NOT_QUERIED", `"${name}" is ordered by but not grouped by.`, {
    path,
    suggestions: groups.map(({ column }) => column),
  });
}

function havingMetrics(model: TypedModel, having: Filter): readonly string[] {
  return model.metrics.filter(({ field }) => field in having).map(({ metric }) => metric.name);
}
