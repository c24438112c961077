import type { EntityDraft, ModelDraft, Scope } from "./draft.ts";

/** The joins that lead from one model to another, each meeting one row at most, as the entities on the way. */
export function waysTo(
  from: ModelDraft,
  to: ModelDraft,
  { models }: Pick<Scope, "models">,
): readonly (readonly string[])[] {
  return ways(from, to, [...models.values()], [from], null);
}

const MOST_HOPS = 3;

function ways(
  from: ModelDraft,
  to: ModelDraft,
  models: readonly ModelDraft[],
  visited: readonly ModelDraft[],
  arrivedBy: string | null,
): readonly (readonly string[])[] {
  if (visited.length > MOST_HOPS) return [];
  // What the key of the last join leads on to is reached from the model before as well.
  const links = [...from.entities.values()].filter(({ entity }) => entity !== arrivedBy);
  return links.flatMap((link) =>
    models
      .filter((model) => !visited.includes(model) && hasOneRow(model, link))
      .flatMap((model) =>
        model === to
          ? [[link.name]]
          : ways(model, to, models, [...visited, model], link.entity).map((rest) => [link.name, ...rest]),
      ),
  );
}

function hasOneRow(model: ModelDraft, link: EntityDraft): boolean {
  const entities = [...model.entities.values()];
  return entities.some(({ entity, type }) => entity === link.entity && (type === "primary" || type === "unique"));
}
