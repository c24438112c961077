import type { Finding } from "../finding.ts";

interface Rule {
  readonly severity: Finding["severity"];
  /** What it is about, in one sentence that stands alone. */
  readonly about: string;
}

/** Every rule that a finding may break. `governance/policy.yaml` of the base may set another severity. */
export const RULES = {
  // The definitions themselves.
  YAML_INVALID: { severity: "error", about: "A file is not the YAML that definitions are written in." },
  NAME_NOT_ASCII: { severity: "error", about: "A name holds letters that look like others." },
  CYCLE: { severity: "error", about: "A metric is computed from itself." },
  DEFINITION_INVALID: { severity: "error", about: "A definition does not load." },
  OWNER_UNKNOWN: { severity: "error", about: "A metric is owned by a team that does not exist or has no member." },
  DUPLICATE_SEMANTICS: { severity: "warning", about: "Two metrics mean the same." },
  NAME_RESERVED: { severity: "error", about: "A name belonged to a metric that was retired." },

  // What was signed, and whether it still holds.
  CLAIM_UNSUPPORTED: { severity: "error", about: "A definition claims a certification that nobody signed." },
  CERT_STALE: { severity: "error", about: "A metric means something else than what was signed." },
  CERT_EXPIRED: { severity: "error", about: "A certification has run out." },
  CERT_EXPIRES_SOON: { severity: "warning", about: "A certification runs out within 30 days." },
  CERT_POSTDATED: { severity: "error", about: "An event is issued on a day to come." },
  CERT_VALIDITY_TOO_LONG: { severity: "error", about: "A certification holds for longer than the policy allows." },
  CERT_ON_UNCERTIFIED: { severity: "error", about: "A certified metric is computed from one that is not." },
  CERT_INCOMPLETE: { severity: "error", about: "A metric lacks what a certified one must say of itself." },
  SIGNATURE_INVALID: { severity: "error", about: "A signature does not verify." },
  SIGNER_NOT_VALID_NOW: { severity: "error", about: "Whoever signed holds no key that is valid." },
  APPROVAL_UNSIGNED: { severity: "error", about: "An approval is a bare name where signatures are demanded." },
  QUORUM_NOT_MET: { severity: "error", about: "Approvals are lacking." },
  EMERGENCY_TOO_OFTEN: { severity: "error", about: "A metric had more emergency certifications than allowed." },
  EVENT_INVALID: { severity: "error", about: "An event cannot be read or does not follow the one before." },
  MIGRATION_MIXED: {
    severity: "error",
    about: "Fingerprints are migrated, and something else changes with them.",
  },
  LEDGER_REWRITTEN: { severity: "error", about: "An event that was merged has been edited or removed." },
  EVIDENCE_CHANGED: { severity: "error", about: "Evidence is not what was signed." },
  EVIDENCE_MISSING: { severity: "error", about: "An event names evidence that is not there." },
  TEST_FAILED: { severity: "error", about: "A test of a metric that is to be certified fails, or was not run." },
  TEST_CASE_MISSING: {
    severity: "error",
    about: "No test shows a case that the numbers of a metric can go wrong in.",
  },
  MUTANT_SURVIVES: { severity: "error", about: "A wrong definition passes all tests of a metric." },
  CONTRACT_MISSING: { severity: "error", about: "A source of a metric has no contract." },
  CONTRACT_BROKEN: { severity: "error", about: "A contract does not promise what a metric reads." },
  IMPACT_MISSING: { severity: "error", about: "Nobody has measured how the numbers of a certified metric change." },
  CERT_OUTLIVES_INPUT: { severity: "error", about: "A certification holds for longer than that of an input." },
  EVIDENCE_MISMATCH: { severity: "error", about: "Evidence is about another change." },

  // What a change does.
  METRIC_REMOVED_IN_USE: { severity: "error", about: "A metric that is asked for was removed." },
  REMOVED_WITHOUT_DEPRECATION: { severity: "error", about: "A metric was removed that was never deprecated." },
  SUNSET_NOT_REACHED: { severity: "error", about: "A metric was removed before the day that was promised." },
  SUNSET_TOO_SOON: { severity: "error", about: "A deprecation leaves less time than the policy promises." },
  USAGE_UNKNOWN: { severity: "error", about: "No record tells whether a removed metric is in use." },
  LIFECYCLE_MISMATCH: {
    severity: "error",
    about: "A definition says otherwise than its owners signed how long a metric stays.",
  },
  BREAKING_CHANGE: { severity: "error", about: "A certified metric changes in a way that breaks its callers." },
  GROUPS_CHANGED: { severity: "error", about: "Numbers of a certified metric by a dimension can differ." },
  ACCESS_CHANGED: { severity: "error", about: "Who sees what of a certified metric differs." },
  GROUPED_ACCESS_CHANGED: {
    severity: "warning",
    about: "Who sees what of a certified metric by a dimension differs.",
  },
  OWNER_CHANGED: { severity: "warning", about: "A certified metric changes hands." },
  DEFAULT_VERSION_MOVED: { severity: "error", about: "A bare name means another version than before." },
  RESTATES_CLOSED_PERIOD: { severity: "warning", about: "Numbers of periods that were reported differ." },
  LOCK_OUTDATED: { severity: "error", about: "metrics.lock is not what the definitions say." },

  // The rules themselves.
  POLICY_CHANGE_UNAPPROVED: {
    severity: "error",
    about: "Rules, teams or keys change without the council of the base.",
  },
  CONFIG_LOOSENED: { severity: "error", about: "A rule was made milder." },
  TRUST_ROOT_UNKNOWN: { severity: "error", about: "The rules do not descend from the ones that are trusted." },
} as const satisfies Record<string, Rule>;

export type RuleCode = keyof typeof RULES;

export function isRule(code: string): code is RuleCode {
  return Object.hasOwn(RULES, code);
}
