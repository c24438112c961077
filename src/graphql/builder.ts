import SchemaBuilder from "@pothos/core";
import type { ConstValueNode } from "graphql";
import { Kind } from "graphql";
import type { Catalog } from "../catalog/index.ts";
import { DATE_PARTS, STANDARD_GRAINS } from "../expression/index.ts";
import { CALCS, type Calc } from "../request/index.ts";
import type { Cell } from "../warehouse/index.ts";
import type { Context } from "./context.ts";
import type { RefusedQuestion } from "./errors.ts";
import {
  type JsonNumber,
  readDate,
  readDecimal,
  readDuration,
  readInteger,
  readMetricRef,
  readTime,
  writeDigits,
} from "./scalars.ts";

export interface Types {
  Context: Context;
  DefaultFieldNullability: false;
  Scalars: {
    ID: { Input: string; Output: string };
    BigInt: { Input: string; Output: Cell | JsonNumber };
    Decimal: { Input: string; Output: Cell | JsonNumber };
    Float: { Input: number; Output: Cell };
    Date: { Input: string; Output: Cell };
    Timestamp: { Input: string; Output: Cell };
    Duration: { Input: string; Output: string };
    Rows: { Input: never; Output: readonly (readonly Cell[])[] };
    MetricRef: { Input: unknown; Output: never };
  };
}

/** A schema under construction, with the scalars and enums that every part of it uses. */
export type Builder = ReturnType<typeof createBuilder>;

export function createBuilder() {
  const builder = new SchemaBuilder<Types>({ defaultFieldNullability: false });
  builder.scalarType("BigInt", {
    description: "A whole number of any length, as text so that no digit is lost; a number where `numbers: JSON` asks.",
    serialize: writeDigits,
    coerceInputValue: readInteger,
    coerceInputLiteral: (node) => readInteger(digitsOf(node)),
  });
  builder.scalarType("Decimal", {
    description: "An exact decimal number, as text so that no digit is lost; a number where `numbers: JSON` asks.",
    serialize: writeDigits,
    coerceInputValue: readDecimal,
    coerceInputLiteral: (node) => readDecimal(digitsOf(node)),
  });
  builder.scalarType("Date", {
    description: "A day: `2026-01-31`.",
    serialize: String,
    parseValue: readDate,
  });
  builder.scalarType("Duration", {
    description: "An ISO 8601 duration of one unit: `P1Y`, `P3M`, `P2W`, `P10D`.",
    serialize: String,
    parseValue: readDuration,
  });
  builder.scalarType("Timestamp", {
    description: "An ISO 8601 date or date-time: `2026-01-31`, `2026-01-31T13:00:00`, with `Z` for an instant.",
    serialize: String,
    parseValue: readTime,
  });
  builder.scalarType("Rows", {
    description:
      "Rows as arrays, one cell a column, in the order of `columns`. INT and DECIMAL are text unless `numbers: JSON` asks for numbers, FLOAT is a number.",
    serialize: (rows) => rows,
  });
  builder.scalarType("MetricRef", {
    description:
      'A metric\'s name, with a version where another than the default is meant (`revenue@1`), or `{name: "revenue", as: "growth", where: ["customer__region = \'EMEA\'"], version: 1, shift: {by: "P1Y"}, calc: DELTA_RATIO, within: [{name: "customer__region"}]}`.',
    serialize: () => null,
    parseValue: readMetricRef,
  });
  return builder;
}

/** Enums, and objects without a resolver of their own, that several parts of the schema use. */
export function sharedTypes(builder: Builder, catalog: Catalog) {
  const Grain = builder.enumType("Grain", {
    description:
      "How a time is cut into periods; weeks start on Monday. Grains of the calendars follow the standard ones.",
    values: grains(catalog),
  });
  const LastInput = builder.inputType("LastInput", {
    description: "So many complete periods before the current one.",
    fields: (t) => ({ n: t.int({ required: true }), unit: t.field({ type: Grain, required: true }) }),
  });
  return {
    Direction: builder.enumType("Direction", { values: { ASC: { value: "asc" }, DESC: { value: "desc" } } }),
    Grain,
    Calc: builder.enumType("Calc", {
      description: "What a column shows of its metric. Each ranges over all groups, before `having`, `top` and paging.",
      values: Object.fromEntries(
        CALCS.map((calc) => [calc.toUpperCase(), { value: calc, description: CALC_WORDS[calc] }]),
      ),
    }),
    Numbers: builder.enumType("Numbers", {
      description: "How INT and DECIMAL are written.",
      values: {
        TEXT: { value: "text", description: "As text, exact." },
        JSON: { value: "json", description: "As JSON numbers, for charts: the nearest that 53 bits can hold." },
      },
    }),
    Shift: builder.inputType("Shift", {
      description: 'Back in time: `{by: "P1Y"}`, or so many periods of a grain: `{periods: 1, unit: QUARTER}`.',
      fields: (t) => ({ by: t.field({ type: "Duration" }), periods: t.int(), unit: t.field({ type: Grain }) }),
    }),
    DatePart: builder.enumType("DatePart", {
      description: "A part of a date; DOW: Monday = 1.",
      values: Object.fromEntries(DATE_PARTS.map((part) => [part.toUpperCase(), { value: part }])),
    }),
    TimeRange: builder.inputType("TimeRange", {
      description:
        "Inclusive dates or date-times on metric_time, widened to whole periods, of which either may be missing; or a range relative to now.",
      fields: (t) => ({
        start: t.string(),
        end: t.string(),
        last: t.field({ type: LastInput, description: "So many complete periods before the current one." }),
        toDate: t.field({
          type: Grain,
          description: "From the start of the current period to today: MONTH is month to date.",
        }),
      }),
    }),
    PageInfo: builder.objectRef<PageInfo>("PageInfo").implement({
      fields: (t) => ({
        hasNextPage: t.exposeBoolean("hasNextPage"),
        hasPreviousPage: t.exposeBoolean("hasPreviousPage"),
        startCursor: t.exposeString("startCursor", { nullable: true }),
        endCursor: t.exposeString("endCursor", { nullable: true }),
      }),
    }),
    QueryRefused: builder.objectRef<RefusedQuestion>("QueryRefused").implement({
      description: "The question has no honest answer: why, where in the arguments, and what to ask instead.",
      fields: (t) => ({
        code: t.exposeString("code"),
        message: t.exposeString("message"),
        path: t.exposeStringList("path"),
        suggestions: t.exposeStringList("suggestions"),
      }),
    }),
    QueryPending: builder.objectRef<PendingQuestion>("QueryPending").implement({
      description: "The warehouse is still at it: ask `queryResult` with this id, or the same question again.",
      fields: (t) => ({
        queryId: t.id({ resolve: ({ queryId }) => queryId }),
        pollAfterMs: t.exposeInt("pollAfterMs", { description: "Before which asking again tells nothing new." }),
        stage: t.exposeString("stage", { description: "How far it is." }),
        elapsedMs: t.exposeInt("elapsedMs"),
        bytesProcessed: t.field({
          type: "BigInt",
          nullable: true,
          description: "Read so far, where the warehouse tells while it runs; for the operator.",
          // Who may see what a question costs depends on the models it reads, which its id does not tell.
          resolve: ({ bytesProcessed }, _, { principal }) => (principal.kind === "operator" ? bytesProcessed : null),
        }),
      }),
    }),
  };
}

export type SharedTypes = ReturnType<typeof sharedTypes>;

/** What a result type says about a question that is still being answered. */
export interface PendingQuestion {
  readonly queryId: string;
  readonly pollAfterMs: number;
  readonly stage: string;
  readonly elapsedMs: number;
  /** null where the warehouse does not tell. */
  readonly bytesProcessed: number | null;
}

export interface PageInfo {
  readonly hasNextPage: boolean;
  readonly hasPreviousPage: boolean;
  readonly startCursor: string | null;
  readonly endCursor: string | null;
}

const CALC_WORDS: Readonly<Record<Calc, string>> = {
  value: "The value; with a shift, the value then.",
  previous: "The value then; without a shift, one period earlier.",
  delta: "The value minus the previous one.",
  delta_ratio: "The difference from the previous value, divided by it; null where that is 0.",
  share_of_total: "The value divided by the value over `within`, or over everything.",
  rank: "1 for the greatest within `within`; equal values share a rank, null has none.",
  running_total: "The sum so far along metric_time, within `within`.",
};

function grains(catalog: Catalog): Record<string, { readonly value: string; readonly description?: string }> {
  const standard = STANDARD_GRAINS.map((grain) => [grain.toUpperCase(), { value: grain }] as const);
  const custom = catalog.calendars.flatMap((calendar) =>
    [...calendar.customGrains.values()].map(
      ({ name, label }) =>
        [name.toUpperCase(), { value: name, description: `${label}, of the calendar ${calendar.name}.` }] as const,
    ),
  );
  return { ...Object.fromEntries(standard), ...Object.fromEntries(custom) };
}

/** The digits of a literal as they were written: reading them as a number first would lose some. */
function digitsOf(node: ConstValueNode): unknown {
  return node.kind === Kind.INT || node.kind === Kind.FLOAT || node.kind === Kind.STRING ? node.value : null;
}
