import { type Catalog, restsOn } from "../../catalog/index.ts";

/** Names of all that a number rests on, at any depth and in conditions too; not the metric itself. */
export function allBelow({ metrics }: Catalog, metric: string): readonly string[] {
  const names = new Set([metric]);
  // A set tells what is added while it is gone through.
  for (const name of names) {
    const below = metrics.get(name);
    for (const next of below ? restsOn(below) : []) names.add(next);
  }
  names.delete(metric);
  return [...names];
}
