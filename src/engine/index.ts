/** The pipeline in one readable function, questions that outlive their caller, and `explain`. See ARCHITECTURE.md. */
export { createEngine } from "./create.ts";
export type * from "./engine.ts";
export type { CacheUse } from "./kept-result.ts";
export type { CacheParts } from "./parts.ts";
export { explainQuery, planQuery } from "./plan-query.ts";
export { createQuotas, type Quotas, type Turn } from "./quotas.ts";
export type { Span, SpanAttributes } from "./trace.ts";
