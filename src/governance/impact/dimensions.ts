import { type Catalog, groupBysOf, type Located, nameOf, reachableFrom } from "../../catalog/index.ts";
import { modelsBelow, type Side } from "./sides.ts";

/** More would make the statement long, and nobody reads them. */
const MOST = 5;

/** How far a dimension may be joined from. */
const HOPS = 1;

/**
 * Categories by which both definitions can be asked, those with declared values first. A dimension that a policy hides
 * or masks for anybody is left out: evidence is read by whoever reads the repository.
 */
export function dimensionsOf(sides: readonly Side[]): readonly string[] {
  const [first, ...others] = sides.map(categoriesOf);
  const shared = [...(first ?? [])].filter(([name]) => others.every((other) => other.has(name)));
  return shared
    .sort(([, a], [, b]) => a - b)
    .slice(0, MOST)
    .map(([name]) => name);
}

/** With their rank: the lower, the sooner they are looked at. */
function categoriesOf({ catalog, metric, ...side }: Side): ReadonlyMap<string, number> {
  const askable = new Set(groupBysOf(catalog, metric).map(({ name }) => name));
  const located = modelsBelow({ catalog, metric, ...side }).flatMap((name) => {
    const model = catalog.models.get(name);
    return model ? reachableFrom(catalog, model, HOPS) : [];
  });
  const hidden = new Set(located.filter((one) => !isOpen(catalog, one)).map(nameOf));
  const ranks = located.flatMap((one): readonly (readonly [string, number])[] => {
    const name = nameOf(one);
    if (one.element.kind !== "dimension" || one.element.dimension.kind !== "categorical") return [];
    if (!askable.has(name) || hidden.has(name)) return [];
    return [[name, one.path.steps.length * 2 + (one.element.dimension.values === null ? 1 : 0)]];
  });
  return new Map(ranks);
}

function isOpen(catalog: Catalog, { path, element }: Located): boolean {
  if (element.kind !== "dimension") return false;
  const owner = path.steps.at(-1)?.to ?? path.base;
  const { name } = element.dimension;
  return [...(catalog.policies.get(owner.name)?.roles.values() ?? [])].every(({ masks, fields }) => {
    if (masks.has(name)) return false;
    return fields.kind === "all" || (fields.kind === "only") === fields.names.has(name);
  });
}
