import { hash } from "node:crypto";
import { Refusal } from "../diagnostics/index.ts";
import type { Provenance } from "../engine/index.ts";
import type { Cell, Row } from "../warehouse/index.ts";
import { cursorAt } from "./cursor.ts";
import type { Frame, PageFrame } from "./frame.ts";
import { type FrameAnswer, isBare, type Question } from "./loader.ts";
import { type Clock, cutWarnings, looksBack, type Periods, unfinishedWarnings } from "./periods.ts";
import {
  type BreakdownPlan,
  type PagePlan,
  questionsOf,
  type RestPlan,
  type RowsPlan,
  rowsPlansOf,
} from "./typed-plan.ts";

/** Rows of one frame, and where the fields selected of them find their values. */
export interface RowsView {
  readonly frame: Frame;
  readonly isRest: boolean;
  /** Where each group stands in the rows, in the order of the frame. */
  readonly groupPlaces: readonly number[];
  /** By the column of a use; null: its values are not shown here; or why it has none. */
  readonly places: ReadonlyMap<string, number | Refusal | null>;
  /** By the arguments of the breakdown, then by the values of the row's groups. */
  readonly breakdowns: ReadonlyMap<string, ReadonlyMap<string, readonly TypedRow[]>>;
  readonly periods: Periods;
}

/** One row: its place among those of its view, and its values. */
export interface TypedRow {
  readonly view: RowsView;
  readonly index: number;
  readonly cells: Row;
}

/** What one typed root field answers with. */
export interface TypedPage {
  readonly frame: PageFrame;
  readonly rows: readonly TypedRow[];
  readonly hasNextPage: boolean;
  /** Of each row; those of a rest have that of the row before. */
  readonly cursors: readonly string[];
  /** By their arguments. */
  readonly totals: ReadonlyMap<string, readonly TypedRow[]>;
  readonly totalCount: number | null;
  readonly provenance: Provenance;
}

/**
 * The answers of a plan as the rows that resolvers read.
 *
 * @param answers One for each of `questionsOf(plan)`, in order.
 * @throws Refusal when rows that know no pages are too many.
 */
export function typedPage(plan: PagePlan, answers: readonly FrameAnswer[], periods: Periods, clock: Clock): TypedPage {
  const byQuestion = new Map(questionsOf(plan).map((question, i) => [question, answers[i]]));
  const answered: Answered = {
    periods,
    to(question) {
      const answer = byQuestion.get(question);
      if (!answer) throw new Error("A question was left without an answer");
      return answer;
    },
  };
  const { answer } = answered.to(plan.rows.question);
  const own = rowsOf(plan.rows, answered);
  const isLast = !answer.hasNextPage && own.length > 0;
  const rest = isLast && plan.rows.rest ? restRows(plan.rows.rest, plan.frame, answered) : [];
  let cursors: readonly string[] | null = null;
  return {
    frame: plan.frame,
    rows: [...own, ...rest],
    hasNextPage: answer.hasNextPage,
    // Few ask for them, and they take longer than the rest of the page.
    get cursors() {
      cursors ??= cursorsOf(plan.frame, answer, own, rest);
      return cursors;
    },
    totals: new Map([...plan.totals].map(([key, rows]) => [key, wholeRows(rows, answered, "totals")])),
    totalCount:
      typeof plan.totalCount === "object" && plan.totalCount ? countIn(answered.to(plan.totalCount)) : plan.totalCount,
    provenance: {
      ...answer.provenance,
      warnings: [
        ...answer.provenance.warnings,
        ...warningsOf(plan, answers),
        ...cutWarnings(clock, plan.frame.basis.request.timeRange, periods),
        ...unfinishedIn(plan, answered, clock),
      ],
    },
  };
}

interface Answered {
  readonly periods: Periods;
  to(question: Question): FrameAnswer;
}

function rowsOf(plan: RowsPlan, answered: Answered): readonly TypedRow[] {
  const { frame, answer, places: all } = answered.to(plan.question);
  const places = new Map<string, number | Refusal | null>(all);
  for (const column of suppressedColumns(frame, answer)) places.set(column, null);
  const view: RowsView = {
    frame,
    isRest: frame.request.top?.part === "rest",
    groupPlaces: frame.groups.map(({ column }) => {
      const place = places.get(column);
      if (typeof place === "number") return place;
      throw new Error(`The group ${column} was asked for but not answered`);
    }),
    places,
    breakdowns: new Map([...plan.breakdowns].map(([key, inner]) => [key, innerRows(inner, frame, answered)])),
    periods: answered.periods,
  };
  // Where there is nothing to ask for, there is one row without cells; how many rows to show is still the page's to say.
  const rows = isBare(plan.question) ? [[]].slice(0, frame.request.limit ?? 1) : answer.rows;
  return rows.map((cells, index) => ({ view, index, cells }));
}

/** Those whose values would tell, beside the groups that are shown, of groups that are too small. */
function suppressedColumns({ isBesideOthers }: Frame, { columns }: Pick<FrameAnswer["answer"], "columns">) {
  return isBesideOthers ? columns.filter(({ hidesSmallGroups }) => hidesSmallGroups).map(({ name }) => name) : [];
}

/** @throws Refusal where there are more rows than one answer holds: a part of them would look like all. */
function wholeRows(plan: RowsPlan, answered: Answered, name: string): readonly TypedRow[] {
  const { answer } = answered.to(plan.question);
  if (!answer.hasNextPage) return rowsOf(plan, answered);
  const message = `There are more than ${answer.rows.length} rows of ${name}; ask for coarser groups, or in a field of their own, which has pages.`;
  throw new Refusal("LIMIT_EXCEEDED", message, { path: [name] });
}

/** The rows of a breakdown, by the row above that they lie in. */
function innerRows({ rows, first }: BreakdownPlan, above: Frame, answered: Answered): ReadonlyMap<string, TypedRow[]> {
  const groupOf = (row: TypedRow): string => JSON.stringify(keyOf(row).slice(0, above.groups.length));
  const inner = new Map<string, TypedRow[]>();
  for (const [group, all] of Map.groupBy(wholeRows(rows, answered, "breakdown"), groupOf)) {
    inner.set(group, all.slice(0, first));
  }
  if (rows.rest) {
    for (const row of restRows(rows.rest, rows.question.frame, answered)) inner.get(groupOf(row))?.push(row);
  }
  return inner;
}

function restRows({ rows, groups }: RestPlan, { top }: Frame, answered: Answered): readonly TypedRow[] {
  const isNone = groups !== null && countIn(answered.to(groups)) <= (top?.n ?? 0);
  return isNone ? [] : wholeRows(rows, answered, "top.other");
}

/** The rows of a breakdown that lie in this one. */
export function rowsWithin(row: TypedRow, argumentsKey: string): readonly TypedRow[] {
  const inner = row.view.breakdowns.get(argumentsKey);
  if (!inner) throw new Error("A breakdown was selected but not asked for");
  return inner.get(JSON.stringify(keyOf(row))) ?? [];
}

function keyOf({ view, cells }: TypedRow): readonly Cell[] {
  return view.groupPlaces.map((place) => cells[place] ?? null);
}

export function rowId(row: TypedRow): string {
  // In one call, as a page may hold thousands; 24 digits are 18 bytes.
  return hash("sha256", `${row.view.frame.identity} ${JSON.stringify(keyOf(row))}`, "base64url").slice(0, 24);
}

function cursorsOf(
  frame: PageFrame,
  answer: FrameAnswer["answer"],
  own: readonly TypedRow[],
  rest: readonly TypedRow[],
): readonly string[] {
  const places = orderPlaces(frame, answer);
  const cursors = own.map(({ cells }) =>
    cursorAt(
      frame.digest,
      places.map((place) => cells[place] ?? null),
    ),
  );
  return [...cursors, ...rest.map(() => cursors.at(-1) ?? "")];
}

function orderPlaces({ order }: PageFrame, { columns }: FrameAnswer["answer"]): readonly number[] {
  return order.map(({ name }) => {
    const place = columns.findIndex((column) => column.name === name);
    if (place < 0) throw new Error(`The order's column ${name} was asked for but not answered`);
    return place;
  });
}

function countIn({ answer }: FrameAnswer): number {
  return Number(answer.rows[0]?.[0] ?? 0);
}

function warningsOf({ frame, totals }: PagePlan, answers: readonly FrameAnswer[]): readonly string[] {
  const isNarrowed = frame.request.having !== undefined || frame.top !== null;
  const isSuppressed = answers.some((beside) => suppressedColumns(beside.frame, beside.answer).length > 0);
  return [
    ...(totals.size > 0 && isNarrowed
      ? ["totals: having and top do not touch totals, which are over every row that where and timeRange keep."]
      : []),
    ...(frame.request.having !== undefined && frame.top?.other ? [REST_OF_HAVING] : []),
    ...(isSuppressed ? [SUPPRESSED] : []),
  ];
}

/** Said once, however many lists of rows look back. */
function unfinishedIn(plan: PagePlan, answered: Answered, clock: Clock): readonly string[] {
  const warnings = rowsPlansOf(plan).flatMap(({ question }) => {
    if (!question.uses.some(looksBack)) return [];
    const { answer, places, frame } = answered.to(question);
    const groups = frame.groups.map(({ name, grain, column }) => {
      const place = places.get(column);
      return { name, grain, cells: typeof place === "number" ? answer.rows.map((row) => row[place] ?? null) : [] };
    });
    return unfinishedWarnings(clock, groups, answered.periods);
  });
  return [...new Set(warnings)];
}

const REST_OF_HAVING =
  "top.other: the rest holds every group that is not in the top, those that having leaves out included.";

const SUPPRESSED =
  "suppressed: totals, breakdowns and the rest of a top have no value of metrics whose small groups are hidden; ask for those groups in a field of their own.";
