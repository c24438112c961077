import type {
  Calendar,
  Catalog,
  CustomGrains,
  Metric,
  Model,
  ModelPolicy,
  SavedQuery,
  SimpleMetric,
} from "../catalog/index.ts";
import { inputsOf } from "../catalog/index.ts";
import type {
  CalendarDefinition,
  MetricDefinition,
  ModelDefinition,
  PolicyDefinition,
  ProjectDefinition,
  SavedQueryDefinition,
} from "../definition/index.ts";
import type { Diagnostic } from "../diagnostics/index.ts";

/**
 * A catalog that nobody has checked yet, each part beside its definition: checks read meaning from the one and places
 * from the other. Names in it may lead nowhere and metrics may go round in circles.
 */
export interface Draft {
  readonly catalog: Catalog;
  readonly customGrains: CustomGrains;
  readonly project: ProjectDefinition | null;
  readonly models: readonly { readonly definition: ModelDefinition; readonly model: Model }[];
  readonly metrics: readonly { readonly definition: MetricDefinition; readonly metric: Metric }[];
  readonly savedQueries: readonly { readonly definition: SavedQueryDefinition; readonly savedQuery: SavedQuery }[];
  readonly policies: readonly { readonly definition: PolicyDefinition; readonly policy: ModelPolicy }[];
  readonly calendars: readonly { readonly definition: CalendarDefinition; readonly calendar: Calendar }[];
}

/** One rule that definitions must keep, and what breaks it in a draft. */
export type Check = (draft: Draft) => Iterable<Diagnostic>;

/**
 * The simple metrics whose times and dimensions a metric has: all it is computed from, but of a conversion only the
 * base. Ends on circles too.
 */
export function groundOf(catalog: Catalog, metric: Metric): readonly SimpleMetric[] {
  const below = new Set([metric]);
  for (const current of below) {
    const inputs = current.type === "conversion" ? [current.base] : inputsOf(current);
    for (const input of inputs) {
      const found = catalog.metrics.get(input.metric);
      if (found) below.add(found);
    }
  }
  return [...below].filter((candidate) => candidate.type === "simple");
}
