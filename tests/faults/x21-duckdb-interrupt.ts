import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import type { Fault } from "./fault.ts";
import { atMost, never, startAssay, until } from "./support.ts";

const TIMES = 20;

/** A statement of minutes, if nobody ends it. */
const DEFINITIONS = `model: pairs
description: Every pair of numbers.
owner: shop
sql: SELECT a.range * 100000 + b.range AS pair_id, hash(a.range, b.range) % 7 AS amount FROM range(100000) a, range(100000) b
primary_key: pair_id
columns: { pair_id: int, amount: int }
entities: { pair: primary }
measures: { total: sum(amount) }
---
metric: total
description: The sum of a digest of every pair.
owner: shop
model: pairs
measure: total
`;

export const fault: Fault = {
  id: "X21",
  name: "A caller leaves while DuckDB computes",
  injection: `${TIMES} times a caller breaks the connection 300 ms after a question that would take minutes, half of them at /graphql and half at /v1/query`,
  promise: "DuckDB is interrupted and its turn is free again at once; it answers the next question.",
  async run() {
    await using open = new AsyncDisposableStack();
    const folder = mkdtempSync(path.join(tmpdir(), "assay-duckdb-"));
    open.defer(() => rmSync(folder, { recursive: true, force: true }));
    const file = `duckdb:${path.join(folder, "empty.duckdb")}`;
    await makeEmpty(file);
    const assay = open.adopt(await startAssay({ warehouse: file, definitions: { "pairs.yaml": DEFINITIONS } }), (it) =>
      it.remove(),
    );
    const running = async () => (await assay.numbers()).get("assay_statements_running");
    const times: number[] = [];
    let answered = 0;
    for (let i = 0; i < TIMES; i++) {
      const leaving = new AbortController();
      const { signal } = leaving;
      const asked =
        i % 2 === 0
          ? assay.ask({ metrics: ["total"], limit: i + 1 }, { signal })
          : assay.send("GET", `/v1/query?metrics=total&limit=${i + 1}`, undefined, { signal });
      await until(async () => (await running()) === 1, { withinMs: 5_000 });
      await delay(300);
      leaving.abort();
      times.push(await until(async () => (await running()) === 0, { withinMs: 20_000, everyMs: 1 }));
      if ((await asked).status !== 0) answered += 1;
    }
    const { status } = await assay.send("GET", "/health/ready");
    times.sort((a, b) => a - b);
    return [
      atMost(50, "ms", "until the turn is free, median", times[TIMES / 2] ?? Number.NaN),
      atMost(50, "ms", "until the turn is free, slowest but one", times[TIMES - 2] ?? Number.NaN),
      never("questions answered in spite of it", answered),
      never("not ready afterwards", status === 200 ? 0 : 1),
      never("process exits", assay.hasEnded() ? 1 : 0),
    ];
  },
};

async function makeEmpty(file: string): Promise<void> {
  const { DuckDBInstance } = await import("@duckdb/node-api");
  const instance = await DuckDBInstance.create(file.slice("duckdb:".length));
  instance.closeSync();
}
