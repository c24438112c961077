import type { Answer, Provenance } from "../engine/index.ts";
import { compareText } from "../std/index.ts";
import type { Cell, Row } from "../warehouse/index.ts";

/**
 * Answers to the same rows with different columns as one: cells stand together by the values of their groups, NULL
 * being one of them. The rows and their order are those of the first.
 *
 * @param groups Columns that tell rows apart; all answers have them.
 */
export function besideEachOther(groups: readonly string[], [first, ...others]: readonly [Answer, ...Answer[]]): Answer {
  return others.reduce((whole, other) => {
    const known = new Set(whole.columns.map(({ name }) => name));
    const added = other.columns.flatMap(({ name }, place) => (known.has(name) ? [] : [place]));
    const keyOf = keyReader(groups, other);
    const rows = new Map(other.rows.map((row) => [keyOf(row), row]));
    const keyIn = keyReader(groups, whole);
    return {
      columns: [...whole.columns, ...other.columns.filter((_, place) => added.includes(place))],
      rows: whole.rows.map((row) => {
        const beside = rows.get(keyIn(row));
        return [...row, ...added.map((place): Cell => beside?.[place] ?? null)];
      }),
      hasNextPage: whole.hasNextPage,
      provenance: together(whole.provenance, other.provenance),
    };
  }, first);
}

function keyReader(groups: readonly string[], { columns }: Answer): (row: Row) => string {
  const places = groups.map((group) => columns.findIndex(({ name }) => name === group));
  return (row) => JSON.stringify(places.map((place) => row[place] ?? null));
}

/** The statement stays that of the first: each answers its own columns. */
function together(one: Provenance, other: Provenance): Provenance {
  return {
    ...one,
    metrics: union(one.metrics, other.metrics),
    uses: [...new Map([...one.uses, ...other.uses].map((use) => [use.name, use])).values()].sort((a, b) =>
      compareText(a.name, b.name),
    ),
    warnings: union(one.warnings, other.warnings),
    appliedPolicies: union(one.appliedPolicies, other.appliedPolicies),
    mayExplain: one.mayExplain && other.mayExplain,
    dataAsOf: one.dataAsOf < other.dataAsOf ? one.dataAsOf : other.dataAsOf,
    bytesProcessed: sum(one.bytesProcessed, other.bytesProcessed),
    bytesBilled: sum(one.bytesBilled, other.bytesBilled),
  };
}

function union(some: readonly string[], others: readonly string[]): readonly string[] {
  return [...new Set([...some, ...others])].sort(compareText);
}

function sum(one: number | null, other: number | null): number | null {
  return one === null || other === null ? null : one + other;
}
