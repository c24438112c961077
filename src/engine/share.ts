import { type CanonicalPlan, canonicalPlan } from "../plan/index.ts";
import { authorizationOf } from "../policy/index.ts";
import { canonicalJson, sha256 } from "../std/index.ts";
import type { EngineLimits } from "./engine.ts";
import type { PlannedQuery } from "./plan-query.ts";

/** By what a question is known among all that anybody asks. */
export interface Share {
  /**
   * Equal for questions that have the same rows, whoever asks and however they spell it: what is read and computed, with
   * every value, guard and mask (the canonical plan), the rights to it and the version of the definitions (the digest of
   * the decision), and the limits of an answer. Digests only: no key can be read.
   */
  readonly key: string;
  /** Of each column, in the question's order. Equal texts, equal cells. */
  readonly columns: readonly string[];
}

export function shareOf(
  planned: PlannedQuery,
  limits: EngineLimits | undefined,
  { optimize = true }: { readonly optimize?: boolean },
): Share {
  const { query, plan } = planned;
  let canonical = canonicals.get(planned);
  if (!canonical) canonicals.set(planned, (canonical = canonicalPlan(plan)));
  const { rows, columns } = canonical;
  const { digest } = authorizationOf(query);
  if (!digest) throw new Error("Nothing was decided about a question; refusing to share its answer.");
  // Which columns, not in which order: rows are kept as they came, and each question finds its own cells.
  const shown = [...new Set(columns)].sort();
  return { key: sha256(canonicalJson([digest, rows, shown, limits ?? null, optimize])), columns };
}

/** A plan that is remembered is told once. */
const canonicals = new WeakMap<PlannedQuery, CanonicalPlan>();
