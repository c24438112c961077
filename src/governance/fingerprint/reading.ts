import type { Calendar, Catalog, CustomGrains, Model, Source } from "../../catalog/index.ts";
import type { ScalarType } from "../../expression/index.ts";
import { type Doc, digestOf, sortedDocs } from "./doc.ts";
import { canonicalSql } from "./sql-text.ts";

/** A catalog while its fingerprints are taken: what many metrics share is worked out once. */
export interface Reading {
  readonly catalog: Catalog;
  readonly customGrains: CustomGrains;
  readonly calendars: Doc;
  /** By metric, as they are asked for. */
  readonly values: Map<string, { readonly doc: Doc; readonly hash: string }>;
  readonly types: Map<string, ScalarType>;
  readonly relations: Map<Model, Doc>;
  /** By the models and times of the rows that are counted: what they can be grouped by. */
  readonly groups: Map<string, { readonly grains: readonly string[]; readonly dimensions: readonly Doc[] }>;
}

export function readingOf(catalog: Catalog): Reading {
  return {
    catalog,
    customGrains: new Set(catalog.calendars.flatMap(({ customGrains }) => [...customGrains.keys()])),
    calendars: sortedDocs(catalog.calendars.map(calendarDoc)),
    values: new Map(),
    types: new Map(),
    relations: new Map(),
    groups: new Map(),
  };
}

/** Where a model's rows come from. */
export function relationDoc(reading: Reading, model: Model): Doc {
  let known = reading.relations.get(model);
  if (known === undefined) reading.relations.set(model, (known = sourceDoc(model.source)));
  return known;
}

function sourceDoc(source: Source): Doc {
  return source.kind === "table" ? { table: source.path } : { sql: canonicalSql(source.text) };
}

export function calendarDoc({ source, column, grain, customGrains }: Calendar): Doc {
  const custom = [...customGrains.values()].map((one) => [one.name, one.column] as const);
  return { column, custom: Object.fromEntries(custom), grain, relation: sourceDoc(source) };
}

/** Names a model without its name: by the rows that it stands for. */
export function modelDigest(reading: Reading, model: Model): string {
  return digestOf(relationDoc(reading, model));
}
