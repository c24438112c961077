import type { LoadType, TableData } from "../warehouse/index.ts";

/** A table of the sample; its rows can be walked more than once and are the same each time. */
export type SampleTable = TableData;

export function table(
  name: string,
  columns: Readonly<Record<string, LoadType>>,
  rows: () => Iterable<readonly (string | number | null)[]>,
): SampleTable {
  return {
    name: `shop.${name}`,
    columns: Object.entries(columns).map(([column, type]) => ({ name: column, type })),
    rows: { [Symbol.iterator]: () => rows()[Symbol.iterator]() },
  };
}
