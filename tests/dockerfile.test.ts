/** There is no container engine here: the image's stages are laid out as plain folders, and their commands run there. */
import { execFile, execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { cpSync, existsSync, globSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { parseCommand, parseCopy, parseDockerfile, type Stage } from "./support/dockerfile.ts";

const run = promisify(execFile);
const stages = parseDockerfile(readFileSync("Dockerfile", "utf8"));
const image = stages.at(-1);
if (image === undefined) throw new Error("The Dockerfile has no stage.");

const layout = mkdtempSync(join(tmpdir(), "assay-image-"));
afterAll(() => rmSync(layout, { recursive: true }));

test("every path that the Dockerfile copies is in the repository and not kept out by .dockerignore", () => {
  const copies = stages.flatMap((stage) => textsOf(stage, "COPY").map(parseCopy));
  const fromCheckout = copies.filter(({ from }) => from === null).flatMap(({ sources }) => sources);
  expect(fromCheckout).toContain("src");
  const tracked = execFileSync("git", ["ls-files", "--", ...fromCheckout], { encoding: "utf8" }).split("\n");
  const letIn = readFileSync(".dockerignore", "utf8").split("\n");
  for (const source of fromCheckout) {
    expect(tracked.some((path) => path === source || path.startsWith(`${source}/`))).toBe(true);
    expect(letIn).toContain(`!${source}`);
  }
});

test("the image starts from the slim one of Node 24, runs as an ordinary user and asks for its health", () => {
  expect(new Set(stages.map(({ base }) => base))).toEqual(new Set(["node:24-slim"]));
  expect(stages.length).toBeGreaterThan(1);
  expect(textsOf(image, "USER")).toEqual(["node"]);
  expect(textsOf(image, "HEALTHCHECK")).toHaveLength(1);
  expect(textsOf(image, "VOLUME")).toEqual(["/data"]);
});

describe("laid out as folders, the image", () => {
  let root: string;
  beforeAll(async () => {
    for (const [index, stage] of stages.entries()) await build(stage, folderOf(stage.name ?? String(index)));
    root = folderOf(String(stages.length - 1));
  });

  test("refuses to let everybody in, unless told so", async () => {
    const { command, options } = container(root, {});
    await expect(run(command.file, command.args, options)).rejects.toMatchObject({
      code: 2,
      stderr: expect.stringContaining("ALLOW_ANONYMOUS"),
    });
  });

  test("serves the sample, is healthy, and writes nowhere but to its volume", async () => {
    const port = await freePort();
    const before = filesOutsideVolume(root);
    const { command, options, health } = container(root, { PORT: String(port), ALLOW_ANONYMOUS: "true" });
    const child = spawn(command.file, command.args, { ...options, stdio: ["ignore", "pipe", "ignore"] });
    const closed = once(child, "close");
    await Promise.race([once(child.stdout, "data"), closed]);
    await expect(run(health.file, health.args, options)).resolves.toBeDefined();

    child.kill("SIGTERM");
    expect(await closed).toEqual([0, null]);
    await expect(run(health.file, health.args, options)).rejects.toMatchObject({ code: 1 });
    expect(filesOutsideVolume(root)).toEqual(before);
    expect(globSync("**/*.duckdb", { cwd: join(root, "data/.assay") })).not.toEqual([]);
  });

  test("reads the definitions that are mounted over the sample's", async () => {
    const metrics = join(root, "app/metrics");
    rmSync(metrics, { recursive: true });
    mkdirSync(metrics);
    const { options } = container(root, {});
    await expect(run("assay", ["check"], options)).rejects.toMatchObject({
      code: 2,
      stderr: expect.stringContaining(`"${metrics}"`),
    });
  });
});

/** What the container engine would start, with the image's paths meaning those of the folder. */
function container(root: string, env: Record<string, string>) {
  const [file = "", ...args] = parseCommand(textsOf(image!, "CMD")[0] ?? "");
  const [probe = "", ...probeArgs] = parseCommand(textsOf(image!, "HEALTHCHECK")[0] ?? "");
  const settings = Object.fromEntries(
    textsOf(image!, "ENV").flatMap((text) => text.split(" ").map((pair) => pair.split("=") as [string, string])),
  );
  return {
    command: { file, args },
    health: { file: probe, args: probeArgs },
    options: {
      cwd: join(root, textsOf(image!, "WORKDIR").at(-1) ?? ""),
      env: {
        ...settings,
        METRICS_DIR: join(root, settings["METRICS_DIR"] ?? ""),
        PATH: [join(root, "usr/local/bin"), NODE, "/usr/bin", "/bin"].join(":"),
        ...env,
      },
    },
  };
}

/** The folder of the Node that runs this test: the base image brings the same. */
const NODE = resolve(process.execPath, "..");

async function build(stage: Stage, root: string): Promise<void> {
  mkdirSync(join(root, "usr/local/bin"), { recursive: true });
  let folder = root;
  for (const { keyword, text } of stage.steps) {
    if (keyword === "WORKDIR") mkdirSync((folder = join(root, text)), { recursive: true });
    if (keyword === "COPY") copy(text, root, folder);
    if (keyword === "RUN") await execute(text, root, folder);
  }
}

function copy(text: string, root: string, folder: string): void {
  const { from, sources, target } = parseCopy(text);
  const destination = target.startsWith("/") ? join(root, target) : join(folder, target);
  for (const source of sources) {
    const isInto = target.endsWith("/");
    const path = from === null ? source : join(folderOf(from), source);
    cpSync(path, isInto ? join(destination, source) : destination, { recursive: true });
  }
}

async function execute(text: string, root: string, folder: string): Promise<void> {
  // Packages come from this checkout, so that the test needs no network; continuous integration begins with `npm ci`.
  if (text.startsWith("npm ci")) return install(folder, text.includes("--omit=dev"));
  const here = text.replace(/(^| )\/(?=(app|data|usr)\b)/g, `$1${root}/`).replace(/ && chown node:node \S+/, ""); // the user exists in the image only
  await run("sh", ["-ec", here], { cwd: folder });
}

/** What `npm ci` makes of the lock file: all packages, or those that are not for development only. */
function install(folder: string, withoutDevelopment: boolean): void {
  if (!withoutDevelopment) return symlinkSync(resolve("node_modules"), join(folder, "node_modules"));
  const lock = JSON.parse(readFileSync("package-lock.json", "utf8"));
  const paths = Object.entries<{ dev?: boolean; devOptional?: boolean }>(lock.packages)
    .filter(([path, { dev, devOptional }]) => path !== "" && !dev && !devOptional && existsSync(path))
    .map(([path]) => path);
  expect(paths).not.toContain("node_modules/vitest");
  for (const path of paths) {
    const isNested = (entry: string) => entry.startsWith(join(path, "node_modules"));
    cpSync(path, join(folder, path), { recursive: true, filter: (entry) => !isNested(entry) });
  }
}

function filesOutsideVolume(root: string): readonly string[] {
  return globSync("**", { cwd: root, exclude: (path) => path === "data" || path.startsWith("data/") }).toSorted();
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0);
  await once(server, "listening");
  const address = server.address();
  server.close();
  if (address === null || typeof address === "string") throw new Error("There is no free port.");
  return address.port;
}

function folderOf(stage: string): string {
  return join(layout, stage);
}

function textsOf(stage: Stage, keyword: string): readonly string[] {
  return stage.steps.filter((step) => step.keyword === keyword).map(({ text }) => text);
}
