import type { Catalog, Metric, Model } from "../catalog/index.ts";
import { Refusal } from "../diagnostics/index.ts";
import type { Principal } from "../identity/index.ts";
import { resolveRequest } from "../request/index.ts";
import { canonicalJson } from "../std/index.ts";
import { allows, type GrantedRole, grantedOn } from "./roles.ts";
import { elementUse, metricUses, type Use } from "./uses.ts";

/**
 * The catalog as somebody sees it: what they may not use under any role is not there. Equal sets of names give the same
 * object, so that what is made from it, such as a schema, can be shared.
 */
export function visibleTo(catalog: Catalog, principal: Principal): Catalog {
  if (principal.kind === "operator") return catalog;
  const roles = new Map([...catalog.models.keys()].map((name) => [name, grantedOn(catalog, name, principal).roles]));
  const names = [...roles].map(([model, granted]) => [model, granted.map(({ policy }) => policy.role)]);
  let views = known.get(catalog);
  if (!views) known.set(catalog, (views = new Map()));
  const key = canonicalJson(names);
  const before = views.get(key);
  if (before) return before;
  const view = makeView(catalog, roles);
  if (views.size >= MAX_VIEWS) views.clear();
  views.set(key, view);
  return view;
}

const known = new WeakMap<Catalog, Map<string, Catalog>>();
const MAX_VIEWS = 500;

type Roles = ReadonlyMap<string, readonly GrantedRole[]>;

function makeView(catalog: Catalog, roles: Roles): Catalog {
  const models = new Map([...catalog.models].filter(([name]) => (roles.get(name) ?? []).length > 0));
  const hidden = new Map([...models.values()].map((model) => [model.name, hiddenOf(model, roles)]));
  const metrics = new Map([...catalog.metrics].filter(([, metric]) => isVisible(catalog, metric, roles)));
  const view = {
    ...catalog,
    models,
    metrics,
    tests: new Map(),
    policyTests: new Map(),
    view: { definitions: catalog, hidden },
  };
  const savedQueries = [...catalog.savedQueries].filter(([savedQuery]) => canBeAsked(view, savedQuery));
  return { ...view, savedQueries: new Map(savedQueries) };
}

/** Dimensions and entities that no granted role shows, not even masked. */
function hiddenOf(model: Model, roles: Roles): ReadonlySet<string> {
  const names = [...model.dimensions.keys(), ...model.entities.keys()];
  return new Set(
    names.filter(
      (name) => !isGrantedBySome(elementUse(model, name, { purpose: "group", isShown: true, via: [] }), roles),
    ),
  );
}

/** A metric is there when each model that it touches has a role that allows all it uses there. */
function isVisible(catalog: Catalog, metric: Metric, roles: Roles): boolean {
  const byModel = Map.groupBy(metricUses(catalog, metric), ({ model }) => model.name);
  return [...byModel].every(([model, uses]) =>
    (roles.get(model) ?? []).some(({ policy }) => uses.every((use) => allows(policy, use) === "yes")),
  );
}

function isGrantedBySome(use: Use, roles: Roles): boolean {
  return (roles.get(use.model.name) ?? []).some(({ policy }) => {
    const answer = allows(policy, use);
    return answer === "yes" || answer === "masked";
  });
}

function canBeAsked(view: Catalog, savedQuery: string): boolean {
  try {
    resolveRequest(view, { savedQuery });
    return true;
  } catch (thrown) {
    if (thrown instanceof Refusal) return false;
    throw thrown;
  }
}
