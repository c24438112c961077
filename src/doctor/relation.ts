import type { Calendar, Catalog, Model, Source } from "../catalog/index.ts";
import type { Span } from "../diagnostics/index.ts";
import type { ScalarType } from "../expression/index.ts";
import type { Bound } from "../sql/index.ts";

/** Something that definitions read rows from. */
export type Relation = {
  readonly name: string;
  readonly source: Source;
  readonly span: Span | null;
} & ({ readonly kind: "model"; readonly model: Model } | { readonly kind: "calendar"; readonly calendar: Calendar });

/** What the warehouse says of it. */
export interface Seen {
  /** For messages: `shop.orders`, or `its SQL`. */
  readonly table: string;
  readonly columns: readonly SeenColumn[];
  /** An estimate; null when unknown. */
  readonly rows: number | null;
  /** What every statement has to bound; null: nothing. */
  readonly bound: Bound | null;
}

export interface SeenColumn {
  readonly name: string;
  /** More than one where the warehouse does not tell them apart; `unknown`: none of ours, which is text in a result. */
  readonly types: readonly ScalarType[];
  readonly native: string;
}

export function relationsOf({ models, calendars }: Catalog): readonly Relation[] {
  return [
    ...models.values().map((model): Relation => ({ ...partOf(model), kind: "model", model })),
    ...calendars.map((calendar): Relation => ({ ...partOf(calendar), kind: "calendar", calendar })),
  ];
}

function partOf({ name, source, span }: Model | Calendar) {
  return { name, source, span };
}

/** PostgreSQL tells names apart by case; the others do not. */
export function columnNamed(seen: Seen, name: string, isCaseTold: boolean): SeenColumn | undefined {
  const exact = seen.columns.find((column) => column.name === name);
  if (exact || isCaseTold) return exact;
  return seen.columns.find((column) => column.name.toLowerCase() === name.toLowerCase());
}
