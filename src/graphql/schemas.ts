import type { Catalog } from "../catalog/index.ts";
import { definitionsOf } from "../catalog/index.ts";
import { canonicalJson, sha256 } from "../std/index.ts";
import { createDirect, type Direct } from "./direct.ts";
import { buildSchema } from "./schema.ts";
import { createYogaServer } from "./yoga.ts";

interface ServedSchema {
  readonly direct: Direct;
  /** Takes what `direct` leaves. */
  readonly server: ReturnType<typeof createYogaServer>;
}

const MAX_SCHEMAS = 200;

/**
 * One server of GraphQL for each set of names that somebody sees: with a schema, parsed documents and validation results
 * of its own, because those that hold for one set tell another about names that it does not see.
 *
 * With other definitions all of them are new. What is under way keeps the one it began with.
 *
 * @param onDefinitions told the definitions, whole, when they are met for the first time
 */
export function createSchemas(
  onDefinitions: (catalog: Catalog) => void = () => {},
): (catalog: Catalog) => ServedSchema {
  const known = new WeakMap<Catalog, ServedSchema>();
  /** By what is seen, least used first. */
  const schemas = new Map<string, ServedSchema>();
  let definitions: Catalog | null = null;
  return (catalog) => {
    const same = known.get(catalog);
    if (same) return same;
    if (definitions !== definitionsOf(catalog)) {
      schemas.clear();
      definitions = definitionsOf(catalog);
      onDefinitions(definitions);
    }
    const names = namesIn(catalog);
    const served = schemas.get(names) ?? serve(catalog);
    schemas.delete(names);
    schemas.set(names, served);
    for (const oldest of schemas.keys()) if (schemas.size > MAX_SCHEMAS) schemas.delete(oldest);
    known.set(catalog, served);
    return served;
  };
}

function serve(catalog: Catalog): ServedSchema {
  const schema = buildSchema({ catalog });
  return { direct: createDirect(schema), server: createYogaServer(schema) };
}

/** Equal for those who see the same names, whichever roles show them. */
function namesIn({ models, metrics, savedQueries, view }: Catalog): string {
  const hidden = [...(view?.hidden ?? [])].map(([model, names]) => [model, [...names]]);
  const seen = [[...models.keys()], [...metrics.keys()], [...savedQueries.keys()], hidden, view !== undefined];
  return sha256(canonicalJson(seen));
}
