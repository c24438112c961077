import { type GroupByReference, groupByFrom, orderByFrom, type QueryRequest } from "../request/index.ts";
import { type Arguments, type Flags, isOn, many, one, wholeNumber } from "./arguments.ts";
import { unusable } from "./failure.ts";
import { AS_FLAG } from "./principal.ts";

export type QuestionFlag =
  | "by"
  | "where"
  | "from"
  | "to"
  | "order"
  | "limit"
  | "offset"
  | "saved"
  | "time-zone"
  | "min-max"
  | "no-distinct"
  | "input"
  | "as";

/** The fields of a request as flags, or `--input` for whole requests. */
export const QUESTION_FLAGS: Flags<QuestionFlag> = {
  by: {
    value: "NAME[:GRAIN]",
    many: true,
    about: "group by it: metric_time:month, customer__segment, metric_time:extract_dow",
  },
  where: { value: "EXPR", many: true, about: "keep what fulfils it: \"customer__region = 'EMEA'\"" },
  from: { value: "DATE", about: "first day (or date-time) of metric_time" },
  to: { value: "DATE", about: "last day (or date-time), included" },
  order: { value: "[-]COLUMN", many: true, about: "sort by a column of the answer; - sorts downward" },
  limit: { value: "N", about: "at most so many rows" },
  offset: { value: "N", about: "leave out so many rows first" },
  saved: { value: "NAME", about: "start from this saved query; the other flags narrow it" },
  "time-zone": { value: "ZONE", about: "cut days in this zone: Europe/Paris" },
  "min-max": { about: "only the smallest and the largest value of the one --by" },
  "no-distinct": { about: "without metrics: keep equal rows" },
  input: { value: "FILE", about: "whole requests instead, one JSON document a line; - reads standard input" },
  ...AS_FLAG,
};

export type Question =
  | { readonly kind: "one"; readonly request: QueryRequest }
  | { readonly kind: "lines"; readonly from: string };

/** @throws CommandFailure when the flags ask nothing, or ask it twice. */
export function questionFrom(args: Arguments<QuestionFlag>): Question {
  const from = one(args, "input");
  if (from === null) return { kind: "one", request: requestFrom(args) };
  const flag = args.given.find((name) => name !== "input" && name !== "as" && Object.hasOwn(QUESTION_FLAGS, name));
  const beside = args.positionals[0] ?? (flag && `--${flag}`);
  if (beside === undefined) return { kind: "lines", from };
  throw unusable(`${beside} cannot stand beside --input.`, "--input brings whole requests: write it there, in JSON");
}

/** @throws CommandFailure when the flags ask nothing. */
export function requestFrom(args: Arguments<Exclude<QuestionFlag, "input">>): QueryRequest {
  const metrics = args.positionals;
  const groups = many(args, "by").map(groupBy);
  const where = many(args, "where");
  const orderBy = many(args, "order").map(orderByFrom);
  const [start, end, savedQuery] = [one(args, "from"), one(args, "to"), one(args, "saved")];
  if (metrics.length === 0 && groups.length === 0 && savedQuery === null) {
    throw unusable("There is nothing to ask.", "name a metric, as in: revenue --by metric_time:month");
  }
  return {
    ...(metrics.length > 0 && { metrics }),
    ...(groups.length > 0 && { groupBy: groups }),
    ...(where.length > 0 && { where }),
    ...(orderBy.length > 0 && { orderBy }),
    ...((start !== null || end !== null) && { timeRange: { start, end } }),
    limit: wholeNumber(args, "limit"),
    offset: wholeNumber(args, "offset"),
    savedQuery,
    timeZone: one(args, "time-zone"),
    ...(isOn(args, "min-max") && { minMaxOnly: true }),
    ...(isOn(args, "no-distinct") && { distinct: false }),
  };
}

function groupBy(text: string): GroupByReference {
  const reference = groupByFrom(text);
  if (reference) return reference;
  throw unusable(`--by ${text} is not a name, or a name and a grain.`, "write --by metric_time:month");
}
