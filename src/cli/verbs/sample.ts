import { ensureSample, samplePath } from "../../sample/index.ts";
import { choice, one } from "../arguments.ts";
import { EXIT, unusable } from "../failure.ts";
import type { Verb } from "../verb.ts";

const MAX_SCALE = 1_000;

export const sample: Verb<"scale" | "out" | "format"> = {
  name: "sample",
  summary: "Makes the sample company's warehouse, larger where asked, and prints its URL.",
  operands: null,
  flags: {
    scale: { value: "N", about: "so many times the rows (default 1); for benchmarks" },
    out: { value: "FILE", about: "the DuckDB file to make (default below .assay/)" },
    format: { value: "FORMAT", about: "text (default) or json" },
  },
  examples: ["assay sample", "assay sample --scale 10", "assay query revenue --warehouse $(assay sample --scale 10)"],
  async run(args, terminal) {
    const format = choice(args, "format", ["text", "json"]);
    const scale = scaleOf(one(args, "scale"));
    const path = one(args, "out") ?? samplePath(scale);
    const progress = terminal.progress();
    try {
      await ensureSample(path, (message) => progress.show(message), scale);
    } finally {
      progress.done();
    }
    const url = `duckdb:${path}`;
    await terminal.print(format === "json" ? `${JSON.stringify({ url, scale })}\n` : `${url}\n`);
    return EXIT.fine;
  },
};

function scaleOf(written: string | null): number {
  if (written === null) return 1;
  const scale = Number(written);
  if (Number.isSafeInteger(scale) && scale >= 1 && scale <= MAX_SCALE) return scale;
  throw unusable(`--scale is a whole number from 1 to ${MAX_SCALE}, not "${written}".`);
}
