import type { ColumnExpression } from "../catalog/index.ts";
import type { Expr, ScalarType, StandardGrain } from "../expression/index.ts";
import { call, literal, mapRefs, ref, text } from "../expression/index.ts";
import type { Field, ResolvedRange, RowCondition, TimeCut } from "../request/index.ts";
import { isDayOrCoarser } from "../request/index.ts";
import type { Physical } from "./node.ts";

/** A model's expression over its source, without the places it was written at: they take no part in meaning. */
export function toPhysical(value: ColumnExpression): Expr<Physical> {
  if (value.kind === "opaque") return ref(value);
  return mapRefs(stripPlaces(value.expr), (name) => ref({ kind: "column", name }));
}

/** A condition over the columns that hold its fields. */
export function toColumns(condition: RowCondition, columnOf: (field: Field) => string): Expr<string> {
  return mapRefs(stripPlaces(condition), (field) => ref(columnOf(field)));
}

/** A time value cut to its bucket or part. Instants are first read as local time in the zone. */
export function cutTime<R>(value: Expr<R>, type: ScalarType, cut: TimeCut | null, timeZone: string): Expr<R> {
  switch (cut?.kind) {
    case undefined:
      return value;
    case "part":
      return call("date_part", text(cut.part), toLocal(value, type, timeZone));
    case "custom":
      return cutTime(value, type, { kind: "grain", grain: cut.calendar.grain }, timeZone);
    case "grain":
      return isDayOrCoarser(cut.grain)
        ? dateBucket(value, type, cut.grain, timeZone)
        : clockBucket(value, type, cut.grain, timeZone);
  }
}

function dateBucket<R>(value: Expr<R>, type: ScalarType, grain: StandardGrain, timeZone: string): Expr<R> {
  if (grain === "day") return type === "date" ? value : toDate(toLocal(value, type, timeZone));
  return toDate(call("date_trunc", text(grain), toLocal(value, type, timeZone)));
}

/** Of an instant, the instant its local hour (minute …) began, so that a clock hour that occurs twice stays two. */
function clockBucket<R>(value: Expr<R>, type: ScalarType, grain: StandardGrain, timeZone: string): Expr<R> {
  const local = toLocal(value, type, timeZone);
  const start = call("date_trunc", text(grain), local);
  return type === "timestamptz" ? call("-", value, call("-", local, start)) : start;
}

export function toLocal<R>(value: Expr<R>, type: ScalarType, timeZone: string): Expr<R> {
  return type === "timestamptz" ? call("to_zone", value, text(timeZone)) : value;
}

export function toDate<R>(arg: Expr<R>): Expr<R> {
  return { kind: "cast", to: "date", arg, isTry: false };
}

/** The bare time compared with the ends of a range: the column stays bare, so that indexes and partitions are used. */
export function inRange<R>(
  value: Expr<R>,
  type: ScalarType,
  range: ResolvedRange,
  timeZone: string,
): readonly Expr<R>[] {
  const end = (moment: string): Expr<R> => {
    if (type === "date" && moment.length === "2026-01-31".length) return literal("date", moment);
    const local = literal("timestamp", moment);
    return type === "timestamptz" ? call("from_zone", local, text(timeZone)) : local;
  };
  return [
    ...(range.start === null ? [] : [call(">=", value, end(range.start))]),
    ...(range.end === null ? [] : [call("<", value, end(range.end))]),
  ];
}

/** `value` moved by so many grains; negative counts move back. */
export function shift<R>(value: Expr<R>, count: number, grain: StandardGrain): Expr<R> {
  const interval = call<R>("make_interval", literal("int", String(Math.abs(count))), text(grain));
  return call(count < 0 ? "-" : "+", value, interval);
}

function stripPlaces<R>(expr: Expr<R>): Expr<R> {
  switch (expr.kind) {
    case "literal":
      return literal(expr.type, expr.value);
    case "ref":
      return ref(expr.ref);
    case "call":
      return call(expr.fn, ...expr.args.map(stripPlaces));
    case "cast":
      return { kind: "cast", to: expr.to, arg: stripPlaces(expr.arg), isTry: expr.isTry };
    case "case":
      return {
        kind: "case",
        branches: expr.branches.map(({ when, value }) => ({ when: stripPlaces(when), value: stripPlaces(value) })),
        otherwise: expr.otherwise && stripPlaces(expr.otherwise),
      };
  }
}
