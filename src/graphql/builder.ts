import SchemaBuilder from "@pothos/core";
import type { ConstValueNode } from "graphql";
import { Kind } from "graphql";
import type { Catalog } from "../catalog/index.ts";
import { DATE_PARTS, STANDARD_GRAINS } from "../expression/index.ts";
import type { Cell, Row } from "../warehouse/index.ts";
import type { Context } from "./context.ts";
import type { RefusedQuestion } from "./errors.ts";
import { readDecimal, readInteger, readMetricRef, readTime, writeDigits } from "./scalars.ts";

export interface Types {
  Context: Context;
  DefaultFieldNullability: false;
  Scalars: {
    ID: { Input: string; Output: string };
    BigInt: { Input: string; Output: Cell };
    Decimal: { Input: string; Output: Cell };
    Float: { Input: number; Output: Cell };
    Timestamp: { Input: string; Output: Cell };
    Rows: { Input: never; Output: readonly Row[] };
    MetricRef: { Input: unknown; Output: never };
  };
}

/** A schema under construction, with the scalars and enums that every part of it uses. */
export type Builder = ReturnType<typeof createBuilder>;

export function createBuilder() {
  const builder = new SchemaBuilder<Types>({ defaultFieldNullability: false });
  builder.scalarType("BigInt", {
    description: "A whole number of any length, as text so that no digit is lost.",
    serialize: writeDigits,
    coerceInputValue: readInteger,
    coerceInputLiteral: (node) => readInteger(digitsOf(node)),
  });
  builder.scalarType("Decimal", {
    description: "An exact decimal number, as text so that no digit is lost.",
    serialize: writeDigits,
    coerceInputValue: readDecimal,
    coerceInputLiteral: (node) => readDecimal(digitsOf(node)),
  });
  builder.scalarType("Timestamp", {
    description: "An ISO 8601 date or date-time: `2026-01-31`, `2026-01-31T13:00:00`, with `Z` for an instant.",
    serialize: String,
    parseValue: readTime,
  });
  builder.scalarType("Rows", {
    description:
      "Rows as arrays, one cell a column, in the order of `columns`. INT and DECIMAL are text, FLOAT a number.",
    serialize: (rows) => rows,
  });
  builder.scalarType("MetricRef", {
    description: 'A metric\'s name, or `{name: "revenue", as: "emea", where: ["customer__region = \'EMEA\'"]}`.',
    serialize: () => null,
    parseValue: readMetricRef,
  });
  return builder;
}

/** Enums, and objects without a resolver of their own, that several parts of the schema use. */
export function sharedTypes(builder: Builder, catalog: Catalog) {
  return {
    Direction: builder.enumType("Direction", { values: { ASC: { value: "asc" }, DESC: { value: "desc" } } }),
    Grain: builder.enumType("Grain", {
      description:
        "How a time is cut into periods; weeks start on Monday. Grains of the calendars follow the standard ones.",
      values: grains(catalog),
    }),
    DatePart: builder.enumType("DatePart", {
      description: "A part of a date; DOW: Monday = 1.",
      values: Object.fromEntries(DATE_PARTS.map((part) => [part.toUpperCase(), { value: part }])),
    }),
    TimeRange: builder.inputType("TimeRange", {
      description: "Inclusive dates or date-times on metric_time, widened to whole periods; either end may be missing.",
      fields: (t) => ({ start: t.string(), end: t.string() }),
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
  };
}

export type SharedTypes = ReturnType<typeof sharedTypes>;

export interface PageInfo {
  readonly hasNextPage: boolean;
  readonly hasPreviousPage: boolean;
  readonly startCursor: string | null;
  readonly endCursor: string | null;
}

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
