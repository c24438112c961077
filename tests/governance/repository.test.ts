import { execFileSync } from "node:child_process";
import { existsSync, mkdtempSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { commitOf, filesOf, mergeBaseOf, openRepository } from "../../src/governance/repository.ts";
import { createGitRepository } from "../support/git-repository.ts";

function textsAt(folder: string, revision: string, below: readonly string[]): Record<string, string> {
  const repository = openRepository(folder);
  const files = filesOf(repository, commitOf(repository, revision), below);
  return Object.fromEntries(files.map((file) => [file.path, file.isLink ? "link" : file.bytes.toString()]));
}

test("files are read as they were committed, whatever lies in the working tree", () => {
  const made = createGitRepository({
    "metrics/a.yaml": "one",
    "metrics/sub/ü b\tc.yaml": "two\r\n",
    "other.txt": "no",
  });
  made.write({ "metrics/a.yaml": "changed", "metrics/new.yaml": "new" });
  const committed = { "metrics/a.yaml": "one", "metrics/sub/ü b\tc.yaml": "two\r\n" };
  expect(textsAt(made.folder, "main", ["metrics", "metrics.lock"])).toEqual(committed);
  made.commit();
  expect(textsAt(made.folder, "HEAD~1", ["metrics"])).toEqual(committed);
  expect(Object.keys(textsAt(made.folder, "HEAD", ["metrics"]))).toContain("metrics/new.yaml");
});

test("a project below the top of its repository has its own paths", () => {
  const made = createGitRepository({ "deep/er/metrics/a.yaml": "one", "metrics/a.yaml": "another" });
  expect(textsAt(path.join(made.folder, "deep/er"), "main", ["metrics"])).toEqual({ "metrics/a.yaml": "one" });
});

test("a link is told as a link and not followed, and an empty file is a file", () => {
  const made = createGitRepository({ "metrics/empty.yaml": "" });
  symlinkSync("/etc/passwd", path.join(made.folder, "metrics/link.yaml"));
  made.commit();
  expect(textsAt(made.folder, "main", ["metrics"])).toEqual({ "metrics/empty.yaml": "", "metrics/link.yaml": "link" });
});

test("nothing that the repository says about git is run", () => {
  const made = createGitRepository({
    "metrics/a.yaml": "one",
    ".gitattributes": "* filter=evil diff=evil text eol=crlf",
  });
  const proof = path.join(made.folder, "ran");
  for (const key of ["filter.evil.smudge", "filter.evil.clean", "diff.evil.textconv", "core.fsmonitor", "core.pager"]) {
    made.git("config", key, `touch ${proof};`);
  }
  expect(textsAt(made.folder, "main", ["metrics"])).toEqual({ "metrics/a.yaml": "one" });
  expect(existsSync(proof)).toBe(false);
});

test("objects that were replaced are read as they were committed", () => {
  const made = createGitRepository({ "metrics/a.yaml": "one" });
  const first = made.git("rev-parse", "HEAD");
  made.write({ "metrics/a.yaml": "forged" });
  made.git("replace", first, made.commit());
  expect(textsAt(made.folder, first, ["metrics"])).toEqual({ "metrics/a.yaml": "one" });
});

test("what is not there is said, with the way out", () => {
  const made = createGitRepository({ "metrics/a.yaml": "one" });
  const repository = openRepository(made.folder);
  for (const name of ["nowhere", "--all", "-h", "", "main:metrics"]) {
    expect(() => commitOf(repository, name)).toThrow(`There is no revision "${name}"`);
  }
  const lost = mkdtempSync(path.join(tmpdir(), "assay-no-repository-"));
  onTestFinished(() => rmSync(lost, { recursive: true }));
  expect(() => openRepository(lost)).toThrow("lies in no git repository");
});

test("where two branches parted is found, and a shallow checkout is told to fetch", () => {
  const made = createGitRepository({ "a.txt": "one" });
  const base = made.git("rev-parse", "HEAD");
  made.git("switch", "--quiet", "--create", "topic");
  made.write({ "a.txt": "two" });
  made.commit();
  made.git("switch", "--quiet", "main");
  made.write({ "b.txt": "three" });
  made.commit();
  const repository = openRepository(made.folder);
  expect(mergeBaseOf(repository, commitOf(repository, "main"), commitOf(repository, "topic"))).toBe(base);

  const shallow = mkdtempSync(path.join(tmpdir(), "assay-shallow-"));
  onTestFinished(() => rmSync(shallow, { recursive: true }));
  const clone = ["clone", "--quiet", "--depth", "1", "--no-single-branch", `file://${made.folder}`, shallow];
  execFileSync("git", clone, { stdio: "pipe" });
  const cut = openRepository(shallow);
  const tips = ["origin/main", "origin/topic"].map((name) => commitOf(cut, name));
  expect(() => mergeBaseOf(cut, tips[0] ?? "", tips[1] ?? "")).toThrow("cut off");
});
