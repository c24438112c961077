/**
 * `npm run bench:memory [-- --json FILE]`: what kept answers take in the memory of `assay serve`, beside what the server says that
 * they take, and beside their text: heap and buffers after a collection of garbage, before and after some hundred answers.
 */
import { existsSync, readFileSync, rmSync } from "node:fs";
import path from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { type Assay, startAssay, startDatabase, until } from "../tests/faults/support.ts";
import { reportFigures } from "./report.ts";

const ROWS = 1_000;
const ANSWERS = 400;
const MB = 2 ** 20;
const INSIDE = path.join(import.meta.dirname, "../tests/faults/inside/memory.ts");

const TABLES = `CREATE SCHEMA shop;
CREATE TABLE shop.parts AS SELECT g AS part_id, 'part ' || md5(g::text) AS label, 'kind ' || g % 40 AS kind,
  DATE '2026-01-01' + g % 300 AS made_at, g * 1.25 AS price, g % 17 AS pieces FROM generate_series(1, ${ROWS}) g;
CREATE VIEW shop.live_parts AS SELECT * FROM shop.parts`;
const model = (name: string, table: string, cache: string) => `model: ${name}s
description: One row a part.
owner: shop
table: ${table}
${cache}primary_key: part_id
time: made_at
columns: { part_id: int, label: string, kind: string, made_at: date, price: decimal, pieces: int }
entities: { ${name}: { type: primary, key: part_id } }
dimensions: { label: , kind: , made_at: day }
measures: { ${name}_price: sum(price), ${name}_pieces: sum(pieces), ${name}_dearest: max(price) }
`;
const metrics = (name: string) =>
  ["price", "pieces", "dearest"]
    .map(
      (of) =>
        `---\nmetric: ${name}_${of}\ndescription: Of parts.\nowner: shop\nmodel: ${name}s\nmeasure: ${name}_${of}\n`,
    )
    .join("");

const database = await startDatabase([], TABLES);
const assay = await startAssay({
  warehouse: database.url,
  definitions: {
    "kept.yaml": model("kept", "shop.parts", "cache: { ttl: 1 d }\n") + metrics("kept"),
    "live.yaml": model("live", "shop.live_parts", "") + metrics("live"),
  },
  settings: "cache: { max_bytes: 256 MB, answer_bytes: 128 MB }\n",
  nodeFlags: ["--expose-gc", "--max-old-space-size=2048", "--import", INSIDE],
});
try {
  // Plans and whatever else is remembered of a question without its answer.
  await askAll("live");
  const before = await memoryOf(assay);
  const textBytes = await askAll("kept");
  const after = await memoryOf(assay);
  const numbers = await assay.numbers();
  const of = (name: string, kind: string) => numbers.get(`assay_cache_${name}{kind="${kind}"}`) ?? 0;
  if (of("entries", "rows") !== ANSWERS || of("entries", "answers") !== ANSWERS)
    throw new Error(`Some answer was not kept: ${of("entries", "rows")} rows, ${of("entries", "answers")} answers`);
  const counted = of("bytes", "rows") + of("bytes", "answers");
  const held = after - before;
  const measured = (name: string, value: number, unit: string) =>
    ({ name, value, unit, target: null, better: "lower" }) as const;
  reportFigures([
    { ...measured("memory of kept answers over what is counted for them (T9)", held / counted, "ratio"), target: 1.05 },
    measured("memory of a kept answer", held / ANSWERS / 1_024, "KiB"),
    measured("counted for its rows", of("bytes", "rows") / ANSWERS / 1_024, "KiB"),
    measured("counted for the bytes that were sent", of("bytes", "answers") / ANSWERS / 1_024, "KiB"),
    measured("its text", textBytes / ANSWERS / 1_024, "KiB"),
    measured("heap and buffers with nothing kept", before / MB, "MB"),
    measured("heap and buffers with all of them", after / MB, "MB"),
  ]);
} finally {
  await assay.remove();
  await database.stop();
}

/** @returns bytes of all answers */
async function askAll(name: string): Promise<number> {
  let bytes = 0;
  for (let n = 0; n < ANSWERS; n += 1) {
    const groups = ["label", "kind"].map((dimension) => `{ name: "${name}__${dimension}" }`).join(", ");
    const asked = `metrics: ["${name}_price", "${name}_pieces", "${name}_dearest"], groupBy: [${groups}, { name: "metric_time", grain: DAY }]`;
    const query = `{ query(input: { ${asked}, where: ["${name}__label <> 'no ${n}'"], limit: ${ROWS} }) { rows } }`;
    const { status, text } = await assay.send("POST", "/graphql", JSON.stringify({ query }));
    // The first is of the warehouse, the second of kept rows, and its bytes are kept.
    await assay.send("POST", "/graphql", JSON.stringify({ query }));
    if (status !== 200 || text.includes('"errors"')) throw new Error(`No answer: ${text.slice(0, 500)}`);
    bytes += text.length;
  }
  return bytes;
}

/** Heap and buffers after a collection of garbage, in bytes. */
async function memoryOf({ folder, child }: Assay): Promise<number> {
  const file = path.join(folder, "memory.json");
  rmSync(file, { force: true });
  await delay(2_000);
  child.kill("SIGUSR2");
  await until(() => existsSync(file));
  const { heapUsed, external } = JSON.parse(readFileSync(file, "utf8"));
  return heapUsed + external;
}
