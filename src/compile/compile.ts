import type { Catalog, CustomGrains } from "../catalog/index.ts";
import type { Definitions, MetricDefinition, Parsed } from "../definition/index.ts";
import { readDefinitions } from "../definition/index.ts";
import type { Diagnostic } from "../diagnostics/index.ts";
import { buildAliases } from "./alias.ts";
import { buildCalendar } from "./calendar.ts";
import { CHECKS } from "./checks/checks.ts";
import type { Draft } from "./draft.ts";
import { buildMetric } from "./metric.ts";
import { buildModel, byName } from "./model.ts";
import type { Report } from "./parsed.ts";
import { buildClaims, buildPolicy } from "./policy.ts";
import { buildSavedQuery } from "./saved-query.ts";
import { buildPolicyTests, buildTests } from "./tests.ts";
import { versionOf } from "./version.ts";
import { nameVersions } from "./versions.ts";

export interface Compiled {
  /** null when there is any error. */
  readonly catalog: Catalog | null;
  /** In the order they were found. */
  readonly diagnostics: readonly Diagnostic[];
}

/** Definitions become a catalog, or every reason why they do not. */
export function compileCatalog(definitions: Definitions): Compiled {
  const diagnostics: Diagnostic[] = [];
  const draft = buildDraft(definitions, (diagnostic) => diagnostics.push(diagnostic));
  for (const check of CHECKS) diagnostics.push(...check(draft));
  return { catalog: hasError(diagnostics) ? null : draft.catalog, diagnostics };
}

/** Reads every definition below a folder and compiles them. */
export function loadCatalog(dir: string): Compiled {
  return compileParsed(readDefinitions(dir));
}

/** Compiles what could be read, with what was found in reading it. */
export function compileParsed({ definitions, diagnostics }: Pick<Parsed, "definitions" | "diagnostics">): Compiled {
  const compiled = compileCatalog(definitions);
  if (!hasError(diagnostics)) return { ...compiled, diagnostics: [...diagnostics, ...compiled.diagnostics] };
  const certain = compiled.diagnostics.filter(({ code }) => !MAY_BE_UNREAD.has(code));
  return { catalog: null, diagnostics: [...diagnostics, ...certain] };
}

/** What looks unknown may stand in a definition that could not be read: no word of it until that one is corrected. */
const MAY_BE_UNREAD: ReadonlySet<string> = new Set([
  "filter/unknown-metric",
  "filter/unknown-name",
  "metric/unknown-grain",
  "metric/unknown-input",
  "metric/unknown-metric",
  "metric/unknown-default-version",
  "metric/unknown-model",
  "metric/unknown-version",
  "policy/unknown-field",
  "policy/unknown-model",
  "saved-query/unknown-metric",
  "test/unknown-claim",
  "test/unknown-model",
  "test/unknown-role",
]);

function hasError(diagnostics: readonly Diagnostic[]): boolean {
  return diagnostics.some((diagnostic) => diagnostic.severity === "error");
}

function buildDraft(written: Definitions, report: Report): Draft {
  const { definitions, ids } = nameVersions(written, report);
  const calendars = definitions.calendars.map((definition) => ({ definition, calendar: buildCalendar(definition) }));
  const customGrains: CustomGrains = new Set(calendars.flatMap(({ calendar }) => [...calendar.customGrains.keys()]));
  const models = definitions.models.map((definition) => ({ definition, model: buildModel(definition, report) }));
  const scope = {
    models: byName(models.map(({ model }) => model)),
    metrics: withAliases(definitions),
    ids,
    customGrains,
  };
  const metrics = definitions.metrics.map((definition) => ({
    definition,
    metric: buildMetric(definition, scope, report),
  }));
  const byItsName = byName(metrics.map(({ metric }) => metric));
  const savedQueries = definitions.savedQueries.map((definition) => ({
    definition,
    savedQuery: buildSavedQuery(definition, customGrains, report),
  }));
  const policies = definitions.policies.map((definition) => ({ definition, policy: buildPolicy(definition, report) }));
  const content = {
    timeZone: definitions.project?.timeZone?.value ?? "UTC",
    cache: definitions.project?.cache ?? null,
    models: scope.models,
    metrics: new Map([...byItsName, ...byName(buildAliases(definitions.aliases, byItsName, ids, report))]),
    savedQueries: byName(savedQueries.map(({ savedQuery }) => savedQuery)),
    calendars: calendars.map(({ calendar }) => calendar),
    policies: new Map(policies.map(({ policy }) => [policy.model, policy])),
    claims: buildClaims(definitions.project),
  };
  return {
    catalog: {
      version: versionOf(content),
      ...content,
      tests: buildTests(definitions.metrics),
      policyTests: buildPolicyTests(definitions.policies),
      certifications: new Map(),
    },
    customGrains,
    project: definitions.project,
    models,
    metrics,
    savedQueries,
    calendars,
    policies,
  };
}

/** The definition that each name of a metric stands for. */
function withAliases({ metrics, aliases }: Definitions): ReadonlyMap<string, MetricDefinition> {
  const known = new Map(metrics.map((definition) => [definition.name.value, definition]));
  for (const { name, aliasOf } of aliases) {
    const target = known.get(aliasOf.value);
    if (target) known.set(name.value, target);
  }
  return known;
}
