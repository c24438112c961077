import type { Span } from "../diagnostics/index.ts";
import type { Expr, PolicyName } from "../expression/index.ts";

/** What a project says of a claim. Values are never converted: one of another type counts as missing. */
export interface ClaimType {
  readonly name: string;
  readonly type: "string" | "int" | "number" | "boolean";
  readonly isList: boolean;
  /** Longest text in UTF-16 code units, longest list; null: the default of `identity`. */
  readonly maxLength: number | null;
  readonly maxItems: number | null;
}

/** A condition on the model's own columns. */
export interface PolicyCondition {
  readonly expr: Expr<PolicyName>;
  readonly text: string;
  readonly span: Span | null;
}

/** Names of columns, dimensions, entities, measures and metrics of the model. */
export type FieldGrant =
  | { readonly kind: "all" }
  | { readonly kind: "only" | "except"; readonly names: ReadonlySet<string> };

export type Mask =
  | { readonly kind: "null" | "hash" | "last_four" | "month" }
  | { readonly kind: "constant"; readonly value: string };

export interface RolePolicy {
  readonly role: string;
  /** null: all rows. */
  readonly rows: PolicyCondition | null;
  readonly fields: FieldGrant;
  /** By dimension. */
  readonly masks: ReadonlyMap<string, Mask>;
  /** Dimensions that every question must narrow. */
  readonly requiredFilters: readonly string[];
  readonly mayExplain: boolean;
}

/** Who may see which rows and fields of a model; whoever it names not sees nothing. */
export interface ModelPolicy {
  readonly model: string;
  /** Everybody with an identity sees every row and field. */
  readonly isPublic: boolean;
  /** Hold for every role. */
  readonly mandatory: readonly PolicyCondition[];
  /** Groups of fewer rows are left out; null: no such rule. */
  readonly minimumGroupSize: number | null;
  readonly roles: ReadonlyMap<string, RolePolicy>;
  readonly span: Span | null;
}
