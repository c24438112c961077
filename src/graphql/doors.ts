import type { Catalog } from "../catalog/index.ts";
import { buildSchema } from "./schema.ts";
import { createYogaServer } from "./yoga.ts";

type Door = ReturnType<typeof createYogaServer>;

/**
 * One server of GraphQL for each set of names that somebody sees: with a schema, parsed documents and validation results
 * of its own, because those that hold for one set tell another about names that it does not see.
 */
export function createDoors(): (catalog: Catalog) => Door {
  const doors = new WeakMap<Catalog, Door>();
  return (catalog) => {
    const known = doors.get(catalog);
    if (known) return known;
    const door = createYogaServer(buildSchema({ catalog }));
    doors.set(catalog, door);
    return door;
  };
}
