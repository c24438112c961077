import {
  type Catalog,
  certificationOf,
  type Dialect,
  groupBysOf,
  inputsOf,
  isDefaultVersion,
  type Metric,
  type MetricTest,
  metricTimeOf,
  type TestRow,
  versionsOf,
} from "../../catalog/index.ts";
import { calculationSql, filtersOf, formulaOf } from "../describe.ts";
import { dependantsOf } from "../lineage/dependants.ts";
import { type ColumnLineage, lineageOf } from "../lineage/graph.ts";
import { lineageMermaid, sourceOf } from "../lineage/print.ts";
import { escaped, table } from "../report/markup.ts";
import type { GovernedTree } from "../tree.ts";

/** What there is to know of one metric, part by part. */
export function metricPage(tree: GovernedTree, catalog: Catalog, metric: Metric): readonly string[] {
  return [
    `# ${escaped(metric.label)}`,
    ...lastDays(catalog, metric),
    ...(metric.description === "" ? [] : [escaped(metric.description)]),
    facts(tree, catalog, metric),
    ...certification(catalog, metric),
    ...groups(catalog, metric),
    ...relatives(tree, catalog, metric),
    ...lineage(catalog, metric),
    ...(catalog.tests.get(metric.name) ?? []).flatMap((test, i) => [
      ...(i === 0 ? ["## Examples"] : []),
      ...example(test),
    ]),
    ...statements(catalog, metric),
  ];
}

function lastDays(catalog: Catalog, { lifecycle, sunset, replacedBy }: Metric): readonly string[] {
  if (lifecycle !== "deprecated" && lifecycle !== "retired") return [];
  const until =
    sunset === null ? "" : lifecycle === "retired" ? ` It ended on ${sunset}.` : ` It stays until ${sunset}.`;
  const instead = replacedBy === null ? "" : ` Use ${linkTo(catalog, replacedBy)} instead.`;
  return [`> **This metric is ${lifecycle}.**${until}${instead}`];
}

function linkTo({ metrics }: Catalog, name: string): string {
  const metric = metrics.get(name);
  return metric ? `[${escaped(metric.label)}](${name}.md)` : escaped(name);
}

function otherVersions(catalog: Catalog, metric: Metric): string | null {
  const others = versionsOf(catalog, metric.id).filter((other) => other !== metric);
  const links = others.map(
    (other) => `[${other.version}](${other.name}.md)${isDefaultVersion(other) ? ", which the name means" : ""}`,
  );
  return links.length === 0 ? null : links.join("; ");
}

function facts({ fingerprints }: GovernedTree, catalog: Catalog, metric: Metric): string {
  const { owner, unit, tier, tags, defaultGrain, span } = metric;
  const fingerprint = fingerprints.get(metric.name)?.certified;
  const rows: readonly (readonly [string, string | null])[] = [
    [
      "Name",
      `${code(metric.name)}, version ${metric.version}${isDefaultVersion(metric) ? "" : ` of ${code(metric.id)}`}`,
    ],
    ["Other versions", otherVersions(catalog, metric)],
    ["Former name of", metric.aliasOf && linkTo(catalog, metric.aliasOf)],
    ["Computed as", code(formulaOf(catalog, metric))],
    ...filtersOf(metric).map((filter) => ["Only where", code(filter)] as const),
    ["Unit", unit && escaped(unit)],
    ["Shown as", metric.format],
    ["Business owner", owner && escaped(owner.business)],
    ["Technical owner", owner && escaped(owner.technical)],
    ["Tier", tier],
    ["Lifecycle", metric.lifecycle],
    ["Exposure", metric.isPrivate ? "private: an input of others, not to be asked for" : metric.exposure],
    ["Tags", tags.length === 0 ? null : tags.map(escaped).join(", ")],
    ["Where there is nothing", nothing(metric)],
    ["Grain when none is asked for", defaultGrain],
    ["Defined in", span && code(span.file.path)],
    ["Fingerprint", fingerprint === undefined ? null : code(fingerprint)],
  ];
  const known = rows.flatMap(([name, value]) => (value === null ? [] : [[name, value]]));
  return table(["", ""], known);
}

function nothing(metric: Metric): string | null {
  if (metric.type !== "simple") return null;
  return metric.fillNullsWith === null ? "null" : String(metric.fillNullsWith);
}

function certification(catalog: Catalog, metric: Metric): readonly string[] {
  const own = catalog.certifications.get(metric.name);
  const effective = certificationOf(catalog, metric);
  if (!own) return ["## Certification", "Nothing was signed for this metric."];
  const until = own.expiresAt === null ? "" : ` until ${own.expiresAt}`;
  const inputs = effective === own.status ? "" : ` Itself it is ${own.status}; one of its inputs is not.`;
  const mode = own.approvalMode === "unsigned" ? " Approvals are bare names here, for a demonstration." : "";
  const events = own.history.map(({ seq, type, issued, expires, reason, approvals, problem }) => [
    String(seq),
    type,
    issued,
    expires ?? "",
    escaped(reason),
    approvals.map(({ by, as }) => escaped(as.length === 0 ? by : `${by} (${as.join(", ")})`)).join(", "),
    problem === null ? "" : escaped(problem),
  ]);
  return [
    "## Certification",
    `**${effective}**${effective === own.status ? until : ""}.${inputs} ${escaped(own.reason)}${mode}`,
    table(["Event", "Type", "Issued", "Until", "Reason", "Approved by", "Why it does not count"], events),
  ];
}

function groups(catalog: Catalog, metric: Metric): readonly string[] {
  const grains = metricTimeOf(catalog, metric)?.grains ?? [];
  const dimensions = groupBysOf(catalog, metric).filter(({ kind }) => kind !== "metric_time");
  const rows = dimensions.map(({ name, kind, type, label, description, values }) => [
    code(name),
    kind === "entity" ? "key" : type,
    escaped(description ?? label),
    values === null ? "" : values.map(escaped).join(", "),
  ]);
  return [
    "## By what it can be asked",
    grains.length === 0 ? "It has no time." : `By time: ${grains.join(", ")}.`,
    ...(rows.length === 0 ? [] : [table(["Dimension", "Type", "What it is", "Values"], rows)]),
  ];
}

function relatives(tree: GovernedTree, catalog: Catalog, metric: Metric): readonly string[] {
  const inputs = [...new Set(inputsOf(metric).map((input) => input.metric))];
  const { metrics, savedQueries } = dependantsOf(tree, metric.name);
  const users = metrics.flatMap(({ metric: name, depth }) => (depth === 1 ? [name] : []));
  const links = (names: readonly string[]): string => names.map((name) => linkTo(catalog, name)).join(", ");
  const asked = savedQueries.filter((name) => catalog.savedQueries.get(name)?.metrics.includes(metric.name));
  return [
    ...(inputs.length === 0 ? [] : [`**Made of** ${links(inputs)}.`]),
    ...(users.length === 0 ? [] : [`**Part of** ${links(users)}.`]),
    ...(asked.length === 0 ? [] : [`**Asked by the saved queries** ${asked.map(code).join(", ")}.`]),
  ];
}

function lineage(catalog: Catalog, metric: Metric): readonly string[] {
  const found = lineageOf(catalog, metric);
  const byColumn = [...Map.groupBy(found.columns, ({ model, column }) => `${model} ${column}`).values()];
  const rows = byColumn.flatMap((all) => {
    const [first] = all;
    return first ? [[code(first.model), code(sourceOf(catalog, first.model)), code(first.column), kindsOf(all)]] : [];
  });
  return [
    "## Lineage",
    fenced("mermaid", lineageMermaid(catalog, found)),
    table(["Model", "Rows from", "Column", "Read for"], rows),
  ];
}

function kindsOf(columns: readonly ColumnLineage[]): string {
  return columns.map(({ kind }) => escaped(kind)).join(", ");
}

/** A test of the metric's author, which `assay test` runs. */
function example({ name, given, ask, expect }: MetricTest): readonly string[] {
  const question = Object.keys(ask).length === 0 ? [] : ["Asked:", fenced("json", `${JSON.stringify(ask, null, 2)}\n`)];
  const inputs = [...given].flatMap(([model, rows]) =>
    rows.length === 0 ? [] : [`Given ${code(model)}:`, cells(rows)],
  );
  return [
    `### ${escaped(name)}`,
    ...(inputs.length === 0 ? ["Given no rows."] : inputs),
    ...question,
    "Answer:",
    expect.length === 0 ? "no rows" : cells(expect),
  ];
}

function cells(rows: readonly TestRow[]): string {
  const names = [...new Set(rows.flatMap((row) => [...row.keys()]))];
  const cell = (value: string | number | boolean | null | undefined): string =>
    value === null || value === undefined ? "*null*" : escaped(String(value));
  return table(
    names.map(escaped),
    rows.map((row) => names.map((name) => cell(row.get(name)))),
  );
}

const DIALECTS: readonly (readonly [Dialect, string])[] = [
  ["duckdb", "DuckDB"],
  ["postgres", "PostgreSQL"],
  ["bigquery", "BigQuery"],
];

function statements(catalog: Catalog, metric: Metric): readonly string[] {
  if (metric.isPrivate || metric.lifecycle === "retired") return [];
  const each = DIALECTS.flatMap(([dialect, name]) => {
    const text = calculationSql(catalog, dialect, metric);
    if (text === null) return [`${name} cannot compute this metric.`];
    return [`<details><summary>${name}</summary>`, fenced("sql", `${text.trimEnd()}\n`), "</details>"];
  });
  return ["## SQL", "As the operator sees it, by the default grain; row policies add to it.", ...each];
}

/** Whatever the text is, it ends where it ends. */
function fenced(language: string, text: string): string {
  const longest = Math.max(0, ...[...text.matchAll(/`+/g)].map(([run]) => run.length));
  const fence = "`".repeat(Math.max(3, longest + 1));
  return `${fence}${language}\n${text}${fence}`;
}

/** One line, fit for a cell of a table. */
function code(text: string): string {
  const line = text.replace(/[\0-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069]/g, " ").replaceAll("|", "\\|");
  const longest = Math.max(0, ...[...line.matchAll(/`+/g)].map(([run]) => run.length));
  const ticks = "`".repeat(longest + 1);
  const pad = line.startsWith("`") || line.endsWith("`") ? " " : "";
  return `${ticks}${pad}${line}${pad}${ticks}`;
}
