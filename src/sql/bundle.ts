import type { Bundle, Result } from "../plan/index.ts";
import { PART, slotsOf } from "../plan/index.ts";
import type { Sql } from "./compiler.ts";
import { id, sql } from "./compiler.ts";

/** A name for the column that holds a row's place within its part. */
function placeIn({ parts }: Bundle): string {
  const taken = new Set(parts.flatMap(({ columns }) => columns.map(({ name }) => name.toLowerCase())));
  let name = "place";
  for (let i = 2; taken.has(name); i++) name = `place_${i}`;
  return name;
}

/**
 * The parts under one another. A first SELECT without rows gives every column its type, taken from the part that has
 * it; the others leave out by a bare NULL what they do not have.
 *
 * @param partOf Makes the CTE of a part, its place included, and tells its name.
 */
export function renderBundle(bundle: Bundle, partOf: (part: Result, place: string) => string, alias: string): Sql {
  const { slots, ofPart } = slotsOf(bundle);
  const place = placeIn(bundle);
  const names = bundle.parts.map((part) => partOf(part, place));
  const [first] = names;
  if (first === undefined) throw new Error("A bundle has at least one part.");
  const typed = slots.map(({ name, part, column }) => {
    return sql`(select ${id(column)} from ${id(names[part] ?? first)} where false) as ${id(name)}`;
  });
  const head = sql`  select 0 as ${id(PART)}, ${id(place)}, ${sql.join(typed)}\n  from ${id(first)}\n  where false`;
  const selects = bundle.parts.map((part, i) => {
    const columnAt = new Map(ofPart[i]?.map((slot, j) => [slot, part.columns[j]?.name]));
    const cells = slots.map((_, slot) => {
      const column = columnAt.get(slot);
      return column === undefined ? sql`null` : id(column);
    });
    return sql`  select ${sql.raw(String(i))}, ${id(place)}, ${sql.join(cells)}\n  from ${id(names[i] ?? first)}`;
  });
  const columns = [id(PART), ...slots.map(({ name }) => id(name))];
  return sql`select ${sql.join(columns)}\nfrom (\n${sql.join([head, ...selects], sql`\n  union all\n`)}\n) as ${id(alias)}\norder by ${id(PART)}, ${id(place)}`;
}
