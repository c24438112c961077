/**
 * Who may say that a metric is right, and whether they did: fingerprints, signed events, what a change does to them.
 * Imports every room above it. See ARCHITECTURE.md and docs/governance.md.
 */

export { type Approved, approve } from "./act/approve.ts";
export { certify, foldTree } from "./act/certify.ts";
export { ActError, nextEvent } from "./act/draft.ts";
export { migrateFingerprints } from "./act/migrate.ts";
export { approvePolicy, proposePolicy } from "./act/policy.ts";
export { addVersion, raiseVersion } from "./act/version.ts";
export type { MetricChange } from "./change/change.ts";
export { changesBetween } from "./change/diff.ts";
export { type CheckInput, checkTree } from "./check/check.ts";
export { verifyLedger } from "./check/verify-ledger.ts";
export { tryNewlyCertified } from "./demands/newly-certified.ts";
export { dictionaryOf, PAGES_FOLDER, WRITTEN } from "./dictionary/dictionary.ts";
export { type Difference, firstDifferences } from "./fingerprint/explain.ts";
export { type Fingerprint, PARTS, type Part } from "./fingerprint/fingerprint.ts";
export { fingerprintsOf, partsOf } from "./fingerprint/fingerprints.ts";
export { codeowners, organisationOf } from "./github/codeowners.ts";
export { ruleset } from "./github/ruleset.ts";
export { evidenceFile, evidenceOfImpact, redacted, reportOfImpact, restatedBy } from "./impact/document.ts";
export { type Impact, measureImpact } from "./impact/measure.ts";
export { dayOf, isDay } from "./ledger/day.ts";
export type { EventType, LedgerEvent } from "./ledger/event.ts";
export { POLICY_FILE } from "./ledger/policy-chain.ts";
export { eventPath, printEvent } from "./ledger/print-event.ts";
export { SigningError } from "./ledger/ssh/sign.ts";
export { type Dependants, dependantsOf } from "./lineage/dependants.ts";
export { lineageOf } from "./lineage/graph.ts";
export { lineageJson, lineageMermaid, lineageText } from "./lineage/print.ts";
export { governanceFolder, loadGoverned } from "./load.ts";
export { lockTextOf } from "./lock.ts";
export { readTree, treeAt } from "./read-tree.ts";
export { type Published, publishRegistry, registryScript } from "./registry/publish.ts";
export { registryRows } from "./registry/rows.ts";
export { reportGithub } from "./report/github.ts";
export { impactDocument, impactMarkdown, unmeasuredMarkdown } from "./report/impact.ts";
export { reportJson } from "./report/json.ts";
export { reportMarkdown } from "./report/markdown.ts";
export type { Consumer, GovernanceReport } from "./report/report.ts";
export { reportSarif } from "./report/sarif.ts";
export { impactText, reportText } from "./report/text.ts";
export {
  CannotTellError,
  commitOf,
  committedAt,
  filesOf,
  mergeBaseOf,
  openRepository,
  type Repository,
} from "./repository.ts";
export type { GovernedTree } from "./tree.ts";
export { TRUST_ROOT } from "./trust.ts";
export { consumersOf } from "./usage/consumers.ts";
export { mergeMonth, type RolledUp, rollUp, UnsoundLogError } from "./usage/roll-up.ts";
export { printUsage, readMonth, readUsage, recentUses, type UsageMonth } from "./usage/usage.ts";
