import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { realpathSync } from "node:fs";
import path from "node:path";
import type { SourceFile } from "../diagnostics/index.ts";

/** The git repository that a project lies in. */
export interface Repository {
  /** Its top folder. */
  readonly root: string;
  /** From there to the project, with forward slashes: `""`, or `analytics/`. */
  readonly prefix: string;
}

/** A revision that is named cannot be read, or the history that a comparison needs is not here. */
export class CannotTellError extends Error {
  override readonly name = "CannotTellError";
  /** The way out. */
  readonly help: string;

  constructor(message: string, help: string) {
    super(message);
    this.help = help;
  }
}

/** @throws CannotTellError when the folder lies in no repository, or git is not here */
export function openRepository(folder: string): Repository {
  const asked = run(folder, ["rev-parse", "--show-toplevel", "--show-prefix"]);
  if (asked.failure !== null) {
    throw new CannotTellError(
      `${folder} lies in no git repository that can be read: ${asked.failure}.`,
      "run it in a checkout of the repository; git must be on the PATH",
    );
  }
  const [root = "", prefix = ""] = asked.output.toString().split("\n");
  return { root: realpathSync(path.normalize(root)), prefix };
}

/**
 * @param name As people write it: a branch, a tag, `HEAD~1`, a hash.
 * @returns The hash of the commit.
 * @throws CannotTellError when nothing here has that name
 */
export function commitOf(repository: Repository, name: string): string {
  // What starts with a dash would be an option.
  const asked = name.startsWith("-")
    ? { failure: "no revision is called so" }
    : run(repository.root, ["rev-parse", "--verify", "--quiet", "--end-of-options", `${name}^{commit}`]);
  if (!("output" in asked) || asked.failure !== null) {
    throw new CannotTellError(
      `There is no revision "${name}" in this repository.`,
      isShallow(repository) ? FETCH : "git branch --all and git tag list what there is",
    );
  }
  return asked.output.toString().trim();
}

/** When a commit was made, by whoever committed it. @throws CannotTellError when it is not here */
export function committedAt({ root }: Repository, commit: string): Date {
  const seconds = /^committer .* (\d+) [+-]\d{4}$/m.exec(output(root, ["cat-file", "commit", commit]).toString())?.[1];
  return new Date(Number(seconds) * 1000);
}

/** Where two commits parted. @throws CannotTellError when the history does not reach so far */
export function mergeBaseOf(repository: Repository, one: string, other: string): string {
  const asked = run(repository.root, ["merge-base", one, other]);
  if (asked.failure === null) return asked.output.toString().trim();
  throw new CannotTellError(
    isShallow(repository)
      ? "The history of this checkout is cut off before the two revisions meet."
      : "The two revisions have no common ancestor.",
    FETCH,
  );
}

const FETCH = "fetch the whole history: actions/checkout with fetch-depth: 0, or git fetch --unshallow";

function isShallow({ root }: Repository): boolean {
  const asked = run(root, ["rev-parse", "--is-shallow-repository"]);
  return asked.failure === null && asked.output.toString().trim() === "true";
}

/** A file of a commit. */
export interface CommittedFile {
  /** From the project, with forward slashes. */
  readonly path: string;
  /** A link is told by where it leads, and never followed. */
  readonly isLink: boolean;
  readonly bytes: Buffer;
}

/**
 * Files of a commit as they were committed, no filter or conversion applied.
 *
 * @param below Folders and files from the project, such as `metrics`.
 * @param known Files of another tree by path: git is not asked for those that it has by the same hash.
 */
export function filesOf(
  repository: Repository,
  commit: string,
  below: readonly string[],
  known: ReadonlyMap<string, SourceFile> = new Map(),
): readonly CommittedFile[] {
  const { root, prefix } = repository;
  const paths = below.map((one) => `${prefix}${one}`);
  const listed = output(root, ["ls-tree", "-r", "-z", "--full-tree", commit, "--", ...paths]);
  const entries = listed.toString().split("\0").filter(Boolean).map(readEntry);
  const blobs = entries
    .filter(({ type }) => type === "blob")
    .map(({ mode, hash, name }) => {
      const file = name.slice(prefix.length);
      const isLink = mode === LINK;
      return { path: file, hash, isLink, bytes: isLink ? null : bytesIfSame(known.get(file), hash) };
    });
  const asked = blobs.filter(({ bytes }) => bytes === null).map(({ hash }) => hash);
  const contents = contentsOf(root, asked).values();
  return blobs.map(({ path: file, isLink, bytes }) => ({
    path: file,
    isLink,
    bytes: bytes ?? contents.next().value ?? Buffer.alloc(0),
  }));
}

/** Of a file that git would call by this hash; null: of none. */
function bytesIfSame(file: SourceFile | undefined, hash: string): Buffer | null {
  if (!file) return null;
  const bytes = Buffer.from(file.text);
  const own = createHash(hash.length === SHA_1_DIGITS ? "sha1" : "sha256").update(`blob ${bytes.length}\0`);
  return own.update(bytes).digest("hex") === hash ? bytes : null;
}

const SHA_1_DIGITS = 40;

const LINK = "120000";

/** `100644 blob <hash>\t<path>` */
function readEntry(line: string): { mode: string; type: string; hash: string; name: string } {
  const tab = line.indexOf("\t");
  const [mode = "", type = "", hash = ""] = line.slice(0, tab).split(" ");
  return { mode, type, hash, name: line.slice(tab + 1) };
}

/** Of many blobs by one process: `<hash> blob <size>\n<bytes>\n` each. */
function contentsOf(root: string, hashes: readonly string[]): readonly Buffer[] {
  if (hashes.length === 0) return [];
  const all = output(root, ["cat-file", "--batch"], `${hashes.join("\n")}\n`);
  let at = 0;
  return hashes.map((hash) => {
    const end = all.indexOf("\n", at);
    const [found = "", type, size] = all.subarray(at, end).toString().split(" ");
    if (found !== hash || type !== "blob") {
      throw new CannotTellError(`The repository lacks the object ${hash}.`, FETCH);
    }
    const from = end + 1;
    at = from + Number(size) + 1;
    return all.subarray(from, at - 1);
  });
}

function output(root: string, args: readonly string[], input = ""): Buffer {
  const asked = run(root, args, input);
  if (asked.failure === null) return asked.output;
  throw new CannotTellError(
    `git ${args[0]} failed: ${asked.failure}.`,
    "git fsck tells whether the repository is sound",
  );
}

type Outcome = { readonly failure: null; readonly output: Buffer } | { readonly failure: string };

const MOST_BYTES = 1024 * 1024 * 1024;

/**
 * Runs git on what is committed, as nobody's configuration has it: no hook, monitor or filter of the repository runs, no object is
 * replaced or fetched, whoever owns the folder.
 */
function run(cwd: string, args: readonly string[], input = ""): Outcome {
  const env = Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith("GIT_")));
  const { error, status, stdout, stderr } = spawnSync("git", [...CONFIGURED, ...args], {
    cwd,
    input,
    maxBuffer: MOST_BYTES,
    env: { ...env, ...ENVIRONMENT },
    stdio: ["pipe", "pipe", "pipe"],
  });
  if (error) return { failure: isMissing(error) ? "there is no program git" : error.message };
  if (status === 0) return { failure: null, output: stdout };
  return { failure: stderr.toString().trim().split("\n")[0] || `git ended with ${status}` };
}

function isMissing(error: Error): boolean {
  return "code" in error && error.code === "ENOENT";
}

const CONFIGURED = [
  ["core.fsmonitor", "false"],
  ["core.hooksPath", "/dev/null"],
  ["safe.directory", "*"],
].flatMap(([key, value]) => ["-c", `${key}=${value}`]);

const ENVIRONMENT = {
  LC_ALL: "C",
  GIT_CONFIG_NOSYSTEM: "1",
  GIT_CONFIG_GLOBAL: "/dev/null",
  GIT_TERMINAL_PROMPT: "0",
  GIT_OPTIONAL_LOCKS: "0",
  GIT_NO_REPLACE_OBJECTS: "1",
  GIT_NO_LAZY_FETCH: "1",
};
