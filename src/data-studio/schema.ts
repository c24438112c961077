import type { Catalog } from "../catalog/index.ts";
import { canonicalJson, sha256 } from "../std/index.ts";
import { parseConfig } from "./config-params.ts";
import { fieldsFor } from "./fields.ts";
import type { SchemaReply } from "./protocol.ts";

/** @throws Refusal as `fieldsFor` and `parseConfig` do */
export function schemaFor(catalog: Catalog, configParams: unknown): SchemaReply {
  const fields = fieldsFor(catalog, parseConfig(configParams)).map(({ field }) => field);
  return { catalogVersion: catalogVersionOf(catalog), fields };
}

/** Another wherever another set of names is seen. */
export function catalogVersionOf({ version, view, models, metrics, savedQueries }: Catalog): string {
  if (!view) return version;
  const hidden = [...view.hidden].map(([model, names]) => [model, [...names]]);
  const seen = [version, [...models.keys()], hidden, [...metrics.keys()], [...savedQueries.keys()]];
  return sha256(canonicalJson(seen)).slice(0, 16);
}
