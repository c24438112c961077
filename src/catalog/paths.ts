import type { Catalog } from "./catalog.ts";
import { fieldsOfJoins } from "./joins.ts";
import type { Dimension, Entity, Model } from "./model.ts";
import { definitionsOf, isElementSeen } from "./view.ts";

/** One LEFT join: rows of `from` find at most one row of `to` by an entity both declare. */
export interface JoinStep {
  readonly from: Model;
  /** The entity in `from`; its name is the role that names in queries spell. */
  readonly left: Entity;
  readonly to: Model;
  readonly right: Entity;
}

/** How a model reaches an element: no steps for its own. */
export interface JoinPath {
  readonly base: Model;
  readonly steps: readonly JoinStep[];
}

/** Something rows can be grouped or filtered by. */
export type Element =
  | { readonly kind: "dimension"; readonly dimension: Dimension }
  | { readonly kind: "entity"; readonly entity: Entity };

export interface Located {
  readonly path: JoinPath;
  readonly element: Element;
}

export type Lookup =
  | { readonly kind: "found"; readonly at: Located }
  | { readonly kind: "ambiguous"; readonly candidates: readonly Located[] }
  /** A path exists, but a step of it would multiply rows. */
  | { readonly kind: "fan-out"; readonly path: JoinPath }
  | { readonly kind: "none" };

/**
 * Finds what `entity__entity__element` means, seen from one model: the links are followed one by one, and every step
 * must lead to at most one row. The model's own dimensions carry its primary entity as prefix. Where nothing has that
 * very name, the joins before it may be left out: `user__state` for `listing__user__state`. Exactly one path may fit;
 * never the first or the shortest of several.
 */
export function findElement(catalog: Catalog, base: Model, links: readonly string[], name: string): Lookup {
  // A name means the same to everybody: it is looked up among all definitions, and then it is seen or not.
  if (catalog.view) return seen(catalog, findElement(catalog.view.definitions, base, links, name), name);
  let known = lookups.get(catalog);
  if (!known) lookups.set(catalog, (known = new Map()));
  const key = `${base.name} ${links.join("__")} ${name}`;
  const before = known.get(key);
  if (before) return before;
  const found = lookUp(catalog, base, links, name);
  known.set(key, found);
  return found;
}

function seen(catalog: Catalog, lookup: Lookup, name: string): Lookup {
  switch (lookup.kind) {
    case "none":
      return lookup;
    case "found":
      return isSeen(catalog, lookup.at) ? lookup : { kind: "none" };
    case "fan-out":
      return elementAt(lookup.path, name).some((located) => isSeen(catalog, located)) ? lookup : { kind: "none" };
    case "ambiguous": {
      const [first, second, ...others] = lookup.candidates.filter((candidate) => isSeen(catalog, candidate));
      if (!first) return { kind: "none" };
      return second ? { kind: "ambiguous", candidates: [first, second, ...others] } : { kind: "found", at: first };
    }
  }
}

function isSeen(catalog: Catalog, { path, element }: Located): boolean {
  const name = element.kind === "dimension" ? element.dimension.name : element.entity.name;
  const owner = path.steps.at(-1)?.to ?? path.base;
  return isPathSeen(catalog, path) && isElementSeen(catalog, owner, name);
}

function isPathSeen(catalog: Catalog, path: JoinPath): boolean {
  return fieldsOfJoins(path).every(({ model, name }) => isElementSeen(catalog, model, name));
}

const lookups = new WeakMap<Catalog, Map<string, Lookup>>();

function lookUp(catalog: Catalog, base: Model, links: readonly string[], name: string): Lookup {
  const own = links[0] === base.primaryEntity && base.primaryEntity !== null ? links.slice(1) : links;
  if (own.length === 0) {
    const [element, ...others] = ownElements(base, name, links.length === 0);
    const at = (found: Element): Located => ({ path: { base, steps: [] }, element: found });
    if (element && others.length > 0) return { kind: "ambiguous", candidates: [element, ...others].map(at) };
    if (element) return { kind: "found", at: at(element) };
  }
  const candidates = [
    ...follow(catalog, { base, steps: [] }, links, isOneRow),
    ...(own === links ? [] : follow(catalog, { base, steps: [] }, own, isOneRow)),
  ].flatMap((path) => elementAt(path, name));
  const [first, second] = candidates;
  if (first && !second) return { kind: "found", at: first };
  if (first) return { kind: "ambiguous", candidates };
  const longer = walk(catalog, { base, steps: [] }, LEFT_OUT_HOPS).flatMap((start) =>
    beyond(catalog, start, links, name),
  );
  const [only, another] = longer;
  if (only && !another) return { kind: "found", at: only };
  if (only) return { kind: "ambiguous", candidates: longer };
  const [multiplying] = follow(catalog, { base, steps: [] }, links, () => true).filter(
    (path) => elementAt(path, name).length > 0,
  );
  return multiplying ? { kind: "fan-out", path: multiplying } : { kind: "none" };
}

/** How many joins a name may leave out at its start. */
const LEFT_OUT_HOPS = 3;

/** What the name means at the end of a path. A dimension is never asked for by its bare name. */
function beyond(catalog: Catalog, start: JoinPath, links: readonly string[], name: string): readonly Located[] {
  const paths = links.length === 0 ? [start] : follow(catalog, start, links, isOneRow).filter((path) => path !== start);
  return paths
    .filter((path) => !path.steps.some((step, i) => step.left === path.steps[i - 1]?.right))
    .flatMap((path) => elementAt(path, name))
    .filter(({ element }) => links.length > 0 || element.kind === "entity");
}

/**
 * `isBare`: entities are written without a prefix, dimensions with one. A key may be asked for by what it identifies;
 * several where more than one role of the model holds it.
 */
function ownElements(model: Model, name: string, isBare: boolean): readonly Element[] {
  const dimension = isBare ? undefined : model.dimensions.get(name);
  if (dimension) return [{ kind: "dimension", dimension }];
  const entity = model.entities.get(name);
  if (entity) return [{ kind: "entity", entity }];
  if (!isBare) return [];
  const roles = [...model.entities.values()].filter((candidate) => candidate.entity === name);
  return roles.map((role) => ({ kind: "entity", entity: role }));
}

function elementAt(path: JoinPath, name: string): readonly Located[] {
  const last = path.steps.at(-1);
  if (!last) return [];
  return ownElements(last.to, name, false).map((element) => ({ path, element }));
}

function follow(
  catalog: Catalog,
  path: JoinPath,
  links: readonly string[],
  allows: (step: JoinStep) => boolean,
): readonly JoinPath[] {
  const [link, ...rest] = links;
  if (link === undefined) return path.steps.length > 0 ? [path] : [];
  const from = path.steps.at(-1)?.to ?? path.base;
  return stepsFrom(catalog, from, link)
    .filter((step) => allows(step) && !revisits(path, step))
    .flatMap((step) => follow(catalog, { base: path.base, steps: [...path.steps, step] }, rest, allows));
}

/**
 * The shortest way to a model that calls the name its own, on which one row meets many; null when there is none. For
 * saying why a name that exists cannot be asked for.
 */
export function multiplyingPath(
  catalog: Catalog,
  base: Model,
  links: readonly string[],
  name: string,
): JoinPath | null {
  if (catalog.view) {
    const path = multiplyingPath(catalog.view.definitions, base, links, name);
    const end = path?.steps.at(-1)?.to;
    const isThere = path && end && isPathSeen(catalog, path) && findElement(catalog, end, links, name).kind === "found";
    return isThere ? path : null;
  }
  const owner = links[0] ?? name;
  const visited = new Set([base]);
  let paths: readonly JoinPath[] = [{ base, steps: [] }];
  while (paths.length > 0) {
    const longer: JoinPath[] = [];
    for (const path of paths) {
      const from = path.steps.at(-1)?.to ?? base;
      for (const step of [...from.entities.keys()].flatMap((link) => stepsFrom(catalog, from, link))) {
        if (visited.has(step.to)) continue;
        visited.add(step.to);
        longer.push({ base, steps: [...path.steps, step] });
      }
    }
    const found = longer.find(({ steps }) => {
      const to = steps.at(-1)?.to;
      if (!to || to.primaryEntity !== owner || steps.every(isOneRow)) return false;
      return findElement(catalog, to, links, name).kind === "found";
    });
    if (found) return found;
    paths = longer;
  }
  return null;
}

function stepsFrom(catalog: Catalog, from: Model, link: string): readonly JoinStep[] {
  const role = from.entities.get(link);
  const lefts = role ? [role] : [...from.entities.values()].filter((entity) => entity.entity === link);
  return lefts.flatMap((left) =>
    [...modelsByEntity(catalog, left.entity)]
      .filter(({ model, entity }) => model !== from || entity !== left)
      .map(({ model, entity }): JoinStep => ({ from, left, to: model, right: entity })),
  );
}

/** A path visits no model twice except through different roles. */
function revisits(path: JoinPath, step: JoinStep): boolean {
  if (step.left.name !== step.left.entity) return false;
  return step.to === path.base || path.steps.some((before) => before.to === step.to);
}

/** Whether the right side has at most one row for each row of the left. */
function isOneRow({ from, to, right }: JoinStep): boolean {
  switch (right.type) {
    case "primary":
    case "unique":
      return true;
    case "natural":
      return validityOf(to) !== null && validityOf(from) === null;
    case "foreign":
      return false;
  }
}

/** The dimensions that bound a row's validity, for models of SCD type 2. */
export function validityOf(model: Model): { readonly start: Dimension; readonly end: Dimension } | null {
  let start: Dimension | null = null;
  let end: Dimension | null = null;
  for (const dimension of model.dimensions.values()) {
    if (dimension.kind !== "time") continue;
    if (dimension.validity === "start") start = dimension;
    if (dimension.validity === "end") end = dimension;
  }
  return start && end ? { start, end } : null;
}

interface Holder {
  readonly model: Model;
  readonly entity: Entity;
}

/** Every model that declares an entity of that kind, in catalog order. */
function modelsByEntity(catalog: Catalog, entity: string): readonly Holder[] {
  let index = holders.get(catalog);
  if (!index) {
    index = new Map();
    for (const model of catalog.models.values()) {
      for (const held of model.entities.values()) {
        const list = index.get(held.entity);
        if (list) list.push({ model, entity: held });
        else index.set(held.entity, [{ model, entity: held }]);
      }
    }
    holders.set(catalog, index);
  }
  return index.get(entity) ?? [];
}

const holders = new WeakMap<Catalog, Map<string, Holder[]>>();

/** `refunds -order-> orders -customer-> customers`. */
export function describePath({ base, steps }: JoinPath): string {
  return [base.name, ...steps.map(({ left, to }) => `-${left.name}-> ${to.name}`)].join(" ");
}

/** The name in queries that chooses exactly this path. */
export function nameOf({ path, element }: Located): string {
  const own = element.kind === "dimension" ? element.dimension.name : element.entity.name;
  const links = path.steps.map(({ left }) => left.name);
  if (links.length > 0) return [...links, own].join("__");
  return element.kind === "dimension" && path.base.primaryEntity ? `${path.base.primaryEntity}__${own}` : own;
}

/** Everything a model can be grouped by without multiplying rows, up to so many joins away; ambiguous names left out. */
export function reachableFrom(catalog: Catalog, base: Model, maxHops: number): readonly Located[] {
  const all = reachableByAnybody(definitionsOf(catalog), base, maxHops);
  return catalog.view ? all.filter((located) => isSeen(catalog, located)) : all;
}

function reachableByAnybody(catalog: Catalog, base: Model, maxHops: number): readonly Located[] {
  const own: Located[] = [...elementsOf(base)].map((element) => ({ path: { base, steps: [] }, element }));
  const paths = walk(catalog, { base, steps: [] }, maxHops);
  const all = [...own, ...paths.flatMap((path) => elementsAcross(path))];
  return all.filter((located) => {
    const name = nameOf(located).split("__");
    const last = name.pop() ?? "";
    const found = findElement(catalog, base, name, last);
    return found.kind === "found" && found.at.element.kind === located.element.kind;
  });
}

function walk(catalog: Catalog, path: JoinPath, hops: number): readonly JoinPath[] {
  if (hops === 0) return [];
  const from = path.steps.at(-1)?.to ?? path.base;
  const next = [...from.entities.keys()]
    .flatMap((link) => stepsFrom(catalog, from, link))
    .filter((step) => isOneRow(step) && !revisits(path, step) && !goesOnBySameKey(path, step))
    .map((step): JoinPath => ({ base: path.base, steps: [...path.steps, step] }));
  return next.flatMap((longer) => [longer, ...walk(catalog, longer, hops - 1)]);
}

/** A model that the key it came by leads on to is reached from the model before as well, by a shorter name. */
function goesOnBySameKey(path: JoinPath, step: JoinStep): boolean {
  return path.steps.at(-1)?.right === step.left;
}

/** What a joined model adds: all but the key it was joined by. */
function elementsAcross(path: JoinPath): readonly Located[] {
  const last = path.steps.at(-1);
  if (!last) return [];
  return [...elementsOf(last.to)]
    .filter((element) => element.kind === "dimension" || element.entity !== last.right)
    .map((element) => ({ path, element }));
}

function* elementsOf(model: Model): Iterable<Element> {
  for (const entity of model.entities.values()) yield { kind: "entity", entity };
  if (model.primaryEntity === null && model.dimensions.size > 0 && !hasKey(model)) return;
  for (const dimension of model.dimensions.values()) yield { kind: "dimension", dimension };
}

function hasKey(model: Model): boolean {
  return [...model.entities.values()].some((entity) => entity.type !== "foreign");
}
