import { Refusal } from "../diagnostics/index.ts";
import type { Principal } from "../identity/index.ts";
import type { ResolvedQuery } from "../request/index.ts";

declare const authorized: unique symbol;

/** Row and field policy applied. Only `authorize` makes one; the planner takes nothing else. */
export type AuthorizedQuery = ResolvedQuery & { readonly [authorized]: true };

/** Decides what of a question the principal may see. The operator sees every row and field. */
export function authorize(query: ResolvedQuery, principal: Principal): AuthorizedQuery {
  switch (principal.kind) {
    case "operator":
      return query as AuthorizedQuery;
    case "user":
      throw new Refusal("NOT_SUPPORTED", "Nothing is granted to anybody but the operator yet.");
  }
}
