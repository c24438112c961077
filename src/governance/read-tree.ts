import { existsSync, lstatSync, readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { compileParsed } from "../compile/index.ts";
import { type Contents, type Parsed, parseDefinitions, readDefinitions } from "../definition/index.ts";
import { type Diagnostic, report, type SourceFile } from "../diagnostics/index.ts";
import { compareText } from "../std/index.ts";
import { fingerprintsOf } from "./fingerprint/fingerprints.ts";
import { readEvent } from "./ledger/read-event.ts";
import { readRules } from "./read-rules.ts";
import { type CommittedFile, commitOf, filesOf, type Repository } from "./repository.ts";
import type { Rules } from "./rules.ts";
import type { GovernedTree, LedgerFile } from "./tree.ts";

/** What stands beside the folder of definitions and governs it. */
const BESIDE = ["governance", "contracts", "metrics.lock", "CODEOWNERS", ".github/CODEOWNERS"];

/** Larger files are none of ours, in bytes. */
const MAX_BYTES = 4 * 1024 * 1024;

/** As it lies in the working tree. @param definitions The folder of definitions. */
export function readTree(definitions: string): GovernedTree {
  const project = path.dirname(path.resolve(definitions));
  const diagnostics: Diagnostic[] = [];
  const beside = BESIDE.flatMap((name) => filesBelow(project, name)).flatMap(
    (file) => sourceOf(file, diagnostics) ?? [],
  );
  return treeOf("working tree", beside, readDefinitions(definitions), diagnostics);
}

/**
 * As it was committed. Nothing of it is run, and no link is followed but from one definition to a file beside it, as in a working tree.
 *
 * @param revision As people write it: `main`, `HEAD~1`.
 * @param like A tree of mostly the same files: what both have is read once.
 * @throws CannotTellError when there is no such revision here
 */
export function treeAt(
  repository: Repository,
  definitions: string,
  revision: string,
  like: GovernedTree | null = null,
): GovernedTree {
  const commit = commitOf(repository, revision);
  const folder = path.basename(path.resolve(definitions));
  const diagnostics: Diagnostic[] = [];
  const files = filesOf(repository, commit, [folder, ...BESIDE], like?.files).toSorted((a, b) =>
    compareText(a.path, b.path),
  );
  const isDefinition = (file: CommittedFile): boolean =>
    file.path.startsWith(`${folder}/`) && /\.(ya?ml|sql)$/.test(file.path) && !/(^|\/)\./.test(file.path);
  const read = (some: readonly CommittedFile[]) =>
    some.flatMap((file) => {
      const own = sourceOf(file, diagnostics);
      const other = like?.files.get(file.path);
      return (own && other?.text === own.text ? other : own) ?? [];
    });
  const known = like ? contents.get(like) : undefined;
  const parsed = parseDefinitions(read(files.filter(isDefinition).map((file) => linked(file, folder, files))), known);
  const beside = files.filter((file) => !file.path.startsWith(`${folder}/`));
  return treeOf(`${revision} (${commit.slice(0, 7)})`, read(beside), parsed, diagnostics);
}

/** What a link inside the folder leads to, under its own name; a link that leads on, or out of the folder, stays one. */
function linked(file: CommittedFile, folder: string, files: readonly CommittedFile[]): CommittedFile {
  if (!file.isLink) return file;
  const target = path.posix.join(path.posix.dirname(file.path), file.bytes.toString());
  const there = files.find((other) => other.path === target && target.startsWith(`${folder}/`) && !other.isLink);
  return there ? { ...there, path: file.path } : file;
}

function treeOf(
  revision: string,
  beside: readonly SourceFile[],
  { definitions, diagnostics: found, contents: held }: Parsed,
  unread: readonly Diagnostic[],
): GovernedTree {
  const { catalog, diagnostics } = compileParsed({ definitions, diagnostics: [...unread, ...found] });
  const files = new Map([...definitions.files, ...beside].map((file) => [file.path, file]));
  const ofRules: Diagnostic[] = [];
  const read = (file: SourceFile | undefined): Rules | null => (file ? readRules(file, ofRules) : null);
  const rules = read(files.get("governance/policy.yaml"));
  const former = beside.filter((file) => /^governance\/policies\/\d{4}\.yaml$/.test(file.path)).map(read);
  const all = [...former, rules].filter((one) => one !== null);
  const ledger = beside.flatMap((file) => {
    const [, metric] = /^governance\/certifications\/([^/]+)\/\d{4}\.json$/.exec(file.path) ?? [];
    return metric === undefined ? [] : [{ metric, ...readEvent(file) }];
  });
  const events = new Map<string, LedgerFile[]>();
  for (const { metric, file, event } of ledger) {
    if (event) events.set(metric, [...(events.get(metric) ?? []), { file, event }]);
  }
  const tree: GovernedTree = {
    revision,
    files,
    catalog,
    diagnostics: [...diagnostics, ...ofRules],
    fingerprints: catalog ? fingerprintsOf(catalog) : new Map(),
    rules,
    rulesByDigest: new Map(all.map((one) => [one.digest, one])),
    signers: files.get("governance/allowed_signers")?.text ?? "",
    events,
    brokenEvents: ledger.flatMap(({ file, metric, problem }) => (problem === null ? [] : [{ file, metric, problem }])),
  };
  contents.set(tree, held);
  return tree;
}

/** What the definitions of each tree were read from. */
const contents = new WeakMap<GovernedTree, Contents>();

/** Of a folder or a file, in path order; links are told as such. */
function filesBelow(project: string, name: string): readonly CommittedFile[] {
  const full = path.join(project, name);
  if (!existsSync(full)) return [];
  const found = lstatSync(full);
  if (found.isSymbolicLink()) return [{ path: name, isLink: true, bytes: Buffer.alloc(0) }];
  if (found.isFile()) {
    const bytes = found.size > MAX_BYTES ? Buffer.alloc(MAX_BYTES + 1) : readFileSync(full);
    return [{ path: name, isLink: false, bytes }];
  }
  if (!found.isDirectory()) return [];
  const names = readdirSync(full).toSorted(compareText);
  return names.flatMap((below) => filesBelow(project, `${name}/${below}`));
}

function sourceOf({ path: shown, isLink, bytes }: CommittedFile, diagnostics: Diagnostic[]): SourceFile | null {
  if (isLink) diagnostics.push(report("file/link", { path: shown }, null));
  else if (bytes.length > MAX_BYTES)
    diagnostics.push(report("file/too-large", { path: shown, limit: MAX_BYTES }, null));
  else {
    try {
      return { path: shown, text: UTF8.decode(bytes) };
    } catch {
      diagnostics.push(report("file/not-utf8", { path: shown }, null));
    }
  }
  return null;
}

/** Throws for bytes that are not UTF-8; drops a byte order mark. */
const UTF8 = new TextDecoder("utf-8", { fatal: true });
