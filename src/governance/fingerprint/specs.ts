import type { Metric } from "../../catalog/index.ts";
import { accessDoc } from "./access.ts";
import { type Doc, digestOf } from "./doc.ts";
import type { Part } from "./fingerprint.ts";
import type { Reading } from "./reading.ts";
import { shapeOf } from "./shape.ts";
import { valueOf } from "./value.ts";

/** A way to take fingerprints. Once something is signed by it, it stays what it is: what should differ is another one. */
export interface Spec {
  /** `fp/1`: what is taken by it begins so. */
  readonly name: string;
  /** Definitions and what has to come of them, which are part of it. */
  readonly vectors: string;
  /** What is hashed for each part of a metric. */
  partsOf(reading: Reading, metric: Metric): Readonly<Record<Part, Doc>>;
  /** 64 hex digits each: of the parts, and of what signatures are bound to. */
  hashesOf(reading: Reading, metric: Metric): Hashes;
}

export interface Hashes {
  readonly parts: Readonly<Record<Part, string>>;
  readonly certified: string;
}

export const FP_1: Spec = {
  name: "fp/1",
  vectors: "schema/fingerprint-vectors.json",
  partsOf: (reading, metric) => ({
    value: valueOf(reading, metric).doc,
    access: accessDoc(reading, metric),
    shape: shapeOf(reading, metric).doc,
    meta: metaDoc(metric),
  }),
  hashesOf(reading, metric) {
    const { type, grains, doc } = shapeOf(reading, metric);
    const value = valueOf(reading, metric).hash;
    const access = digestOf(accessDoc(reading, metric));
    return {
      parts: { value, access, shape: digestOf(doc), meta: digestOf(metaDoc(metric)) },
      certified: digestOf({ access, grains, spec: "fp/1", type, unit: metric.unit, value }),
    };
  },
};

/** Every one that this program knows, the newest last: by that one new events are signed, and the lock is written. */
export type Specs = readonly [...older: readonly Spec[], newest: Spec];
export const SPECS: Specs = [FP_1];

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
