/** What `import … from "assay"` offers: definitions to catalog, a warehouse, and the engine that answers over both. */
export type { Catalog, Dialect, Metric, Model } from "./catalog/index.ts";
export { type Compiled, loadCatalog } from "./compile/index.ts";
export { type Diagnostic, Refusal, type RefusalCode } from "./diagnostics/index.ts";
export {
  type Answer,
  type AnswerColumn,
  type AnswerStream,
  createEngine,
  type Engine,
  type Explanation,
  type Pending,
  type Provenance,
  type QueryOptions,
} from "./engine/index.ts";
export { OPERATOR, type Principal } from "./identity/index.ts";
export type { QueryRequest } from "./request/index.ts";
export { openWarehouse, type Warehouse, WarehouseError } from "./warehouse/index.ts";
