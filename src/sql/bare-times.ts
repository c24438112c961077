import type { Expr, ScalarType, StandardGrain } from "../expression/index.ts";
import { call, conjuncts, isStandardGrain, literal, text, timeLiteral } from "../expression/index.ts";
import type { Physical } from "../plan/index.ts";

/**
 * What a condition on the period of a time says of the bare column, for engines that skip partitions only by that.
 *
 *   date(datetime_trunc(datetime(at, 'UTC'), month)) = '2026-01-01'
 *     =>  at >= '2026-01-01' and at < '2026-02-01'
 *
 * Implied by the condition, never more: in zones other than UTC each end gives way by a day, which is more than any
 * change of clocks.
 */
export function bareRanges(
  condition: Expr<Physical>,
  typeOf: (column: Physical) => ScalarType,
): readonly Expr<Physical>[] {
  return conjuncts(condition).flatMap((one) => rangesOf(one, typeOf));
}

function rangesOf(condition: Expr<Physical>, typeOf: (column: Physical) => ScalarType): readonly Expr<Physical>[] {
  if (condition.kind !== "call") return [];
  const [left, right] = condition.args;
  const bucket = left && bucketOf(left);
  const day = right && dayOf(right);
  if (!bucket || !day) return [];
  const type = typeOf(bucket.column);
  const from = moment(type, day, bucket.zone, -1);
  const isStart = day === startOf(day, bucket.grain);
  const next = nextOf(day, bucket.grain);
  const until = moment(type, condition.fn === "<" && isStart ? day : next, bucket.zone, 1);
  if (!from || !until) return [];
  const column: Expr<Physical> = { kind: "ref", ref: bucket.column };
  switch (condition.fn) {
    case "=":
      return [call(">=", column, from), call("<", column, until)];
    case ">":
    case ">=":
      return [call(">=", column, from)];
    case "<":
    case "<=":
      return [call("<", column, until)];
    default:
      return [];
  }
}

interface Bucket {
  readonly column: Physical;
  readonly grain: StandardGrain;
  /** Of instants. */
  readonly zone: string | null;
}

/** The date that a time's period begins at, as the planner writes it. */
function bucketOf(expr: Expr<Physical>): Bucket | null {
  if (expr.kind !== "cast" || expr.to !== "date") return null;
  const cut = expr.arg.kind === "call" && expr.arg.fn === "date_trunc" ? expr.arg.args : null;
  const grain = cut ? wordOf(cut[0]) : "day";
  const local = cut ? cut[1] : expr.arg;
  const zone = local?.kind === "call" && local.fn === "to_zone" ? wordOf(local.args[1]) : null;
  const time = local?.kind === "call" && zone !== null ? local.args[0] : local;
  if (time?.kind !== "ref" || time.ref.kind !== "column" || grain === null || !isStandardGrain(grain)) return null;
  return { column: time.ref, grain, zone };
}

function dayOf(expr: Expr<Physical>): string | null {
  const word = wordOf(expr);
  if (expr.kind !== "literal" || word === null) return null;
  if (expr.type === "date") return word;
  const read = expr.type === "string" ? timeLiteral("date", word)?.value : null;
  return typeof read === "string" ? read : null;
}

function wordOf(expr: Expr<Physical> | undefined): string | null {
  return expr?.kind === "literal" && typeof expr.value === "string" ? expr.value : null;
}

/** The start of a day as a constant of the column's own kind; null where the calendar ends or the kind is not known. */
function moment(type: ScalarType, day: string, zone: string | null, outwards: -1 | 1): Expr<Physical> | null {
  const isExact = zone === null || zone === "UTC";
  const at = isExact ? day : iso(Date.parse(`${day}T00:00:00Z`) + outwards * DAY_MS);
  if (at < "0002" || at > "9998") return null;
  const local = literal("timestamp", `${at}T00:00:00`);
  if (type === "timestamptz" && zone !== null) return call("from_zone", local, text(zone));
  if (zone !== null) return null;
  if (type === "date") return literal("date", at);
  return type === "timestamp" ? local : null;
}

function startOf(day: string, grain: StandardGrain): string {
  const date = new Date(`${day}T00:00:00Z`);
  switch (grain) {
    case "week":
      return iso(date.getTime() - ((date.getUTCDay() + 6) % 7) * DAY_MS);
    case "month":
      return `${day.slice(0, 7)}-01`;
    case "quarter":
      return iso(Date.UTC(date.getUTCFullYear(), date.getUTCMonth() - (date.getUTCMonth() % 3), 1));
    case "year":
      return `${day.slice(0, 4)}-01-01`;
    default:
      return day;
  }
}

/** The start of the period after the one that holds the day. */
function nextOf(day: string, grain: StandardGrain): string {
  const start = Date.parse(`${startOf(day, grain)}T00:00:00Z`);
  return startOf(iso(start + (LONGEST_DAYS[grain] ?? 1) * DAY_MS), grain);
}

const LONGEST_DAYS: Readonly<Partial<Record<StandardGrain, number>>> = { week: 7, month: 31, quarter: 92, year: 366 };
const DAY_MS = 86_400_000;

function iso(time: number): string {
  return new Date(time).toISOString().slice(0, "2026-01-31".length);
}
