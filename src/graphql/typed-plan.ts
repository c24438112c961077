import type { GraphQLObjectType, GraphQLResolveInfo } from "graphql";
import { Refusal } from "../diagnostics/index.ts";
import { isStandardGrain } from "../expression/index.ts";
import { canonicalJson } from "../std/index.ts";
import type { Frame, PageFrame } from "./frame.ts";
import type { Question } from "./loader.ts";
import { looksBack } from "./periods.ts";
import { argumentsOf, type Selected, selectedBelow, typeBelow } from "./selection.ts";
import {
  type BreakdownArguments,
  breakdownFrame,
  countFrame,
  DEFAULT_INNER,
  restFrame,
  totalsFrame,
} from "./typed-frames.ts";
import type { GroupArgument, Maybe } from "./typed-groups.ts";
import type { TypedModel } from "./typed-model.ts";
import { type Use, useOf } from "./typed-use.ts";

/** Everything that one typed root field asks for, found in its selection before anything is answered. */
export interface PagePlan {
  readonly frame: PageFrame;
  readonly rows: RowsPlan;
  /** By `argumentsKey`. */
  readonly totals: ReadonlyMap<string, RowsPlan>;
  /** How many rows all pages have: a number where that needs no answer, null where it is not asked for. */
  readonly totalCount: Question | number | null;
}

/** What is selected of the rows of one frame. */
export interface RowsPlan {
  readonly question: Question;
  /** By `argumentsKey`. */
  readonly breakdowns: ReadonlyMap<string, BreakdownPlan>;
  readonly rest: RestPlan | null;
  /** Calendars' own grains whose periods are asked for their ends. */
  readonly customGrains: readonly string[];
}

export interface BreakdownPlan {
  readonly rows: RowsPlan;
  /** So many for each row above. */
  readonly first: number;
}

/** What a top leaves out, with the same fields. */
export interface RestPlan {
  readonly rows: RowsPlan;
  /** How many groups there are, those of the top included; null where the rest itself tells whether there is any. */
  readonly groups: Question | null;
}

export interface TotalsArguments {
  readonly by?: Maybe<readonly GroupArgument[]>;
}

/** Fields of one type with equal arguments show the same. */
export function argumentsKey(args: object): string {
  return canonicalJson(args);
}

/** @throws Refusal when the arguments of something beside the rows contradict each other. */
export function planPage(frame: PageFrame, info: GraphQLResolveInfo, connection: GraphQLObjectType): PagePlan {
  const below = selectedBelow(info, connection, info.fieldNodes);
  const named = (name: string): readonly Selected[] => below.filter(({ field }) => field.name === name);
  const edges = named("edges").flatMap((edge) => selectedBelow(info, typeBelow(edge), edge.nodes));
  const rows = [...named("nodes"), ...edges.filter(({ field }) => field.name === "node")];
  const totals = byArguments(named("totals"), (selected): TotalsArguments => argumentsOf(info, selected)).map(
    ([key, args, selected]) => {
      return [key, planRows(totalsFrame(frame, args.by ?? []), selected, info, 0)] as const;
    },
  );
  return {
    frame,
    rows: planRows(frame, rows, info, 0),
    totals: new Map(totals),
    totalCount: named("totalCount").length > 0 ? totalCountOf(frame) : null,
  };
}

function totalCountOf(frame: PageFrame): Question | number {
  const isOneRow = frame.groups.length === 0 && frame.request.having === undefined;
  return isOneRow ? 1 : { frame: countFrame(frame, "rows"), uses: [] };
}

/** The plans of all rows, those of breakdowns and rests included. */
export function rowsPlansOf({ rows, totals }: PagePlan): readonly RowsPlan[] {
  return [rows, ...totals.values()].flatMap(withInner);
}

function withInner(plan: RowsPlan): readonly RowsPlan[] {
  const inner = [...plan.breakdowns.values()].flatMap(({ rows }) => withInner(rows));
  return [plan, ...inner, ...(plan.rest ? withInner(plan.rest.rows) : [])];
}

export function questionsOf(plan: PagePlan): readonly Question[] {
  const rows = rowsPlansOf(plan).flatMap(({ question, rest }) => [question, ...(rest?.groups ? [rest.groups] : [])]);
  return typeof plan.totalCount === "object" && plan.totalCount ? [...rows, plan.totalCount] : rows;
}

/**
 * @param lists Fields that show the rows of the frame.
 * @param depth Breakdowns above.
 */
function planRows(frame: Frame, lists: readonly Selected[], info: GraphQLResolveInfo, depth: number): RowsPlan {
  const fields = lists.flatMap((list) => selectedBelow(info, typeBelow(list), list.nodes));
  const inner = byArguments(
    fields.filter(({ field }) => field.name === "breakdown"),
    (selected) => breakdownArguments(info, selected),
  );
  const breakdowns = inner.map(([key, args, selected]) => {
    const rows = planRows(breakdownFrame(frame, args, depth), selected, info, depth + 1);
    return [key, { rows, first: args.first ?? DEFAULT_INNER }] as const;
  });
  const uses = usesOf(frame.basis.model, fields, info);
  return {
    question: { frame, uses: frame.request.top?.part === "rest" ? uses.filter(({ calc }) => calc !== "rank") : uses },
    breakdowns: new Map(breakdowns),
    rest: frame.top?.other && lists.length > 0 ? planRest(frame, lists, info, depth) : null,
    customGrains: readsEnds(fields, info) || isCutOrBefore(frame, uses) ? customGrainsOf(frame) : [],
  };
}

function planRest(frame: Frame, lists: readonly Selected[], info: GraphQLResolveInfo, depth: number): RestPlan {
  const isOne = frame.top?.within.length === 0;
  return {
    rows: planRows(restFrame(frame), lists, info, depth),
    groups: isOne ? { frame: countFrame(frame, "all-groups"), uses: [] } : null,
  };
}

/** Each once that shows the same, with all that is selected below. */
function byArguments<T extends object>(
  fields: readonly Selected[],
  read: (field: Selected) => T,
): readonly (readonly [string, T, readonly Selected[]])[] {
  const all = fields.map((field) => ({ field, args: read(field) }));
  return [...Map.groupBy(all, ({ args }) => argumentsKey(args))].flatMap(([key, found]) => {
    const [first] = found;
    return first ? [[key, first.args, found.map(({ field }) => field)] as const] : [];
  });
}

/** Those whose arguments contradict each other are left out: their cells say so themselves. */
function usesOf(model: TypedModel, fields: readonly Selected[], info: GraphQLResolveInfo): readonly Use[] {
  const metrics = new Map(model.metrics.map((metric) => [metric.field, metric]));
  return fields.flatMap((selected) => {
    const metric = metrics.get(selected.field.name);
    if (!metric) return [];
    try {
      return [useOf(model, metric, argumentsOf(info, selected))];
    } catch (thrown) {
      if (thrown instanceof Refusal) return [];
      throw thrown;
    }
  });
}

/** Whether some time of the key is asked where its period ends. */
function readsEnds(fields: readonly Selected[], info: GraphQLResolveInfo): boolean {
  const keys = fields.filter(({ field }) => field.name === "key");
  const times = keys.flatMap((key) => selectedBelow(info, typeBelow(key), key.nodes));
  const parts = times.filter(({ nodes: [node] }) => node.selectionSet);
  return parts
    .flatMap((time) => selectedBelow(info, typeBelow(time), time.nodes))
    .some(({ field }) => field.name === "end" || field.name === "complete");
}

/** Whether something has to be said of where periods end. */
function isCutOrBefore({ basis }: Frame, uses: readonly Use[]): boolean {
  return Boolean(basis.request.timeRange) || uses.some(looksBack);
}

function customGrainsOf({ groups }: Frame): readonly string[] {
  return groups.flatMap(({ grain }) => (grain !== null && !isStandardGrain(grain) ? [grain] : []));
}

/** The schema has checked them: they are what the field's resolver gets. */
function breakdownArguments(info: GraphQLResolveInfo, selected: Selected): BreakdownArguments {
  return argumentsOf(info, selected) as unknown as BreakdownArguments;
}
