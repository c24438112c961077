import type { Mask } from "../catalog/index.ts";
import type { Expr } from "../expression/index.ts";

/** What of one model the rows of one metric, or of one list of values, may be read from. */
export interface ModelAccess {
  /** Over the source's columns; null: every row. */
  readonly guard: Expr<string> | null;
  /** By dimension. */
  readonly masks: ReadonlyMap<string, MaskedDimension>;
  /** Groups of fewer rows are left out; null: no such rule. */
  readonly minimumGroupSize: number | null;
}

/** How a row shows the dimension: by the first layer whose condition holds; by nothing where none does. */
export type MaskedDimension = readonly {
  /** null: always. */
  readonly when: Expr<string> | null;
  /** null: the value itself. */
  readonly mask: Mask | null;
}[];

/** By model; a model that is not in it must not be read. */
export type Access = "everything" | ReadonlyMap<string, ModelAccess>;

/** @throws Error for a model that the decision did not look at: our mistake, and never a reason to read on. */
export function accessTo(access: Access, model: string): ModelAccess {
  if (access === "everything") return EVERYTHING;
  const found = access.get(model);
  if (!found) throw new Error(`Nothing was decided about model "${model}"; refusing to read it.`);
  return found;
}

/** Whether a value may be missing because its group is too small; what is suppressed is not zero. */
export function hidesSmallGroups(access: Access): boolean {
  return access !== "everything" && [...access.values()].some(({ minimumGroupSize }) => minimumGroupSize !== null);
}

const EVERYTHING: ModelAccess = { guard: null, masks: new Map(), minimumGroupSize: null };
