import type { Principal } from "../../identity/index.ts";

/** What the page says of who asks: nothing that their credential does not say. */
export interface WhoAsks {
  readonly kind: Principal["kind"];
  readonly name: string;
  readonly roles: readonly string[];
  /** Of the catalog as they see it. */
  readonly catalogVersion: string;
}

export function whoAsks(principal: Principal, catalogVersion: string): WhoAsks {
  const { kind, name } = principal;
  return { kind, name, roles: principal.kind === "user" ? principal.roles : [], catalogVersion };
}
