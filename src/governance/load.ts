import { existsSync } from "node:fs";
import path from "node:path";
import { type Compiled, loadCatalog } from "../compile/index.ts";
import { withSignedDeprecations } from "./deprecation.ts";
import { foldLedger } from "./ledger/fold.ts";
import { readTree } from "./read-tree.ts";
import { distrust, distrusted } from "./trust.ts";

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
  const { catalog, diagnostics } = tree;
  if (!catalog) return { catalog, diagnostics };
  const { certifications, judged } = foldLedger({ ...tree, metrics: catalog.metrics, now, isNew: () => false });
  const problem = distrust(tree.files, trustRoot, now);
  if (problem) return { catalog: { ...catalog, certifications: distrusted(certifications, problem) }, diagnostics };
  return { catalog: { ...withSignedDeprecations(catalog, judged), certifications }, diagnostics };
}
