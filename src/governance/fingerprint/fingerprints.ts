import type { Catalog, Metric } from "../../catalog/index.ts";
import type { Doc } from "./doc.ts";
import type { Fingerprint, Part } from "./fingerprint.ts";
import { type Reading, readingOf } from "./reading.ts";
import { SPECS, type Spec, type Specs } from "./specs.ts";
import { metricOf } from "./value.ts";

/** Of every metric, by name, in the catalog's order. The catalog is whole and free of errors. */
export function fingerprintsOf(catalog: Catalog, specs: Specs = SPECS): ReadonlyMap<string, Fingerprint> {
  const taken = fingerprints.get(specs) ?? new WeakMap<Catalog, ReadonlyMap<string, Fingerprint>>();
  fingerprints.set(specs, taken);
  let known = taken.get(catalog);
  if (!known) {
    const reading = readingFor(catalog);
    known = new Map([...catalog.metrics].map(([name, metric]) => [name, fingerprintOf(reading, metric, specs)]));
    taken.set(catalog, known);
  }
  return known;
}

/** What is hashed for each part of one metric, by the newest specification. */
export function partsOf(catalog: Catalog, metric: string): Readonly<Record<Part, Doc>> {
  const reading = readingFor(catalog);
  return newestOf(SPECS).partsOf(reading, metricOf(reading, metric));
}

export function readingFor(catalog: Catalog): Reading {
  let known = readings.get(catalog);
  if (!known) readings.set(catalog, (known = readingOf(catalog)));
  return known;
}

const fingerprints = new WeakMap<Specs, WeakMap<Catalog, ReadonlyMap<string, Fingerprint>>>();
const readings = new WeakMap<Catalog, Reading>();

function fingerprintOf(reading: Reading, metric: Metric, specs: Specs): Fingerprint {
  const taken = (spec: Spec) => {
    const { parts, certified } = spec.hashesOf(reading, metric);
    return { parts, certified: `${spec.name}:sha256:${certified}` };
  };
  const older = specs.slice(0, -1).map((spec) => taken(spec).certified);
  const newest = taken(newestOf(specs));
  const { name, id, version } = metric;
  return { metric: name, id, version, ...newest, bySpec: [...older, newest.certified] };
}

function newestOf(specs: Specs): Spec {
  const newest = specs.at(-1);
  if (!newest) throw new Error("unreachable: there is a specification");
  return newest;
}
