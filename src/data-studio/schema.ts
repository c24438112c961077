import type { Catalog } from "../catalog/index.ts";
import { identityDigestOf, type Principal } from "../identity/index.ts";
import { canonicalJson, sha256 } from "../std/index.ts";
import { parseConfig } from "./config-params.ts";
import { fieldsFor } from "./fields.ts";
import type { SchemaReply } from "./protocol.ts";

/**
 * @param catalog As the principal sees it.
 * @throws Refusal as `fieldsFor` and `parseConfig` do
 */
export function schemaFor(catalog: Catalog, principal: Principal, configParams: unknown): SchemaReply {
  const fields = fieldsFor(catalog, parseConfig(configParams)).map(({ field }) => field);
  return { catalogVersion: catalogVersionOf(catalog, principal), fields };
}

/** Another for other definitions, policies included, and wherever what policies read of a principal is another. */
function catalogVersionOf({ version }: Catalog, principal: Principal): string {
  return sha256(canonicalJson([version, identityDigestOf(principal)])).slice(0, 16);
}
