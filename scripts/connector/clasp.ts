import { spawnSync } from "node:child_process";

/** Google's program for Apps Script; pinned, because what it prints is read. */
const CLASP = "@google/clasp@3.4.1";

/** It could not be run, or said no. */
export class ClaspError extends Error {
  override readonly name = "ClaspError";
}

/**
 * Runs one command of clasp in a project's directory.
 *
 * @returns the JSON object that it prints; an empty one where it prints something else
 * @see https://github.com/google/clasp
 */
export function clasp(project: string, command: readonly string[]): Readonly<Record<string, unknown>> {
  const args = ["--yes", CLASP, ...command, "--json"];
  // Under `npm run --silent` npx would say nothing of why it could not fetch it.
  const env = { ...process.env, npm_config_loglevel: "error" };
  const { error, status, stdout, stderr } = spawnSync("npx", args, { cwd: project, encoding: "utf8", env });
  if (error) throw new ClaspError(`npx could not be run: ${error.message}`);
  if (status !== 0) throw new ClaspError(`clasp ${command[0]} failed:\n${`${stderr}\n${stdout}`.trim()}`);
  try {
    const value: unknown = JSON.parse(stdout);
    return typeof value === "object" && value !== null ? { ...value } : {};
  } catch {
    return {};
  }
}
