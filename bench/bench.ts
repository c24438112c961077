/**
 * Assay beside others that answer the same questions over the same PostgreSQL, in one run:
 * `npm run bench [-- --json FILE] [--chart FILE] [--malloy]`. docs/benchmarks.md says what is measured, and how Cube comes in.
 */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { loadavg, tmpdir } from "node:os";
import path from "node:path";
import { parseArgs } from "node:util";
import { startEmbeddedPostgres } from "../scripts/embedded-postgres.ts";
import { chart, type Panel } from "./chart.ts";
import { measureGoverned, measureMisses } from "./cold.ts";
import { measureHits } from "./hits.ts";
import { measureMalloy } from "./malloy.ts";
import { build } from "./process.ts";
import { FIFTEEN, LARGE, ONE_DAY } from "./questions.ts";
import { printFigures } from "./report.ts";
import { assaySide, checkSame, cubeOf, startAssay } from "./sides.ts";
import { seedStar, writeProject } from "./star.ts";
import { measureStarts } from "./starts.ts";

const { values: options } = parseArgs({
  options: { json: { type: "string" }, chart: { type: "string" }, malloy: { type: "boolean", default: false } },
});
const folder = mkdtempSync(path.join(tmpdir(), "assay-bench-"));
const folders = { star: path.join(folder, "star"), wide: path.join(folder, "wide") };
writeProject(folders.star, 0);
writeProject(folders.wide, 200);
// Inside the checkout, whose packages it uses.
const program = build(path.resolve(".assay", "bench"));
const database = await databaseOf(process.env);
const cube = cubeOf(process.env);
try {
  await seedStar(database.url);
  tell("starts");
  const starts = await measureStarts(program, folders, database.url);
  const server = await startAssay(program, folders.star, database.url);
  const assay = assaySide(server);
  await checkSame([assay, ...(cube ? [cube.graphql, cube.rest] : [])], [ONE_DAY, FIFTEEN, LARGE]);
  tell("cache misses");
  const misses = await measureMisses(database.url, [assay, ...(cube ? [cube.rest, cube.graphql] : [])]);
  tell("cache hits");
  const hits = await measureHits(folder, assay, cube);
  await server.stop();
  tell("row guards");
  const governed = await measureGoverned(database.url);
  const malloy = options.malloy ? await measureMalloy(folder, database.url) : [];
  if (!cube) console.log("Without Cube: CUBE_URL and CUBE_TOKEN are not set.");
  if (cube && cube.graphql.pid === null) console.log("Cube's CPU time and memory cannot be looked at from here.");
  if (!options.malloy) console.log("Without Malloy: --malloy was not given.");
  printFigures([...starts.figures, ...misses.figures, governed, ...hits.figures, ...malloy], options.json);
  if (options.chart) writeFileSync(options.chart, chart(panelsOf(starts, misses, hits)));
} finally {
  await database.stop();
  rmSync(folder, { recursive: true });
}

/** So that whoever waits some minutes knows for what, and how busy the machine is with other things. */
function tell(what: string): void {
  console.error(`${new Date().toISOString().slice(11, 19)} ${what}; load ${loadavg()[0]?.toFixed(1)}`);
}

/** The PostgreSQL that `PGPORT` and its like name; else one of our own, gone with the run. */
async function databaseOf(env: NodeJS.ProcessEnv): Promise<{ readonly url: string; stop(): Promise<void> }> {
  if (!env["PGPORT"]) {
    const own = await startEmbeddedPostgres(["shared_buffers=512MB"]);
    return { url: own.url("postgres"), stop: () => own.stop() };
  }
  const { PGHOST: host = "127.0.0.1", PGUSER: user = "postgres", PGDATABASE: name = "postgres", PGPASSWORD = "" } = env;
  const url = new URL(`postgres://${host}:${env["PGPORT"]}/${name}`);
  url.username = user;
  url.password = PGPASSWORD;
  return { url: url.href, stop: async () => {} };
}

function panelsOf(
  starts: Awaited<ReturnType<typeof measureStarts>>,
  misses: Awaited<ReturnType<typeof measureMisses>>,
  hits: Awaited<ReturnType<typeof measureHits>>,
): readonly Panel[] {
  const bars = (...all: readonly (readonly [label: string, value: number | undefined])[]) =>
    all.flatMap(([label, value]) => (value === undefined ? [] : [{ label, value }]));
  const { bareLoad, assayLoad, cubeLoad, assayLarge, cubeLarge } = hits;
  return [
    {
      title: "Cache miss, one day of orders by segment, median",
      unit: "ms",
      bars: bars(...misses.names.map((name, i) => [name, misses.day[i]?.p50] as const)),
    },
    {
      title: "Cache hit, 15 rows, median",
      unit: "ms",
      bars: bars(...hits.names.map((name, i) => [name, hits.idle[i]?.p50] as const)),
    },
    {
      title: "Cache hits of 15 rows, 16 clients (more is better)",
      unit: "req/s",
      bars: bars(
        ["node:http", bareLoad.perSecond],
        ["Assay", assayLoad.perSecond],
        ["Cube GraphQL", cubeLoad?.perSecond],
      ),
    },
    {
      title: "Cache hits of 5,480 rows, 16 clients (more is better)",
      unit: "req/s",
      bars: bars(["Assay", assayLarge.perSecond], ["Cube GraphQL", cubeLarge?.perSecond]),
    },
    {
      title: "Memory under load",
      unit: "MB",
      bars: bars(["Assay", Math.max(assayLoad.rssMb, assayLarge.rssMb)], ["Cube", cubeLarge?.rssMb]),
    },
    {
      title: "Start to first answer",
      unit: "ms",
      bars: bars(["Assay", starts.starMs], ["Assay, 200 more models", starts.wideMs]),
    },
  ];
}
