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
  /** What each file of definitions holds, for whoever reads some of the same files again. */
  readonly contents: Contents;
}

export type Contents = ReadonlyMap<SourceFile, Content>;

/**
 * Definitions from text in memory, in the order of the files. `*.yaml` and `*.yml` are definitions; other files are
 * there for `sql_file`.
 *
 * @param known What was read before: those of these very files are not read again.
 */
export function parseDefinitions(files: readonly SourceFile[], known: Contents = new Map()): Parsed {
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
  const contents = new Map<SourceFile, Content>();
  for (const file of files) {
    if (!isYaml(file.path)) continue;
    const former = known.get(file);
    const content = former && isStill(former, byPath) ? former : contentOf(file, byPath);
    contents.set(file, content);
    const own = [...content.diagnostics];
    for (const document of content.documents) own.push(...document.diagnostics, ...document.addTo(found));
    diagnostics.push(...capped(own, file));
  }
  const { projects, names: _, ...kinds } = found;
  return {
    definitions: { project: projects[0] ?? null, ...kinds, files },
    diagnostics,
    contents,
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

/** What a file of definitions holds. */
interface Content {
  /** What is wrong with its YAML. */
  readonly diagnostics: readonly Diagnostic[];
  readonly documents: readonly Document[];
  /** The files that it names, by their paths; undefined: there was none. */
  readonly asked: ReadonlyMap<string, SourceFile | undefined>;
}

interface Document {
  readonly diagnostics: readonly Diagnostic[];
  /** Adds its definition, where there is nothing wrong with it, and tells of a namesake. */
  addTo(found: Found): readonly Diagnostic[];
}

function isStill({ asked }: Content, files: ReadonlyMap<string, SourceFile>): boolean {
  return [...asked].every(([path, file]) => file !== undefined && files.get(path) === file);
}

function contentOf(file: SourceFile, files: ReadonlyMap<string, SourceFile>): Content {
  const diagnostics: Diagnostic[] = [];
  const asked = new Map<string, SourceFile | undefined>();
  const noted: Build["files"] = {
    get(path) {
      asked.set(path, files.get(path));
      return files.get(path);
    },
    keys: () => files.keys(),
  };
  const documents = parseYaml(file, diagnostics).flatMap((tree) => documentOf(tree, file, noted));
  return { diagnostics, documents, asked };
}

function documentOf(tree: Tree, file: SourceFile, files: Build["files"]): Document {
  const diagnostics: Diagnostic[] = [];
  const kind = kindOf(tree, diagnostics);
  if (kind === null || tree.kind !== "map") return { diagnostics, addTo: () => [] };
  const name = tree.data[kind];
  const owner = typeof name === "string" ? `The ${inText(kind)} ${quote(name)}` : `This ${inText(kind)}`;
  const build: Build = { tree, owner, file, files, diagnostics };
  switch (kind) {
    case "model":
      return documentWith(kind, buildWith(MODEL, buildModel, build), ({ models }) => models, build);
    case "metric":
      return tree.entries.has("alias_of")
        ? documentWith(kind, buildAlias(build), ({ aliases }) => aliases, build)
        : documentWith(kind, buildMetric(build), ({ metrics }) => metrics, build);
    case "saved_query":
      return documentWith(
        kind,
        buildWith(SAVED_QUERY, buildSavedQuery, build),
        ({ savedQueries }) => savedQueries,
        build,
      );
    case "calendar":
      return documentWith(kind, buildWith(CALENDAR, buildCalendar, build), ({ calendars }) => calendars, build);
    case "policy":
      return documentWith(kind, buildWith(POLICY, buildPolicy, build), ({ policies }) => policies, build);
    case "project":
      return documentWith(kind, buildWith(PROJECT, buildProject, build), ({ projects }) => projects, build);
    default:
      return assertNever(kind);
  }
}

function documentWith<T extends { readonly name: Located; readonly version?: number }>(
  kind: Kind,
  definition: T | null,
  listIn: (found: Found) => T[],
  { tree, diagnostics }: Build,
): Document {
  if (!definition || diagnostics.length > 0) return { diagnostics, addTo: () => [] };
  const { name, version } = definition;
  const key = kind === "project" ? kind : `${kind} ${name.value}${version === undefined ? "" : `@${version}`}`;
  const written = find(tree, "version");
  const versionSpan = written && spanOf(written);
  const addTo: Document["addTo"] = (found) => {
    const namesake = found.names.get(key);
    if (!namesake) {
      found.names.set(key, name);
      listIn(found).push(definition);
      return [];
    }
    const other = placeOf(namesake.span);
    return [
      kind === "project"
        ? report("definition/second-project", { other }, name.span)
        : version !== undefined && versionSpan
          ? report("definition/duplicate-version", { name: name.value, version, other }, versionSpan)
          : report("definition/duplicate-name", { kind: inText(kind), name: name.value, other }, name.span),
    ];
  };
  return { diagnostics, addTo };
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
