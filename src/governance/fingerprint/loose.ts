import type { Catalog } from "../../catalog/index.ts";
import { metricsBelow } from "../../catalog/index.ts";
import { type Doc, digestOf, sortedDocs } from "./doc.ts";
import { readingFor } from "./fingerprints.ts";
import { valueOf } from "./value.ts";

/**
 * By metric, a hash that two metrics share which probably count the same: the order of operands, `count(1)` for
 * `count(*)` and casts to what a column is already make no difference. For warnings only: signatures are bound to the
 * strict form.
 */
export function looseValuesOf(catalog: Catalog): ReadonlyMap<string, string> {
  const reading = readingFor(catalog);
  const found = new Map<string, string>();
  const byStrict = new Map<string, string>();
  for (const metric of catalog.metrics.values()) {
    for (const one of metricsBelow(catalog, metric)) {
      if (found.has(one.name)) continue;
      const { doc, hash } = valueOf(reading, one);
      const loose = digestOf(loosened(doc, (text) => byStrict.get(text)));
      found.set(one.name, loose);
      byStrict.set(hash, loose);
    }
  }
  return new Map([...catalog.metrics.keys()].map((name) => [name, found.get(name) ?? ""]));
}

type Mapping = { readonly [key: string]: Doc };

/** Lists that were in the order of their strict forms. */
const UNORDERED: ReadonlySet<string> = new Set(["filters", "where"]);

/** What a hash is to be replaced by. */
type Names = (text: string) => string | undefined;

function loosened(doc: Doc, names: Names): Doc {
  if (typeof doc === "string") return names(doc) ?? doc;
  if (typeof doc !== "object" || doc === null) return doc;
  if (isList(doc)) {
    const items = doc.map((item) => loosened(item, names));
    return items.some((item, i) => item !== doc[i]) ? items : doc;
  }
  const { inputs } = doc;
  if (isMapping(inputs)) return withInputs(doc, inputs, names);
  // What stays as it is stays the same object, whose text may be known.
  let members: { [key: string]: Doc } | null = null;
  for (const key of Object.keys(doc)) {
    const value = doc[key] ?? null;
    const plain = loosened(value, names);
    const loose = UNORDERED.has(key) && isList(plain) ? sortedDocs(plain) : plain;
    if (loose !== value) (members ??= { ...doc })[key] = loose;
  }
  return folded(members ?? doc);
}

/** Expressions name their inputs by hashes of what those are, which are loosened first. */
function withInputs({ inputs: _, ...doc }: Mapping, inputs: Mapping, names: Names): Doc {
  const loose = Object.entries(inputs).map(([hash, input]) => ({ hash, input: loosened(input, names) }));
  const own = new Map(loose.map(({ hash, input }) => [hash, digestOf(input)]));
  const all: Names = (text) => own.get(text) ?? names(text);
  return { rest: loosened(doc, all), with: sortedDocs(loose.map(({ input }) => input)) };
}

const COMMUTATIVE: ReadonlySet<Doc> = new Set(["and", "or", "+", "*", "=", "<>", "greatest", "least"]);
const MIRRORED: ReadonlyMap<Doc, string> = new Map([
  [">", "<"],
  [">=", "<="],
]);

function folded(doc: Mapping): Doc {
  const { call = null, args, cast, arg, aggregation, value } = doc;
  if (args !== undefined && isList(args)) {
    if (COMMUTATIVE.has(call)) return { ...doc, args: sortedDocs(args.flatMap((one) => sameCall(one, call) ?? [one])) };
    const mirrored = MIRRORED.get(call);
    if (mirrored !== undefined) return { args: args.toReversed(), call: mirrored };
    if (call === "in") return { ...doc, args: [...args.slice(0, 1), ...sortedDocs(args.slice(1))] };
  }
  if (cast !== undefined && isMapping(arg) && arg["type"] === cast) return arg;
  const counted = aggregation === "count" && isMapping(value) ? value["literal"] : null;
  return counted === null || counted === undefined ? doc : { ...doc, value: "every row" };
}

/** `a + (b + c)`: the operands of the inner sum. Comparisons are not chained. */
function sameCall(doc: Doc, call: Doc): readonly Doc[] | null {
  if (!isMapping(doc) || doc["call"] !== call || call === "=" || call === "<>") return null;
  const { args } = doc;
  return args !== undefined && isList(args) ? args : null;
}

function isList(doc: Doc): doc is readonly Doc[] {
  return Array.isArray(doc);
}

function isMapping(doc: Doc | undefined): doc is Mapping {
  return typeof doc === "object" && doc !== null && !Array.isArray(doc);
}
