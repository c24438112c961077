import type { Principal } from "../../identity/index.ts";

/** What the page says of who asks: nothing that their credential does not say. */
export interface WhoAsks {
  readonly kind: Principal["kind"];
  readonly name: string;
  readonly roles: readonly string[];
  /** Of the catalog as they see it. */
  readonly catalogVersion: string;
  /** Why the definitions that lie there are not served; in full for the operator, who wrote them, and for the role `monitoring` where: null for all others. */
  readonly definitionsProblem: string | null;
}

export function whoAsks(principal: Principal, catalogVersion: string, definitionsProblem: string | null): WhoAsks {
  const { kind, name } = principal;
  return { kind, name, roles: principal.kind === "user" ? principal.roles : [], catalogVersion, definitionsProblem };
}
