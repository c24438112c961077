import type { Catalog } from "../../catalog/index.ts";
import type { Access } from "../../policy/index.ts";
import type { Names } from "../names.ts";

/** What every builder of one plan shares. */
export interface PlanContext {
  readonly catalog: Catalog;
  readonly timeZone: string;
  readonly names: Names;
  /** What of each model may be read for the metric, or the values, being built. */
  readonly access: Access;
}
