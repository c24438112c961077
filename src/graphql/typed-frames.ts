import { Refusal } from "../diagnostics/index.ts";
import type { QueryRequest } from "../request/index.ts";
import { canonicalJson, sha256 } from "../std/index.ts";
import {
  type ArgumentPlaces,
  bareRequest,
  checkFirst,
  type Frame,
  frameTop,
  identityOfTop,
  MAX_FIRST,
  type PageFrame,
  type TopArgument,
  topOrder,
  topRequest,
  wholeOrder,
} from "./frame.ts";
import { LIMITS } from "./limits.ts";
import { type Group, type GroupArgument, groupsOf, type Maybe, referenceOf } from "./typed-groups.ts";

export interface BreakdownArguments {
  readonly groupBy: readonly GroupArgument[];
  readonly top?: Maybe<TopArgument>;
  readonly first?: Maybe<number>;
}

/** Rows of a breakdown for each row above. */
export const DEFAULT_INNER = 50;

/** Everything behind the rows of a page, by coarser groups: `having`, `top` and paging do not touch it. */
export function totalsFrame(page: PageFrame, by: readonly GroupArgument[]): Frame {
  const groups = groupsOf(by, ["totals", "by"]);
  return {
    basis: page.basis,
    groups,
    absent: [],
    ranges: [],
    top: null,
    fixed: [],
    at: placesBelow(["totals", "by"], groups),
    isBesideOthers: !isSameGroups(groups, page.groups),
    request: {
      ...page.basis.request,
      groupBy: groups.map(referenceOf),
      limit: MAX_FIRST,
    },
    identity: sha256(canonicalJson([page.basis.digest, "totals", groups])),
  };
}

/** All that a top leaves out: one row for each combination of the groups that it ranks within. */
export function restFrame(frame: Frame): Frame {
  const { top } = frame;
  if (!top) throw new Error("Only a top leaves a rest");
  // It has no order, and is no group among others that a rank could order by.
  const hasValue = (_: unknown, i: number): boolean => frame.fixed[i]?.calc !== "rank";
  return {
    ...frame,
    fixed: frame.fixed.filter(hasValue),
    at: { ...frame.at, fixed: frame.at.fixed.filter(hasValue) },
    groups: top.within,
    absent: [...frame.absent, ...frame.groups.filter((group) => !top.within.includes(group))],
    top: null,
    isBesideOthers: true,
    request: {
      ...withoutPage(frame.request),
      top: { ...topRequest(top), part: "rest" },
      limit: MAX_FIRST,
    },
    identity: sha256(canonicalJson([frame.identity, "rest"])),
  };
}

/** How many rows a frame has on all its pages, or would have without its top. */
export function countFrame(frame: Frame, of: "rows" | "all-groups"): Frame {
  const { top, ...request } = withoutPage(frame.request);
  return { ...frame, request: { ...request, ...(top && of === "rows" && { top }), countOnly: true } };
}

function placesBelow(list: readonly string[], groups: readonly Group[]): ArgumentPlaces {
  return { list, groups: groups.map((_, i) => [...list, String(i)]), top: ["top"], fixed: [] };
}

/** The rest of a top asks for more groups than it shows. */
function placeOf({ column }: Group, { at, request }: Frame): readonly string[] {
  return at.groups[(request.groupBy ?? []).findIndex((group) => group.as === column)] ?? at.list;
}

function isSameGroups(some: readonly Group[], others: readonly Group[]): boolean {
  return some.length === others.length && some.every(({ column }) => others.some((other) => other.column === column));
}

function withoutPage({ limit: _, after: __, orderBy: ___, ...request }: QueryRequest): QueryRequest {
  return request;
}

/**
 * The rows inside the rows of another frame, all of them in one question: so many for each, by the order of a top or
 * of the groups.
 *
 * @throws Refusal when breakdowns lie too deep in each other, or the arguments contradict each other.
 */
export function breakdownFrame(parent: Frame, args: BreakdownArguments, depth: number): Frame {
  const path = ["breakdown"];
  if (depth >= LIMITS.breakdowns) {
    const message = `Breakdowns may lie ${LIMITS.breakdowns} deep in each other; group the rows by more instead.`;
    throw new Refusal("LIMIT_EXCEEDED", message, { path });
  }
  const first = args.first ?? DEFAULT_INNER;
  checkFirst(first, [...path, "first"]);
  const outer = parent.groups;
  const inner = groupsOf(args.groupBy, [...path, "groupBy"], outer);
  const groups = [...outer, ...inner];
  const below = placesBelow([...path, "groupBy"], inner);
  // None of them are asked for as one, which is then not shown: a top has at least one.
  const least = Math.max(first, 1);
  const asked = args.top ? frameTop(parent.basis.model, args.top, groups, [...path, "top"]) : null;
  const within = [...outer, ...(asked?.within ?? []).filter((group) => !outer.includes(group))];
  const top = asked
    ? { ...asked, n: Math.min(asked.n, least), within, other: asked.other && asked.n <= first }
    : { n: least, by: null, within, other: false };
  return {
    basis: parent.basis,
    groups,
    absent: parent.absent,
    ranges: outer,
    top,
    fixed: top.by ? [top.by] : [],
    at: {
      list: below.list,
      groups: [...outer.map((group) => placeOf(group, parent)), ...below.groups],
      top: [...path, "top"],
      fixed: [[...path, "top", "by"]],
    },
    isBesideOthers: true,
    request: {
      ...parent.basis.request,
      groupBy: groups.map(referenceOf),
      top: topRequest(top),
      orderBy: wholeOrder([...wholeOrder([], outer), ...topOrder(top)], groups),
      limit: MAX_FIRST,
      // The one row of a parent without groups has everything behind it, unless it is the rest of a top.
      ...(parent.request.groupBy?.length !== 0 && { parent: bareRequest(parent) }),
    },
    identity: sha256(canonicalJson([parent.identity, "breakdown", inner, asked && identityOfTop(asked)])),
  };
}
