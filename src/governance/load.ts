import { existsSync } from "node:fs";
import path from "node:path";
import { type Catalog, findVersion, type MetricUse } from "../catalog/index.ts";
import { type Compiled, loadCatalog } from "../compile/index.ts";
import { compareText } from "../std/index.ts";
import { withSignedDeprecations } from "./deprecation.ts";
import { foldLedger, type Ledger } from "./ledger/fold.ts";
import { readTree } from "./read-tree.ts";
import type { GovernedTree } from "./tree.ts";
import { distrust, distrusted } from "./trust.ts";
import { readUsage, type Usage, type UsageRecord } from "./usage/usage.ts";

/** What lies beside the folder of definitions and says what each metric is worth. */
export function governanceFolder(definitions: string): string {
  return path.join(path.dirname(path.resolve(definitions)), "governance");
}

/**
 * Reads every definition below a folder, and computes from the signed events beside it what each metric is worth at a
 * moment: a status that a file claims counts for nothing. Where nothing governs, nothing is certified.
 *
 * @param trustRoot Digest of the first policy that is trusted; null: any
 */
export function loadGoverned(definitions: string, now: Date, trustRoot: string | null): Compiled {
  if (!existsSync(path.join(governanceFolder(definitions), "policy.yaml"))) return loadCatalog(definitions);
  const tree = readTree(definitions);
  return { catalog: governedCatalog(tree, now, trustRoot)?.catalog ?? null, diagnostics: tree.diagnostics };
}

/**
 * The definitions of a tree with all that was signed of them, and the events as they were judged; none count where nobody
 * trusts the rules.
 *
 * @returns null: the definitions do not load
 */
export function governedCatalog(
  tree: GovernedTree,
  now: Date,
  trustRoot: string | null,
): { readonly catalog: Catalog; readonly judged: Ledger["judged"] } | null {
  const catalog = tree.catalog && withUses(tree.catalog, readUsage(tree.files));
  if (!catalog) return null;
  const { certifications, judged } = foldLedger({ ...tree, metrics: catalog.metrics, now, isNew: () => false });
  const problem = tree.files.has("governance/policy.yaml") ? distrust(tree.files, trustRoot, now) : null;
  if (problem) {
    return { catalog: { ...catalog, certifications: distrusted(certifications, problem) }, judged: new Map() };
  }
  return { catalog: { ...withSignedDeprecations(catalog, judged), certifications }, judged };
}

/** Each client once, in order of their names, with the day that it asked last on. */
function withUses(catalog: Catalog, usage: Usage | null): Catalog {
  if (!usage) return catalog;
  // A version that lives no more was what the name meant.
  const uses = Map.groupBy(
    usage.records,
    (one) => findVersion(catalog.metrics, one.metric, one.version)?.name ?? one.metric,
  );
  const lastByClient = (records: readonly UsageRecord[]): readonly MetricUse[] =>
    [...Map.groupBy(records, ({ client }) => client)]
      .map(([client, all]) => ({
        client,
        lastSeen:
          all
            .map(({ lastSeen }) => lastSeen)
            .sort()
            .at(-1) ?? "",
      }))
      .sort((a, b) => compareText(a.client, b.client));
  return { ...catalog, uses: new Map([...uses].map(([metric, records]) => [metric, lastByClient(records)])) };
}
