import { randomUUID } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync } from "node:fs";
import { dirname, join } from "node:path";
import { sha256 } from "../std/index.ts";
import { createDuckDb, type Loader } from "../warehouse/index.ts";
import { sampleSchemaSql } from "./schema.ts";
import { sampleTables } from "./tables.ts";

/** Any database that runs SQL and can load a table. */
export type SampleTarget = Pick<Loader, "dialect" | "run" | "append">;

export interface SampleOptions {
  readonly scale?: number;
  /** Told before each table, for people: `Building the sample company: orders (9 of 16)`. */
  readonly onProgress?: (message: string) => void;
}

/** Makes the schema and loads every table. */
export async function buildSample(target: SampleTarget, { scale, onProgress }: SampleOptions = {}): Promise<void> {
  await target.run(sampleSchemaSql(target.dialect));
  const tables = sampleTables(scale);
  for (const [index, table] of tables.entries()) {
    const name = table.name.slice(table.name.indexOf(".") + 1);
    onProgress?.(`Building the sample company: ${name} (${index + 1} of ${tables.length})`);
    await target.append(table);
  }
}

/**
 * Makes the DuckDB file where it is missing. Processes that start at once may each build it; the last one wins, and
 * all get the same data. A build that is cut short leaves no file of that name.
 *
 * @returns The path.
 */
export async function ensureSample(
  path: string = samplePath(),
  onProgress?: (message: string) => void,
  scale = 1,
): Promise<string> {
  if (existsSync(path)) return path;
  mkdirSync(dirname(path), { recursive: true });
  const draft = `${path}.${process.pid}-${randomUUID()}.part`;
  try {
    const file = await createDuckDb(draft);
    try {
      await buildSample(file, onProgress ? { scale, onProgress } : { scale });
    } finally {
      await file.close();
    }
    renameSync(draft, path);
  } finally {
    for (const left of [draft, `${draft}.wal`]) rmSync(left, { force: true });
  }
  return path;
}

/** In the current folder. Another generator makes another name, so an older file is never taken for today's. */
export function samplePath(scale = 1): string {
  const folder = import.meta.dirname;
  const sources = readdirSync(folder).filter((name) => /\.(sql|js|ts)$/.test(name) && !name.endsWith(".d.ts"));
  const version = sha256(
    sources
      .sort()
      .map((name) => readFileSync(join(folder, name), "utf8"))
      .join("\0"),
  );
  return join(".assay", `sample-v${version.slice(0, 12)}${scale === 1 ? "" : `-x${scale}`}.duckdb`);
}
