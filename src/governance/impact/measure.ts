import { metricTimeOf } from "../../catalog/index.ts";
import { Refusal } from "../../diagnostics/index.ts";
import type { Principal } from "../../identity/index.ts";
import type { QueryRequest } from "../../request/index.ts";
import { sha256 } from "../../std/index.ts";
import type { Warehouse } from "../../warehouse/index.ts";
import { dayOf } from "../ledger/day.ts";
import type { GovernedTree } from "../tree.ts";
import { type Answer, askAtOnce, type Question } from "./ask.ts";
import { ALL, type Compared, type ComparedGroup, compareCells, fullOuterJoin } from "./compare.ts";
import { dimensionsOf } from "./dimensions.ts";
import { GRAINS, type ImpactGrain, isClosed, rangeOf } from "./periods.ts";
import { type Persona, personasOf, principalOf } from "./personas.ts";
import { counting, everyRow, type Side, sideOf, smallestGroup } from "./sides.ts";
import { countIn, withoutFew, withoutTellers } from "./small-cells.ts";

/** What a change of definitions does to the numbers of one metric, over the same rows. */
export interface Impact {
  readonly metric: string;
  /** Certified fingerprints; null: there it does not exist. */
  readonly before: string | null;
  readonly after: string | null;
  readonly unit: string | null;
  /** `YYYY-MM-DD`. */
  readonly generated: string;
  readonly warehouse: Warehouse["dialect"];
  /** SHA-256 of the one statement. */
  readonly statement: string;
  readonly booksClosedThrough: string | null;
  readonly grains: readonly {
    readonly grain: ImpactGrain;
    readonly rows: readonly (ComparedGroup & { readonly isClosed: boolean })[];
  }[];
  /** The dimension in whose values the change gathers, and those that move most; null: none moves, or none may be told. */
  readonly movers: Movers | null;
  readonly personas: readonly PersonaImpact[];
}

export interface Movers {
  readonly dimension: string;
  readonly rows: readonly ComparedGroup[];
}

export interface PersonaImpact {
  readonly persona: string;
  /** How many rows of the period the number is made of, and the number; without values where they may not ask. */
  readonly rows: Compared;
  readonly value: Compared;
  /** The same by the finest grain; none where they would tell of few rows, or the metric has no time. */
  readonly periods: readonly { readonly group: string | null; readonly rows: Compared; readonly value: Compared }[];
}

export interface MeasureInput {
  readonly metric: string;
  readonly base: GovernedTree;
  readonly head: GovernedTree;
  /** Of the rules that judge; null: none are. */
  readonly booksClosedThrough: string | null;
  readonly warehouse: Warehouse;
  readonly now: Date;
}

/** Groups by a dimension of more values are not compared. */
const MOST_VALUES = 1_000;
const MOST_MOVERS = 10;

/**
 * Asks both definitions of a metric at once: by month and quarter, by dimensions, and as everybody whom row policies
 * show some rows only.
 *
 * @throws Refusal where a definition cannot be asked at all. @throws WarehouseError
 */
export async function measureImpact(input: MeasureInput): Promise<Impact> {
  const { metric: name, base, head, booksClosedThrough, warehouse, now } = input;
  const sides = { before: sideOf(base.catalog, name), after: sideOf(head.catalog, name) };
  const present = [sides.before, sides.after].filter((side) => side !== null);
  const minimum = smallestGroup(present);
  const grains = grainsOf(present);
  const range = grains.length > 0 ? { timeRange: rangeOf("month", now) } : {};
  const asked = new Asked(sides);

  const everybody = (request: QueryRequest, what: What = "value") =>
    asked.add(
      (side) => everyRow(side, minimum),
      () => request,
      what,
    );
  const periods = (grains.length > 0 ? grains : [null]).map((grain) => {
    const request: QueryRequest =
      grain === null ? {} : { groupBy: [{ name: "metric_time", grain }], timeRange: rangeOf(grain, now) };
    const column = grain && `metric_time__${grain}`;
    return { grain, column, value: everybody(request), rows: minimum === null ? null : everybody(request, "rows") };
  });
  const dimensions = dimensionsOf(present).map((dimension) => {
    const request = { groupBy: [{ name: dimension }], limit: MOST_VALUES + 1, ...range };
    return {
      dimension,
      value: everybody(request),
      rows: minimum === null ? null : everybody(request, "rows"),
    };
  });
  const personas = personasOf(present).map((persona) => {
    const as = (what: What, request: QueryRequest = range) =>
      asked.add(
        (side) => asPersona(side, persona),
        () => request,
        what,
      );
    const [grain] = grains;
    const groupBy = grain === undefined ? null : { groupBy: [{ name: "metric_time", grain }], ...range };
    const byPeriod = groupBy && { value: as("value", groupBy), rows: as("rows", groupBy) };
    return { persona, value: as("value"), rows: as("rows"), byPeriod, column: `metric_time__${grain}` };
  });

  const { answers, sql } = await askAtOnce(asked.questions, warehouse);
  const read = new Read(answers, name, minimum);
  return {
    metric: name,
    before: base.fingerprints.get(name)?.certified ?? null,
    after: head.fingerprints.get(name)?.certified ?? null,
    unit: (sides.after ?? sides.before)?.metric.unit ?? null,
    generated: dayOf(now.getTime()),
    warehouse: warehouse.dialect,
    statement: `sha256:${sha256(sql)}`,
    booksClosedThrough,
    ...withoutTellers({
      grains: periods.map(({ grain, column, value, rows }) => ({
        grain: grain ?? (ALL as ImpactGrain),
        rows: read.groups(value, rows, column).map((row) => ({
          ...row,
          isClosed: isClosed(grain ?? ALL, row.group, booksClosedThrough),
        })),
      })),
      movers: moversOf(
        dimensions.flatMap(({ dimension, value, rows }) => {
          if (value.some((place) => place !== null && !read.isWhole(place))) return [];
          return [{ dimension, rows: read.groups(value, rows, dimension) }];
        }),
      ),
    }),
    personas: personas.map(({ persona, value, rows, byPeriod, column }) => ({
      persona: persona.name,
      ...read.persona(value, rows),
      periods: byPeriod ? read.periods(byPeriod.value, byPeriod.rows, rows, column) : [],
    })),
  };
}

type What = "value" | "rows";

/** Places of the two answers; null: the metric is not defined there. */
type Pair = readonly [before: number | null, after: number | null];

/** Collects questions, each of both sides. */
class Asked {
  readonly questions: Question[] = [];
  readonly #sides: readonly (Side | null)[];

  constructor({ before, after }: { readonly before: Side | null; readonly after: Side | null }) {
    this.#sides = [before, after];
  }

  add(
    as: (side: Side) => { readonly side: Side; readonly principal: Principal },
    requestOf: () => QueryRequest,
    what: What,
  ): Pair {
    const [before = null, after = null] = this.#sides.map((side) => {
      if (!side) return null;
      const { side: seen, principal } = as(side);
      const { catalog, metrics } = what === "rows" ? counting(seen) : { ...seen, metrics: [seen.metric.name] };
      return this.questions.push({ catalog, principal, request: { ...requestOf(), metrics } }) - 1;
    });
    return [before, after];
  }
}

/** What answers say, by the places of their questions. */
class Read {
  readonly #answers: readonly (Answer | Refusal)[];
  readonly #metric: string;
  readonly #minimum: number | null;

  constructor(answers: readonly (Answer | Refusal)[], metric: string, minimum: number | null) {
    this.#answers = answers;
    this.#metric = metric;
    this.#minimum = minimum;
  }

  /** Whether no group was cut off, nor was the question refused. */
  isWhole(place: number): boolean {
    const answer = this.#answers[place];
    return answer !== undefined && !(answer instanceof Refusal) && answer.length <= MOST_VALUES;
  }

  /** @throws Refusal */
  groups([before, after]: Pair, rows: Pair | null, column: string | null): readonly ComparedGroup[] {
    const values = fullOuterJoin(this.#need(before), this.#need(after), column);
    const counts = new Map(
      rows === null
        ? []
        : fullOuterJoin(this.#need(rows[0]), this.#need(rows[1]), column).map((join) => [
            join.group,
            Math.abs(countIn(join.after, column) - countIn(join.before, column)),
          ]),
    );
    return values.map(({ group, before: was, after: is }) => ({
      group,
      ...withoutFew(
        compareCells(was?.get(this.#metric) ?? null, is?.get(this.#metric) ?? null),
        counts.get(group) ?? 0,
        this.#minimum,
      ),
    }));
  }

  persona(value: Pair, rows: Pair): Omit<PersonaImpact, "persona" | "periods"> {
    const [before, after] = rows.map((place) => this.#rowOf(place));
    const moved = before && after ? Math.abs(countIn(after, null) - countIn(before, null)) : 0;
    const [was, is] = value.map((place) => this.#rowOf(place)?.get(this.#metric) ?? null);
    return {
      rows: withoutFew(compareCells(this.#rowsIn(before), this.#rowsIn(after)), moved, this.#minimum),
      value: withoutFew(compareCells(was ?? null, is ?? null), moved, this.#minimum),
    };
  }

  /**
   * Numbers of one persona by period. Where groups may be too small none is told unless all rows of the whole are in those that
   * are: else the whole less the others would tell the one that is left out.
   */
  periods(value: Pair, rows: Pair, whole: Pair, column: string): PersonaImpact["periods"] {
    const [before, after] = rows.map((place) => this.#rowsOf(place));
    const counts = fullOuterJoin(before ?? [], after ?? [], column);
    const values = new Map(
      fullOuterJoin(this.#rowsOf(value[0]), this.#rowsOf(value[1]), column).map((join) => [join.group, join]),
    );
    const told = counts.map(({ group, before: had, after: has }) => {
      const [was, is] = [countIn(had, column), countIn(has, column)];
      const cells = values.get(group);
      const [old, now] = [cells?.before, cells?.after].map((row) => row?.get(this.#metric) ?? null);
      const less = (compared: Compared) => withoutFew(compared, Math.abs(is - was), this.#minimum);
      const seen = compareCells(had && String(was), has && String(is));
      return { group, rows: less(seen), value: less(compareCells(old ?? null, now ?? null)) };
    });
    const isWhole = whole.every((place, side) => {
      const sum = counts.reduce((all, join) => all + countIn(side === 0 ? join.before : join.after, column), 0);
      return sum === countIn(this.#rowOf(place), null);
    });
    return this.#minimum === null || (isWhole && told.every(({ value: { isWithheld } }) => !isWithheld)) ? told : [];
  }

  /** Of a question with groups; none: it was refused. */
  #rowsOf(place: number | null): Answer {
    const answer = place === null ? undefined : this.#answers[place];
    return answer === undefined || answer instanceof Refusal ? [] : answer;
  }

  /** null: it was refused, or there are too few to tell how many. */
  #rowsIn(row: Answer[number] | null | undefined): string | null {
    if (!row || (this.#minimum !== null && [...row.values()].every((cell) => cell === null))) return null;
    return String(countIn(row, null));
  }

  /** Of a question without groups; null: it was refused. */
  #rowOf(place: number | null): Answer[number] | null {
    const answer = place === null ? undefined : this.#answers[place];
    return answer === undefined || answer instanceof Refusal ? null : (answer[0] ?? new Map());
  }

  #need(place: number | null): Answer {
    const answer = place === null ? [] : this.#answers[place];
    if (answer instanceof Refusal) throw answer;
    return answer ?? [];
  }
}

function asPersona(side: Side, persona: Persona): { readonly side: Side; readonly principal: Principal } {
  return { side, principal: principalOf(persona, side.catalog) };
}

/** By which of ours both can be asked. */
function grainsOf(sides: readonly Side[]): readonly (typeof GRAINS)[number][] {
  const grains = sides.map(({ catalog, metric }) => metricTimeOf(catalog, metric)?.grains ?? []);
  return GRAINS.filter((grain) => grains.every((known) => known.includes(grain)));
}

/** The dimension with the value that moves most. One of which a value is withheld would tell it by the others. */
function moversOf(candidates: readonly Movers[]): Movers | null {
  const told = candidates.filter(({ rows }) => rows.every(({ isWithheld }) => !isWithheld));
  const most = told
    .map(({ dimension, rows }) => {
      const moved = rows.filter(({ isChanged }) => isChanged).sort((a, b) => distance(b) - distance(a));
      return { dimension, rows: moved.slice(0, MOST_MOVERS) };
    })
    .sort((a, b) => farthest(b) - farthest(a))[0];
  return most && most.rows.length > 0 ? most : null;
}

function farthest({ rows: [first] }: Movers): number {
  return first ? distance(first) : 0;
}

function distance({ before, after }: Compared): number {
  return Math.abs(Number(after ?? 0) - Number(before ?? 0));
}
