import { execFileSync } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { onTestFinished } from "vitest";

/** A git repository with a working tree. Paths are relative to its top. */
export interface GitRepository {
  readonly folder: string;
  /** Runs git, and gives what it printed, less the line end. */
  git(...args: readonly string[]): string;
  /** Writes texts to files; null removes one. */
  write(files: Readonly<Record<string, string | null>>): void;
  /** Commits everything that lies there. @returns the hash */
  commit(message?: string): string;
}

/** Made of these files, committed on `main`, and removed after the test. */
export function createGitRepository(files: Readonly<Record<string, string>>): GitRepository {
  const folder = mkdtempSync(path.join(tmpdir(), "assay-repository-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return startGitRepository(folder, files);
}

/** As another one is now, history included, and removed after the test. */
export function copyGitRepository({ folder: from }: GitRepository): GitRepository {
  const folder = mkdtempSync(path.join(tmpdir(), "assay-repository-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  cpSync(from, folder, { recursive: true });
  return gitRepositoryIn(folder);
}

/** Made of these files in an empty folder, committed on `main`. Whoever made the folder removes it. */
export function startGitRepository(folder: string, files: Readonly<Record<string, string>>): GitRepository {
  const repository = gitRepositoryIn(folder);
  repository.git("init", "--quiet", "--initial-branch", "main");
  repository.write(files);
  repository.commit("Start");
  return repository;
}

function gitRepositoryIn(folder: string): GitRepository {
  const git = (...args: readonly string[]): string =>
    execFileSync("git", [...args], { cwd: folder, env: ENVIRONMENT, encoding: "utf8", stdio: "pipe" }).trimEnd();
  const write: GitRepository["write"] = (texts) => {
    for (const [name, text] of Object.entries(texts)) {
      const file = path.join(folder, name);
      if (text === null) rmSync(file, { recursive: true });
      else {
        mkdirSync(path.dirname(file), { recursive: true });
        writeFileSync(file, text);
      }
    }
  };
  const commit = (message = "Change it"): string => {
    git("add", "--all");
    git("commit", "--quiet", "--allow-empty", "--message", message);
    return git("rev-parse", "HEAD");
  };
  return { folder, git, write, commit };
}

const ENVIRONMENT = {
  PATH: process.env["PATH"],
  HOME: "/nonexistent",
  GIT_CONFIG_NOSYSTEM: "1",
  GIT_AUTHOR_NAME: "An Author",
  GIT_AUTHOR_EMAIL: "author@example.com",
  GIT_COMMITTER_NAME: "An Author",
  GIT_COMMITTER_EMAIL: "author@example.com",
};
