import type { Catalog } from "../catalog/index.ts";
import { createDirect, type Direct } from "./direct.ts";
import { buildSchema } from "./schema.ts";
import { createYogaServer } from "./yoga.ts";

interface Door {
  readonly direct: Direct;
  /** Takes what `direct` leaves. */
  readonly server: ReturnType<typeof createYogaServer>;
}

/**
 * One server of GraphQL for each set of names that somebody sees: with a schema, parsed documents and validation results
 * of its own, because those that hold for one set tell another about names that it does not see.
 */
export function createDoors(): (catalog: Catalog) => Door {
  const doors = new WeakMap<Catalog, Door>();
  return (catalog) => {
    const known = doors.get(catalog);
    if (known) return known;
    const schema = buildSchema({ catalog });
    const door = { direct: createDirect(schema), server: createYogaServer(schema) };
    doors.set(catalog, door);
    return door;
  };
}
