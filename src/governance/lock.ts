import type { Catalog, Metric, Model } from "../catalog/index.ts";
import { coordinateOf, inputsOf, isDefaultVersion } from "../catalog/index.ts";
import type { SourceFile, Span } from "../diagnostics/index.ts";
import { metricUses } from "../policy/index.ts";
import { compareText } from "../std/index.ts";
import { contractDigest } from "./evidence.ts";
import { policyDoc } from "./fingerprint/access.ts";
import { type Doc, digestOf, sortedDocs } from "./fingerprint/doc.ts";
import { ownDoc } from "./fingerprint/element.ts";
import { columnDoc, keyDoc, valueDoc } from "./fingerprint/expression.ts";
import type { Fingerprint } from "./fingerprint/fingerprint.ts";
import { readingFor } from "./fingerprint/fingerprints.ts";
import { calendarDoc, relationDoc } from "./fingerprint/reading.ts";
import type { GovernedTree } from "./tree.ts";

const KINDS = ["calendar", "metric", "policy", "source"] as const;

/**
 * One line of `metrics.lock`: what one definition comes to, and what it is made of. Its git diff shows how far a change
 * reaches. There is no line of a macro: what authors share is a measure of a model, and so part of its source.
 */
export interface LockEntry {
  readonly kind: (typeof KINDS)[number];
  readonly name: string;
  /** Of metrics; null: the thing has none. */
  readonly version: number | null;
  /** By what they cover: `value`, `access`, `shape`, `contract`; 64 hex digits each. */
  readonly digests: ReadonlyMap<string, string>;
  /** Such as `metric:refunds`, `rls:orders`, `source:orders`, sorted. */
  readonly madeOf: readonly string[];
}

export interface LockProblem {
  readonly message: string;
  readonly span: Span;
}

/**
 * One entry a metric, source (model), calendar and policy, sorted.
 *
 * @param contracts Digests of the contracts by the source that they are of: what holds them to the models outside.
 */
export function lockOf(
  catalog: Catalog,
  fingerprints: ReadonlyMap<string, Fingerprint>,
  contracts: ReadonlyMap<string, string> = new Map(),
): readonly LockEntry[] {
  const reading = readingFor(catalog);
  const plain = (
    kind: LockEntry["kind"],
    name: string,
    digests: readonly (readonly [string, string])[],
  ): LockEntry => ({
    kind,
    name,
    version: null,
    digests: new Map(digests),
    madeOf: [],
  });
  const entries = [
    ...catalog.calendars.map((calendar) =>
      plain("calendar", calendar.name, [["value", digestOf(calendarDoc(calendar))]]),
    ),
    ...[...catalog.metrics.values()].flatMap((metric) => {
      const fingerprint = fingerprints.get(metric.name);
      return fingerprint ? [metricEntry(catalog, metric, fingerprint)] : [];
    }),
    ...[...catalog.policies].flatMap(([name, policy]) => {
      const model = catalog.models.get(name);
      return model ? [plain("policy", name, [["access", digestOf(policyDoc(reading, model, policy))]])] : [];
    }),
    ...[...catalog.models.values()].map((model) => {
      const value = digestOf({ model: modelDoc(model), relation: relationDoc(reading, model) });
      const contract = contracts.get(model.name);
      return plain("source", model.name, [["value", value], ...(contract ? [["contract", contract] as const] : [])]);
    }),
  ];
  return entries.toSorted(
    (a, b) => compareText(a.kind, b.kind) || compareText(a.name, b.name) || (a.version ?? 0) - (b.version ?? 0),
  );
}

/** What `metrics.lock` must hold; null where the definitions do not load. */
export function lockTextOf({ catalog, fingerprints, files }: GovernedTree): string | null {
  return catalog && printLock(lockOf(catalog, fingerprints, contractsIn(files)));
}

/** Of `contracts/<source>.odcs.yaml`, by source: what they say, not how it is written. */
function contractsIn(files: GovernedTree["files"]): ReadonlyMap<string, string> {
  const digests = [...files.values()].flatMap((file): readonly (readonly [string, string])[] => {
    const [, source] = /^contracts\/([^/]+)\.odcs\.yaml$/.exec(file.path) ?? [];
    if (source === undefined) return [];
    return [[source, contractDigest(file).slice("sha256:".length)]];
  });
  return new Map(digests);
}

function metricEntry(catalog: Catalog, metric: Metric, { parts, version }: Fingerprint): LockEntry {
  const models = new Set(metricUses(catalog, metric).map(({ model }) => model.name));
  const policies = [...models].filter((model) => catalog.policies.has(model));
  const madeOf = [
    ...inputsOf(metric).map((input) => `metric:${nameIn(catalog, input.metric)}`),
    ...policies.map((model) => `rls:${model}`),
    ...[...models].map((model) => `source:${model}`),
  ];
  return {
    kind: "metric",
    name: metric.id,
    version,
    digests: new Map([
      ["value", parts.value],
      ["access", parts.access],
      ["shape", parts.shape],
    ]),
    madeOf: [...new Set(madeOf)].sort(compareText),
  };
}

/** `revenue`, or what its author calls a version that is not the default: `revenue@1`. */
export function nameIn({ metrics }: Catalog, name: string): string {
  const metric = metrics.get(name);
  return metric && !isDefaultVersion(metric) ? coordinateOf(metric) : name;
}

/** All that metrics can take from a model, by the names it has there. */
function modelDoc(model: Model): Doc {
  const named = <T>(things: ReadonlyMap<string, T>, doc: (thing: T) => Doc): Doc =>
    Object.fromEntries([...things].map(([name, thing]) => [name, doc(thing)]));
  return {
    columns: model.columns && sortedDocs([...model.columns.keys()].map((name) => columnDoc(model, name))),
    dimensions: named(model.dimensions, ({ name }) => ownDoc(model, name)),
    entities: named(model.entities, ({ entity, key, type }) => ({ entity, key: keyDoc(model, key), type })),
    measures: named(model.measures, ({ aggregation, percentile, value, timeDimension, nonAdditive }) => ({
      aggregation,
      nonAdditive: nonAdditive && { ...nonAdditive },
      percentile: percentile && { ...percentile },
      timeDimension,
      value: valueDoc(model, value),
    })),
    primaryKey: model.primaryKey,
    time: model.defaultTime,
  };
}

/** `metric revenue@1 value:… access:… shape:… <- rls:orders source:orders`, one a line. */
export function printLock(entries: readonly LockEntry[]): string {
  return entries.map((entry) => `${lineOf(entry)}\n`).join("");
}

function lineOf({ kind, name, version, digests, madeOf }: LockEntry): string {
  const words = [keyOf({ kind, name, version }), ...[...digests].map((pair) => pair.join(":"))];
  return [...words, ...(madeOf.length > 0 ? ["<-", ...madeOf] : [])].join(" ");
}

/** What the lock says, and every line that says nothing: of a conflict, say, which `assay lock` settles. */
export function parseLock(file: SourceFile): {
  readonly entries: readonly LockEntry[];
  readonly problems: readonly LockProblem[];
} {
  const entries: LockEntry[] = [];
  const problems: LockProblem[] = [];
  const seen = new Set<string>();
  let start = 0;
  for (const written of file.text.split("\n")) {
    const line = written.replace(/\r$/, "");
    const entry = line === "" ? null : entryOf(line);
    const span = { file, start, end: start + line.length };
    start += written.length + 1;
    if (entry === null) continue;
    if (typeof entry === "string") problems.push({ message: entry, span });
    else if (seen.has(keyOf(entry))) problems.push({ message: `A second line of ${keyOf(entry)}.`, span });
    else {
      seen.add(keyOf(entry));
      entries.push(entry);
    }
  }
  return { entries, problems };
}

/** The versions of a metric are things of their own. */
function keyOf({ kind, name, version }: Pick<LockEntry, "kind" | "name" | "version">): string {
  return version === null ? `${kind} ${name}` : `${kind} ${name}@${version}`;
}

/** The entry, or what is wrong with the line. */
function entryOf(line: string): LockEntry | string {
  if (/^(<{7}|={7}|>{7}|\|{7})/.test(line)) return "A merge left a conflict here; run assay lock.";
  const [before = "", after, ...more] = line.split(" <- ");
  const [kindWord = "", named = "", ...digests] = before.split(" ");
  const kind = KINDS.find((known) => known === kindWord);
  if (!kind) return `A line begins with ${KINDS.join(", ")}, not "${kindWord}".`;
  const found = /^([a-z][a-z0-9_]*)(?:@([1-9]\d{0,8}))?$/.exec(named);
  if (!found || (found[2] === undefined) === (kind === "metric") || more.length > 0)
    return `"${named}" is not the name of a ${kind}${kind === "metric" ? " with its version, such as revenue@1" : ""}.`;
  const pairs = digests.map((word) => /^([a-z]+):([0-9a-f]{64})$/.exec(word));
  if (pairs.length === 0 || pairs.includes(null)) return "A digest is written value: and 64 hex digits.";
  return {
    kind,
    name: found[1] ?? "",
    version: found[2] === undefined ? null : Number(found[2]),
    digests: new Map(pairs.flatMap((pair) => (pair ? [[pair[1] ?? "", pair[2] ?? ""] as const] : []))),
    madeOf: after === undefined ? [] : after.split(" "),
  };
}
