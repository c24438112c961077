/** The pipeline in one readable function, and `explain`. See ARCHITECTURE.md. */
export { createEngine, explainQuery, planQuery } from "./create.ts";
export type * from "./engine.ts";
export { createQuotas, type Quotas, type Turn } from "./quotas.ts";
