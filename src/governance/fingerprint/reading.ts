import type { Calendar, Catalog, CustomGrains, Model, ModelPolicy, Source } from "../../catalog/index.ts";
import type { ScalarType } from "../../expression/index.ts";
import { type Doc, shared, sortedDocs } from "./doc.ts";
import type { Groups } from "./shape.ts";
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
  readonly policies: Map<ModelPolicy, Doc>;
  /** By the names of the models that rows come from. */
  readonly groups: Map<string, Groups>;
}

export function readingOf(catalog: Catalog): Reading {
  return {
    catalog,
    customGrains: new Set(catalog.calendars.flatMap(({ customGrains }) => [...customGrains.keys()])),
    calendars: shared(sortedDocs(catalog.calendars.map(calendarDoc))),
    values: new Map(),
    types: new Map(),
    relations: new Map(),
    policies: new Map(),
    groups: new Map(),
  };
}

/** Where a model's rows come from. */
export function relationDoc(reading: Reading, model: Model): Doc {
  let known = reading.relations.get(model);
  if (known === undefined) reading.relations.set(model, (known = shared(sourceDoc(model.source))));
  return known;
}

function sourceDoc(source: Source): { readonly [key: string]: Doc } {
  return source.kind === "table" ? { table: source.path } : { sql: canonicalSql(source.text) };
}

export function calendarDoc({ source, column, grain, customGrains }: Calendar): Doc {
  const custom = [...customGrains.values()].map((one) => [one.name, one.column] as const);
  return { column, custom: Object.fromEntries(custom), grain, relation: sourceDoc(source) };
}
