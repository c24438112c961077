import { Refusal } from "../diagnostics/index.ts";
import { refsOf } from "../expression/index.ts";
import type { Aggregate, Join } from "../plan/index.ts";
import { columnsOf } from "../plan/index.ts";

/**
 * A LEFT join by comparison alone, said with an equality: the values compared are matched first, and then looked up.
 * The same rows, since such a comparison is never true of a NULL.
 *
 *   left join row.day <= day        left join on day
 *     calendar                 =>     calendar
 *     rows                            join row.day <= day
 *                                       distinct day of calendar
 *                                       rows
 */
export function withEquality(join: Join): Join {
  if (join.type !== "left" || join.on.length > 0 || !join.condition) return join;
  const names = new Set(columnsOf(join.left).map(({ name }) => name));
  const compared = [...new Set(refsOf(join.condition))].filter((name) => names.has(name));
  if (compared.length === 0) {
    throw new Refusal("UNSUPPORTED_IN_DIALECT", "BigQuery joins no rows to others that they are not compared with.");
  }
  const values: Aggregate = { kind: "aggregate", input: join.left, keys: compared, measures: [] };
  const others = columnsOf(join.right).flatMap(({ name }) => (names.has(name) ? [] : name));
  const matched: Join = { ...join, type: "inner", left: values, columns: [...compared, ...others] };
  return { ...join, right: matched, on: compared.map((name) => ({ left: name, right: name })), condition: null };
}
