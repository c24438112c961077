import type { Catalog, Metric } from "../../catalog/index.ts";
import { accessDoc } from "./access.ts";
import { type Doc, digestOf } from "./doc.ts";
import type { Fingerprint, Part } from "./fingerprint.ts";
import { type Reading, readingOf } from "./reading.ts";
import { shapeOf } from "./shape.ts";
import { metricOf, valueOf } from "./value.ts";

/** Of every metric, by name, in the catalog's order. The catalog is whole and free of errors. */
export function fingerprintsOf(catalog: Catalog): ReadonlyMap<string, Fingerprint> {
  let known = fingerprints.get(catalog);
  if (!known) {
    const reading = readingFor(catalog);
    known = new Map([...catalog.metrics].map(([name, metric]) => [name, fingerprintOf(reading, metric)]));
    fingerprints.set(catalog, known);
  }
  return known;
}

/** What is hashed for each part of one metric. */
export function partsOf(catalog: Catalog, metric: string): Readonly<Record<Part, Doc>> {
  const reading = readingFor(catalog);
  const of = metricOf(reading, metric);
  return {
    value: valueOf(reading, of).doc,
    access: accessDoc(reading, of),
    shape: shapeOf(reading, of).doc,
    meta: metaDoc(of),
  };
}

export function readingFor(catalog: Catalog): Reading {
  let known = readings.get(catalog);
  if (!known) readings.set(catalog, (known = readingOf(catalog)));
  return known;
}

const fingerprints = new WeakMap<Catalog, ReadonlyMap<string, Fingerprint>>();
const readings = new WeakMap<Catalog, Reading>();

function fingerprintOf(reading: Reading, metric: Metric): Fingerprint {
  const { type, grains, doc } = shapeOf(reading, metric);
  const value = valueOf(reading, metric).hash;
  const access = digestOf(accessDoc(reading, metric));
  const certified = digestOf({ access, grains, spec: "fp/1", type, unit: metric.unit, value });
  return {
    metric: metric.name,
    id: metric.id,
    version: metric.version,
    parts: { value, access, shape: digestOf(doc), meta: digestOf(metaDoc(metric)) },
    certified: `fp/1:sha256:${certified}`,
  };
}

/** What people read of it, and who answers for it. */
function metaDoc(metric: Metric): Doc {
  return {
    certification: metric.certificationClaim,
    description: metric.description,
    format: metric.format,
    label: metric.label,
    owner: metric.owner && { business: metric.owner.business, technical: metric.owner.technical },
    replacedBy: metric.replacedBy,
    sunset: metric.sunset,
    tags: metric.tags,
    tier: metric.tier,
  };
}
