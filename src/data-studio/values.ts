import type { Answer } from "../engine/index.ts";
import type { OfferedField } from "./offered-field.ts";
import type { DataValue } from "./protocol.ts";

/**
 * The rows of an answer as Data Studio takes them, made while they are read.
 *
 * @param fields In the order asked for; one may stand more than once.
 */
export function* dataRows(
  { columns, rows }: Pick<Answer, "columns" | "rows">,
  fields: readonly OfferedField[],
): Generator<readonly DataValue[]> {
  const places = fields.map(({ field }) => {
    const place = columns.findIndex(({ name }) => name === field.name);
    if (place < 0) throw new Error(`The answer lacks the column "${field.name}".`);
    return place;
  });
  for (const row of rows) yield fields.map(({ render }, i) => render(row[places[i] ?? -1] ?? null));
}
