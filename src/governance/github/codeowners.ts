import { type Catalog, metricsBelow, type Owner, simpleMetricsBelow } from "../../catalog/index.ts";
import type { Span } from "../../diagnostics/index.ts";
import { compareText } from "../../std/index.ts";
import type { GovernedTree } from "../tree.ts";

/** What the council looks after comes last, because there the last match wins. */
const OF_THE_COUNCIL = ["/governance/", "/metrics.lock", "/.github/"];

const ORGANISATION = /^# organisation: ([A-Za-z0-9-]+)$/m;

/**
 * The file by which GitHub asks the right people for a review: owners of every definition, and for what certified metrics
 * are made of, their owners too.
 *
 * @param organisation Of whose teams the owners are: `acme` for `@acme/finance-data`. The council is `metrics-council`.
 * @param certified Names of metrics that are certified.
 */
export function codeowners(tree: GovernedTree, organisation: string, certified: ReadonlySet<string>): string {
  const { catalog } = tree;
  const teams = new Map<string, Set<string>>();
  const add = (file: string | undefined, owner: Owner | null): void => {
    if (file === undefined || !owner) return;
    const known = teams.get(file) ?? new Set();
    for (const team of [owner.business, owner.technical]) known.add(team);
    teams.set(file, known);
  };
  if (catalog) {
    for (const { span, owner } of catalog.metrics.values()) add(fileOf(span), owner);
    for (const model of catalog.models.values()) {
      const files = [fileOf(model.span), ...(model.source.kind === "sql" ? [model.source.file] : [])];
      for (const file of files) {
        add(file, model.owner);
        for (const owner of ownersAbove(catalog, model.name, certified)) add(file, owner);
      }
    }
    for (const { name, span } of catalog.metrics.values()) {
      for (const owner of ownersOfUsers(catalog, name, certified)) add(fileOf(span), owner);
    }
  }
  const handle = (team: string): string => `@${organisation}/${team}`;
  const council = handle("metrics-council");
  const policies = [...(catalog?.policies.values() ?? [])].flatMap(({ span }) => fileOf(span) ?? []);
  const lines = [
    "# Written by assay codeowners; assay codeowners --check compares. The last line that matches counts.",
    `# organisation: ${organisation}`,
    `* ${council}`,
    ...[...teams]
      .sort(([a], [b]) => compareText(a, b))
      .map(([file, names]) => `${pattern(file)} ${[...names].sort(compareText).map(handle).join(" ")}`),
    // Who sees which rows concerns more than the owners of the numbers.
    ...[...new Set(policies)].sort(compareText).map((file) => `${pattern(file)} ${council}`),
    ...OF_THE_COUNCIL.map((path) => `${path} ${council}`),
  ];
  return `${lines.join("\n")}\n`;
}

/** The organisation that a file was written for; null: it was written by hand. */
export function organisationOf(text: string): string | null {
  return ORGANISATION.exec(text)?.[1] ?? null;
}

function fileOf(span: Span | null): string | undefined {
  return span?.file.path;
}

/** Of certified metrics whose numbers come from a model. */
function ownersAbove(catalog: Catalog, model: string, certified: ReadonlySet<string>): readonly Owner[] {
  return [...catalog.metrics.values()]
    .filter(({ name }) => certified.has(name))
    .filter((metric) => simpleMetricsBelow(catalog, metric).some((leaf) => leaf.model === model))
    .flatMap(({ owner }) => owner ?? []);
}

/** Of certified metrics that are computed from a metric. */
function ownersOfUsers(catalog: Catalog, metric: string, certified: ReadonlySet<string>): readonly Owner[] {
  return [...catalog.metrics.values()]
    .filter(({ name }) => certified.has(name) && name !== metric)
    .filter((user) => metricsBelow(catalog, user).some(({ name }) => name === metric))
    .flatMap(({ owner }) => owner ?? []);
}

/** From the top of the repository; what means something in a pattern is taken as it is. */
function pattern(file: string): string {
  return `/${file.replace(/[\\ #!*?[\]]/g, "\\$&")}`;
}
