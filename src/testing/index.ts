/**
 * Runs the tests that authors write beside their metrics, on the embedded engine, and measures how much they notice.
 * Imports std, diagnostics, expression, catalog, identity, request, policy, warehouse, engine. See ARCHITECTURE.md.
 */
export { casesOf, type Pretence, tryCases } from "./cases.ts";
export type { Difference } from "./compare.ts";
export type { MutationReport, Survivor } from "./mutate.ts";
export { questionsOfMutants, tryMutants, tryPolicyMutants } from "./mutate.ts";
export type { PolicyOutcome } from "./policy-tests.ts";
export { runPolicyTests } from "./policy-tests.ts";
export type { Outcome } from "./run.ts";
export { runTests } from "./run.ts";
export { policyTestsOf, unshownRestrictions } from "./viewers.ts";
