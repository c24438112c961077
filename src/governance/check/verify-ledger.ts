import { compareText } from "../../std/index.ts";
import { foldLedger } from "../ledger/fold.ts";
import type { GovernedTree } from "../tree.ts";
import { distrust } from "../trust.ts";

/** What does not follow from what is trusted. */
export interface BrokenLink {
  readonly path: string;
  /** One sentence. */
  readonly message: string;
}

export interface VerifiedLedger {
  readonly metrics: number;
  readonly events: number;
  /** In the order of paths, what the rules rest on first; only the first of each chain, since the rest rests on it. */
  readonly broken: readonly BrokenLink[];
}

/**
 * Whether every event follows the one before it, verifies, and was issued under rules that are known, and whether those rules
 * descend from the first. What approvals are lacking is another question.
 *
 * @param trustRoot Digest of the first policy that is trusted; null: any
 */
export function verifyLedger(tree: GovernedTree, trustRoot: string | null, now: Date): VerifiedLedger {
  const root = distrust(tree.files, trustRoot, now);
  const { judged } = foldLedger({ ...tree, metrics: tree.catalog?.metrics ?? new Map(), now, isNew: () => false });
  const unread = tree.brokenEvents.map(({ file, metric, problem }) => ({
    metric,
    path: file.path,
    message: `It cannot be read: ${problem}.`,
  }));
  const unsound = [...judged].flatMap(([metric, events]) =>
    events.flatMap(({ file, problems }) => {
      const wrong = problems.find(({ isFatal }) => isFatal);
      return wrong ? [{ metric, path: file.file.path, message: wrong.message }] : [];
    }),
  );
  const firsts = new Map<string, BrokenLink>();
  for (const { metric, ...link } of [...unread, ...unsound].toSorted((a, b) => compareText(a.path, b.path))) {
    if (!firsts.has(metric)) firsts.set(metric, link);
  }
  return {
    metrics: new Set([...judged.keys(), ...tree.brokenEvents.map(({ metric }) => metric)]).size,
    events: [...judged.values()].reduce((sum, events) => sum + events.length, 0) + tree.brokenEvents.length,
    broken: [...(root ? [{ path: root.path, message: root.message }] : []), ...firsts.values()],
  };
}
