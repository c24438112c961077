/** The log of every decision: who asked what, and what came of it, in lines that cannot be changed unnoticed. See ARCHITECTURE.md. */
export { type CheckpointOptions } from "./checkpoint.ts";
export { type Line as AuditLine } from "./line.ts";
export { AuditError, type AuditLog, type AuditOptions, openAuditLog } from "./log.ts";
export { auditLines } from "./read.ts";
export type { Decision, FilterRecord, MetricRecord, PrincipalRecord, QuestionRecord } from "./record.ts";
export { bounded, boundedList, refusedCredential } from "./record.ts";
export { lastAuditLines } from "./show.ts";
export { type AuditFinding, type Verified, type VerifyOptions, verifyAuditLog } from "./verify.ts";
