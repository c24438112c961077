import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync } from "node:fs";
import { dirname, join } from "node:path";
import { createInterface } from "node:readline";

const MODULE = join(import.meta.dirname, "../tools/bigquery-emulator");
const PACKAGE = "github.com/goccy/bigquery-emulator";

/** There is no Go here, or one that is too old. */
export class NoGo extends Error {
  override readonly name = "NoGo";
}

/**
 * Builds the emulator of BigQuery where it is missing, from the version that tools/bigquery-emulator/go.mod names. The
 * first time takes minutes, which is told on standard error.
 *
 * @returns The program's path, absolute.
 * @throws NoGo, Error when the build fails.
 */
export async function ensureEmulator(): Promise<string> {
  const goMod = readFileSync(join(MODULE, "go.mod"), "utf8");
  const version = wordAfter(`${PACKAGE} `, goMod);
  const program = join(import.meta.dirname, "../.assay/bin", `bigquery-emulator-${version}${EXE}`);
  if (existsSync(program)) return program;
  const go = goVersion(wordAfter("\ngo ", goMod));
  console.error(`Building the BigQuery emulator ${version} with Go ${go}: some 10 minutes the first time.`);
  mkdirSync(dirname(program), { recursive: true });
  const draft = `${program}.${process.pid}.part`;
  try {
    const args = ["build", "-v", "-ldflags=-s -w", "-o", draft, `${PACKAGE}/cmd/bigquery-emulator`];
    await succeeded(spawn("go", args, { cwd: MODULE, stdio: ["ignore", "inherit", "pipe"] }));
    renameSync(draft, program);
  } finally {
    rmSync(draft, { force: true });
  }
  return program;
}

const EXE = process.platform === "win32" ? ".exe" : "";

function goVersion(needed: string): string {
  const { stdout, error } = spawnSync("go", ["env", "GOVERSION"], { encoding: "utf8" });
  const version = /^go(\d+\.\d+\S*)/.exec(stdout ?? "")?.[1];
  const wayOut = `The BigQuery emulator is built with Go ${needed} or later: https://go.dev/dl/`;
  if (error || version === undefined) throw new NoGo(`There is no Go here. ${wayOut}`);
  if (version.localeCompare(needed, "en", { numeric: true }) < 0) throw new NoGo(`Go ${version} is too old. ${wayOut}`);
  return version;
}

/** Go names each package that it compiles; every now and then people see the last of them. */
async function succeeded(build: ChildProcess): Promise<void> {
  const said: string[] = [];
  if (build.stderr) createInterface({ input: build.stderr }).on("line", (line) => said.push(line));
  const started = performance.now();
  const clock = setInterval(() => {
    const seconds = Math.round((performance.now() - started) / 1000);
    console.error(`  ${seconds} s: ${said.length} packages, now ${said.at(-1) ?? "reading what is there"}`);
  }, PROGRESS_MS);
  const [code] = await once(build, "close").finally(() => clearInterval(clock));
  if (code !== 0) throw new Error(`The BigQuery emulator cannot be built:\n${said.slice(-30).join("\n")}`);
  console.error(`Built in ${Math.round((performance.now() - started) / 1000)} s.`);
}

const PROGRESS_MS = 30_000;

function wordAfter(start: string, text: string): string {
  const word = text.split(start)[1]?.split(/\s/)[0];
  if (word === undefined) throw new Error(`go.mod says nothing after "${start.trim()}".`);
  return word;
}
