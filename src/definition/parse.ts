import { type Diagnostic, placeOf, quote, report, type SourceFile } from "../diagnostics/index.ts";
import { assertNever, nearest } from "../std/index.ts";
import { type Build, buildWith } from "./build/build.ts";
import { buildAlias, buildMetric } from "./build/metric.ts";
import { buildModel } from "./build/model.ts";
import { buildCalendar, buildProject, buildSavedQuery } from "./build/others.ts";
import { buildPolicy } from "./build/policy.ts";
import type {
  AliasDefinition,
  CalendarDefinition,
  Definitions,
  Located,
  MetricDefinition,
  ModelDefinition,
  PolicyDefinition,
  ProjectDefinition,
  SavedQueryDefinition,
} from "./definition.ts";
import { CALENDAR } from "./schema/calendar.ts";
import { MODEL } from "./schema/model.ts";
import { POLICY } from "./schema/policy.ts";
import { PROJECT } from "./schema/project.ts";
import { SAVED_QUERY } from "./schema/saved-query.ts";
import { find, spanOf, type Tree } from "./tree.ts";
import { inWords } from "./validate.ts";
import { parseYaml } from "./yaml.ts";

export interface Parsed {
  /** Without the documents that have an error; of namesakes, the first. */
  readonly definitions: Definitions;
  readonly diagnostics: readonly Diagnostic[];
}

/**
 * Definitions from text in memory, in the order of the files. `*.yaml` and `*.yml` are definitions; other files are
 * there for `sql_file`.
 */
export function parseDefinitions(files: readonly SourceFile[]): Parsed {
  const found: Found = {
    projects: [],
    models: [],
    metrics: [],
    aliases: [],
    savedQueries: [],
    calendars: [],
    policies: [],
    names: new Map(),
  };
  const byPath = new Map(files.map((file) => [file.path, file]));
  const diagnostics: Diagnostic[] = [];
  for (const file of files) {
    if (!isYaml(file.path)) continue;
    const own: Diagnostic[] = [];
    for (const tree of parseYaml(file, own)) collect(tree, file, byPath, found, own);
    diagnostics.push(...capped(own, file));
  }
  const { projects, names: _, ...kinds } = found;
  return {
    definitions: { project: projects[0] ?? null, ...kinds, files },
    diagnostics,
  };
}

export function isYaml(path: string): boolean {
  return /\.ya?ml$/.test(path);
}

/** The definitions that are free of errors so far. */
interface Found {
  readonly projects: ProjectDefinition[];
  readonly models: ModelDefinition[];
  readonly metrics: MetricDefinition[];
  readonly aliases: AliasDefinition[];
  readonly savedQueries: SavedQueryDefinition[];
  readonly calendars: CalendarDefinition[];
  readonly policies: PolicyDefinition[];
  /** By kind and name, metrics by their version too. */
  readonly names: Map<string, Located>;
}

export const KINDS = ["model", "metric", "saved_query", "calendar", "policy", "project"] as const;
export type Kind = (typeof KINDS)[number];

const MAX_PROBLEMS_OF_A_FILE = 100;

function collect(tree: Tree, file: SourceFile, files: Build["files"], found: Found, diagnostics: Diagnostic[]): void {
  const kind = kindOf(tree, diagnostics);
  if (kind === null || tree.kind !== "map") return;
  const name = tree.data[kind];
  const owner = typeof name === "string" ? `The ${inText(kind)} ${quote(name)}` : `This ${inText(kind)}`;
  const build: Build = { tree, owner, file, files, diagnostics: [] };
  switch (kind) {
    case "model":
      keep(kind, buildWith(MODEL, buildModel, build), found.models, found, build);
      break;
    case "metric":
      if (tree.entries.has("alias_of")) keep(kind, buildAlias(build), found.aliases, found, build);
      else keep(kind, buildMetric(build), found.metrics, found, build);
      break;
    case "saved_query":
      keep(kind, buildWith(SAVED_QUERY, buildSavedQuery, build), found.savedQueries, found, build);
      break;
    case "calendar":
      keep(kind, buildWith(CALENDAR, buildCalendar, build), found.calendars, found, build);
      break;
    case "policy":
      keep(kind, buildWith(POLICY, buildPolicy, build), found.policies, found, build);
      break;
    case "project":
      keep(kind, buildWith(PROJECT, buildProject, build), found.projects, found, build);
      break;
    default:
      assertNever(kind);
  }
  diagnostics.push(...build.diagnostics);
}

function keep<T extends { readonly name: Located; readonly version?: number }>(
  kind: Kind,
  definition: T | null,
  list: T[],
  found: Found,
  build: Build,
): void {
  if (!definition || build.diagnostics.length > 0) return;
  const { name, version } = definition;
  const key = kind === "project" ? kind : `${kind} ${name.value}${version === undefined ? "" : `@${version}`}`;
  const namesake = found.names.get(key);
  if (!namesake) {
    found.names.set(key, name);
    list.push(definition);
    return;
  }
  const other = placeOf(namesake.span);
  const written = find(build.tree, "version");
  build.diagnostics.push(
    kind === "project"
      ? report("definition/second-project", { other }, name.span)
      : version !== undefined && written
        ? report("definition/duplicate-version", { name: name.value, version, other }, spanOf(written))
        : report("definition/duplicate-name", { kind: inText(kind), name: name.value, other }, name.span),
  );
}

/** What the first key says the document is. */
function kindOf(tree: Tree, diagnostics: Diagnostic[]): Kind | null {
  const [first] = tree.kind === "map" ? tree.entries.values() : [];
  if (tree.kind !== "map" || !first) {
    diagnostics.push(report("definition/not-a-mapping", { found: inWords(tree), kinds: KINDS }, spanOf(tree)));
    return null;
  }
  const key = first.key.source;
  const kind = KINDS.find((name) => name === key);
  if (kind) return kind;
  const later = nearest(key, KINDS).length > 0 ? undefined : KINDS.find((name) => tree.entries.has(name));
  diagnostics.push(
    later
      ? report("definition/kind-not-first", { key, kind: later }, spanOf(first.key))
      : report("definition/unknown-kind", { key, kinds: KINDS }, spanOf(first.key)),
  );
  return null;
}

function inText(kind: Kind): string {
  return kind.replace("_", " ");
}

/** A file of nothing but mistakes does not drown the others. */
function capped(diagnostics: readonly Diagnostic[], file: SourceFile): readonly Diagnostic[] {
  const hidden = diagnostics.length - MAX_PROBLEMS_OF_A_FILE;
  if (hidden <= 0) return diagnostics;
  const end = file.text.length;
  const more = report("yaml/too-many-problems", { hidden }, { file, start: end, end });
  return [...diagnostics.slice(0, MAX_PROBLEMS_OF_A_FILE), more];
}
