import type { Catalog } from "../catalog/index.ts";
import { canonicalJson, sha256 } from "../std/index.ts";

/**
 * Digest of the tests beside a metric, as `evidence.tests` of a certification holds it: rows, questions and answers, in the author's
 * order; neither their places in files nor how they are laid out. null: it has none.
 */
export function testsDigest({ tests }: Catalog, metric: string): string | null {
  const own = tests.get(metric) ?? [];
  if (own.length === 0) return null;
  return `sha256:${sha256(canonicalJson(plain(own)))}`;
}

/** Without spans; maps as objects. */
function plain(value: unknown): unknown {
  if (value instanceof Map) return plain(Object.fromEntries(value));
  if (value instanceof Set) return [...value].map(plain);
  if (Array.isArray(value)) return value.map(plain);
  if (typeof value !== "object" || value === null) return typeof value === "number" ? String(value) : value;
  return Object.fromEntries(
    Object.entries(value).flatMap(([key, item]) => (key === "span" || key === "at" ? [] : [[key, plain(item)]])),
  );
}
