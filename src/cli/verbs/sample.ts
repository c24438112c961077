import { buildSample, ensureSample, samplePath } from "../../sample/index.ts";
import { SettingError, warehouseOptions } from "../../settings/index.ts";
import { openLoader, WarehouseError } from "../../warehouse/index.ts";
import { type Arguments, choice, one } from "../arguments.ts";
import { dialectOf } from "../data.ts";
import { CommandFailure, EXIT, unusable } from "../failure.ts";
import { boundedWordsOf } from "../query-error.ts";
import { CONFIG_FLAG, settingsFailure, settingsFor } from "../settings.ts";
import type { Terminal } from "../terminal.ts";
import type { Verb } from "../verb.ts";

const MAX_SCALE = 1_000;

type SampleFlag = "scale" | "out" | "warehouse" | "config" | "format";

export const sample: Verb<SampleFlag> = {
  name: "sample",
  summary: "Makes the sample company's warehouse, larger where asked, and prints its URL.",
  operands: null,
  flags: {
    scale: { value: "N", about: "so many times the rows (default 1); for benchmarks" },
    out: { value: "FILE", about: "the DuckDB file to make (default below .assay/)" },
    warehouse: { value: "URL", about: "postgres://… or bigquery://… instead: made there, in a schema or dataset shop" },
    ...CONFIG_FLAG,
    format: { value: "FORMAT", about: "text (default) or json" },
  },
  examples: [
    "assay sample",
    "assay sample --scale 10",
    "assay query revenue --warehouse $(assay sample --scale 10)",
    "assay sample --warehouse 'bigquery://my-project/shop?location=EU'",
  ],
  async run(args, terminal) {
    const format = choice(args, "format", ["text", "json"]);
    const scale = scaleOf(one(args, "scale"));
    // Only the flag: a warehouse that is there for reading is not written to by accident.
    const warehouse = one(args, "warehouse");
    const url =
      warehouse === null ? await makeFile(args, scale, terminal) : await fill(warehouse, args, scale, terminal);
    await terminal.print(format === "json" ? `${JSON.stringify({ url, scale })}\n` : `${url}\n`);
    return EXIT.fine;
  },
};

async function makeFile(args: Arguments<SampleFlag>, scale: number, terminal: Terminal): Promise<string> {
  const path = one(args, "out") ?? samplePath(scale);
  const progress = terminal.progress();
  try {
    await ensureSample(path, (message) => progress.show(message), scale);
  } finally {
    progress.done();
  }
  return `duckdb:${path}`;
}

async function fill(url: string, args: Arguments<SampleFlag>, scale: number, terminal: Terminal): Promise<string> {
  if (dialectOf(url) === "duckdb") throw unusable("--warehouse makes no DuckDB file.", "name the file: --out FILE");
  if (one(args, "out") !== null) throw unusable("--out and --warehouse name two places.", "choose one of them");
  const progress = terminal.progress();
  try {
    const options = warehouseOptions(settingsFor(args, terminal).warehouse, url, terminal.env);
    const loader = await openLoader(url, options);
    try {
      await buildSample(loader, { scale, onProgress: (message) => progress.show(message) });
    } finally {
      await loader.close();
    }
  } catch (thrown) {
    if (thrown instanceof CommandFailure) throw thrown;
    if (thrown instanceof SettingError) throw settingsFailure([thrown.diagnostic]);
    const isOurs = thrown instanceof WarehouseError;
    const words = isOurs ? thrown.cause : thrown;
    if (words !== undefined) terminal.say(boundedWordsOf(words));
    const why = isOurs ? thrown.message : "The warehouse's own words stand on standard error.";
    throw new CommandFailure(EXIT.cannotTell, "WAREHOUSE_ERROR", `The sample cannot be made. ${why}`, {
      help: "drop what an earlier attempt left of the schema shop, and see that the user may make it",
    });
  } finally {
    progress.done();
  }
  return withoutPassword(url);
}

function withoutPassword(url: string): string {
  return url.replace(/^(\w+:\/\/[^/@:]*):[^/@]*@/, "$1@");
}

function scaleOf(written: string | null): number {
  if (written === null) return 1;
  const scale = Number(written);
  if (Number.isSafeInteger(scale) && scale >= 1 && scale <= MAX_SCALE) return scale;
  throw unusable(`--scale is a whole number from 1 to ${MAX_SCALE}, not "${written}".`);
}
