import type { Metric, Model } from "../catalog/index.ts";
import type { Compiled } from "../compile/index.ts";

/**
 * Part of what was read, small enough to be copied from one thread to another in a millisecond or two: ten thousand metrics
 * at once would hold up whoever takes them for 200 ms.
 */
export type Piece =
  | { readonly kind: "models"; readonly entries: Entries<Model> }
  | { readonly kind: "metrics"; readonly entries: Entries<Metric> }
  /** The last: everything else. */
  | { readonly kind: "rest"; readonly compiled: Compiled };

type Entries<T> = readonly (readonly [name: string, T])[];

/** In one piece at least. A metric takes about a kilobyte, a model some five. */
const ENTRIES = 100;

export function* piecesOf(compiled: Compiled): Generator<Piece, undefined> {
  const { catalog } = compiled;
  for (const entries of chunksOf(catalog?.models)) yield { kind: "models", entries };
  for (const entries of chunksOf(catalog?.metrics)) yield { kind: "metrics", entries };
  yield {
    kind: "rest",
    compiled: { ...compiled, catalog: catalog && { ...catalog, models: new Map(), metrics: new Map() } },
  };
}

/** @param next Resolves with the piece after the one before. */
export async function compiledOf(next: () => Promise<Piece>): Promise<Compiled> {
  const models = new Map<string, Model>();
  const metrics = new Map<string, Metric>();
  for (;;) {
    const piece = await next();
    if (piece.kind === "rest") {
      const { catalog } = piece.compiled;
      return { ...piece.compiled, catalog: catalog && { ...catalog, models, metrics } };
    }
    if (piece.kind === "models") for (const [name, model] of piece.entries) models.set(name, model);
    else for (const [name, metric] of piece.entries) metrics.set(name, metric);
  }
}

/** What stands in one file stays together, since the text of the file goes with it. */
function chunksOf<T extends Model | Metric>(map: ReadonlyMap<string, T> = new Map()): readonly Entries<T>[] {
  const chunks: (readonly [string, T])[][] = [];
  let chunk: (readonly [string, T])[] = [];
  for (const entry of map) {
    const isElsewhere = chunk.at(-1)?.[1].span?.file !== entry[1].span?.file;
    if (chunk.length === 0 || (isElsewhere && chunk.length >= ENTRIES)) chunks.push((chunk = []));
    chunk.push(entry);
  }
  return chunks;
}
