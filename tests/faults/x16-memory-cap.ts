import { execFileSync } from "node:child_process";
import type { Fault } from "./fault.ts";
import { type Answer, atMost, never, startAssay, startDatabase } from "./support.ts";

const SECONDS = 600;
const HEAP_MB = 256;
const ROWS = 5_000;

const TABLES = `CREATE SCHEMA shop;
CREATE TABLE shop.parts AS SELECT g AS part_id, repeat(md5(g::text), 12) AS label, g AS amount FROM generate_series(1, ${ROWS}) g`;
const DEFINITIONS = `model: parts
description: One row a part.
owner: shop
table: shop.parts
cache: { ttl: 1 d }
primary_key: part_id
columns: { part_id: int, label: string, amount: int }
entities: { part: primary }
dimensions: { label: }
measures: { pieces: sum(amount) }
---
metric: pieces
description: Pieces of all parts.
owner: shop
model: parts
measure: pieces
`;

/** What Node makes of the flag: the young generation comes on top. */
function heapLimitMb(): number {
  const flags = [`--max-old-space-size=${HEAP_MB}`, "-p", "v8.getHeapStatistics().heap_size_limit"];
  return Number(execFileSync(process.execPath, flags).toString()) / 2 ** 20;
}

export const fault: Fault = {
  id: "X16",
  name: "More is asked than memory can hold",
  injection: `A server with a heap of ${HEAP_MB} MB and every other setting at its default. For ${SECONDS / 60} minutes eight callers ask one thing after the other of which each is new: questions of up to ${ROWS} rows that may be kept for a day, questions that are fetched later, documents of 100 KB that are right or wrong`,
  promise:
    "What is kept stays within a part of the heap: the oldest makes room, the server answers on and does not run out of memory.",
  async run() {
    await using open = new AsyncDisposableStack();
    const database = open.adopt(await startDatabase([], TABLES), (it) => it.stop());
    const assay = open.adopt(
      await startAssay({
        warehouse: database.url,
        definitions: { "parts.yaml": DEFINITIONS },
        nodeFlags: [`--max-old-space-size=${HEAP_MB}`],
      }),
      (it) => it.remove(),
    );
    const until = performance.now() + SECONDS * 1_000;
    const graphql = (query: string) => assay.send("POST", "/graphql", JSON.stringify({ query }));
    const question = (n: number) =>
      `input: { metrics: ["pieces"], groupBy: [{ name: "part__label" }], where: ["part__label != '${n}'"], limit: ${ROWS} }`;
    let n = 0;
    let failed = 0;
    let shed = 0;
    let keepable = 0;
    let bytes = 0;
    const peaks = { heap: 0, memory: 0, kept: 0, answers: 0 };
    const asked: readonly ((n: number) => Promise<Answer>)[] = [
      (i) => graphql(`{ query(${question(i)}) { rows provenance { cache } } }`),
      (i) => graphql(`{ query(${question(i)}) { rows provenance { cache } } }`),
      (i) => graphql(`{ query(waitMs: 0, ${question(i)}) { rows pending { queryId } } }`),
      (i) => graphql(`{ a${i}: __typename # ${"x".repeat(100_000)}\n }`),
      (i) => graphql(`{ ${Array.from({ length: 900 }, (_, k) => `_${i}_${k}${"y".repeat(80)}`).join(" ")} }`),
    ];
    const call = async (): Promise<void> => {
      while (performance.now() < until && !assay.hasEnded()) {
        const mine = n++;
        const kind = mine % asked.length;
        const answer = await asked[kind]?.(mine);
        if (answer?.status === 503) shed += 1;
        else if (answer?.status !== 200) failed += 1;
        if (kind < 2) keepable += 1;
        bytes += answer?.text.length ?? 0;
      }
    };
    const watch = async (): Promise<void> => {
      while (performance.now() < until && !assay.hasEnded()) {
        const numbers = await assay.numbers().catch(() => null);
        if (!numbers) continue;
        const most = (before: number, name: string) => Math.max(before, (numbers.get(name) ?? 0) / 2 ** 20);
        peaks.heap = most(peaks.heap, "nodejs_heap_size_used_bytes");
        peaks.memory = most(peaks.memory, "process_resident_memory_bytes");
        peaks.kept = most(peaks.kept, 'assay_cache_bytes{kind="rows"}');
        peaks.answers = most(peaks.answers, 'assay_cache_bytes{kind="answers"}');
        await new Promise((resolve) => setTimeout(resolve, 250));
      }
    };
    await Promise.all([watch(), ...Array.from({ length: 8 }, call)]);
    const measure = (name: string, value: number, unit: string) =>
      ({ name, value, unit, target: null, better: "lower" }) as const;
    if (assay.hasEnded()) {
      return [
        never("process exits", 1),
        measure("requests until then", n, ""),
        measure("heap in use", peaks.heap, "MB"),
      ];
    }
    const entries = (await assay.numbers()).get('assay_cache_entries{kind="rows"}') ?? 0;
    if (entries >= keepable) throw new Error(`All ${keepable} answers had room: nothing had to leave.`);
    return [
      never("process exits", 0),
      never("requests that failed", failed),
      atMost(
        heapLimitMb() * (1 / 4 + 1 / 16) + 1,
        "MB",
        "rows and whole answers kept at most",
        peaks.kept + peaks.answers,
      ),
      measure("pending answers refused for want of room", shed, ""),
      measure("heap in use at most", peaks.heap, "MB"),
      measure("memory of the process at most", peaks.memory, "MB"),
      measure("answers that may be kept", keepable, ""),
      measure("answers kept at the end", entries, ""),
      measure("text of all answers", bytes / 2 ** 20, "MB"),
    ];
  },
};
