import { ref, refsOf } from "../../expression/index.ts";
import type { Field, ValuesQuery } from "../../request/index.ts";
import { toColumns } from "../lower.ts";
import type { PlanNode } from "../node.ts";
import { calendarRows } from "./calendar.ts";
import type { PlanContext } from "./context.ts";
import { filtered, readRows } from "./rows.ts";

/** The rows that a question without metrics reads its values from, duplicates included. */
export function buildValues(context: PlanContext, query: ValuesQuery): PlanNode {
  const { base, fields, calendar } = query.source;
  const all = [...fields, ...query.conditions.flatMap(refsOf)];
  const times = all.filter((field) => field.value.kind === "calendar");
  const others = all.filter((field) => field.value.kind !== "calendar");
  const days = calendar && calendarRows(context, calendar, times, query.range, []);
  const rows = base
    ? readRows(context, { model: base, fields: others, values: [], time: null, join: "full", crossed: days }).node
    : days;
  if (!rows) throw new Error("A question for values names neither a model nor the calendar.");
  const conditions = query.conditions.map((condition) => toColumns(condition, (field) => field.key));
  return filtered(rows, conditions);
}

/** The smallest and the greatest value of the one group-by. */
export function minAndMax(input: PlanNode, field: Field): PlanNode {
  const measure = (aggregation: "min" | "max") =>
    ({
      name: `${field.key}__${aggregation}`,
      aggregation,
      arg: ref(field.key),
      percentile: null,
      filter: null,
      type: field.type,
    }) as const;
  return { kind: "aggregate", input, keys: [], measures: [measure("min"), measure("max")] };
}
