import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import type { Fault } from "./fault.ts";
import { atMost, definitions, never, startAssay, startDatabase, until } from "./support.ts";

const BROKEN_PLANNER = ["--import", path.join(import.meta.dirname, "inside/planner.ts")];

const POISON = `model: poisons
description: Ends whatever reads it.
owner: shop
sql: SELECT 1 AS poison_id, shop.poison() AS amount
primary_key: poison_id
columns: { poison_id: int, amount: int }
entities: { poison: primary }
measures: { dose: sum(amount) }
---
metric: dose
description: Ends whatever reads it.
owner: shop
model: poisons
measure: dose
`;

export const fault: Fault = {
  id: "X23",
  name: "A question crashes what answers it",
  injection:
    "a planner that throws over one question, by a module loaded beside the server; and a statement that kills the process of PostgreSQL that runs it (SIGKILL)",
  promise:
    "Whoever asks gets one error that tells nothing of what crashed; it is not asked once more, and others are answered.",
  async run() {
    await using open = new AsyncDisposableStack();
    const folder = mkdtempSync(path.join(tmpdir(), "assay-poison-"));
    open.defer(() => rmSync(folder, { recursive: true, force: true }));
    chmodSync(folder, 0o777);
    const doses = path.join(folder, "doses");
    const database = open.adopt(await startDatabase(), (it) => it.stop());
    await database.sql(`CREATE FUNCTION shop.poison() RETURNS int LANGUAGE plpgsql AS $$
      BEGIN EXECUTE 'COPY (SELECT 1) TO PROGRAM ''echo dose >> ${doses}; kill -9 $PPID'''; RETURN 1; END $$`);
    const assay = open.adopt(
      await startAssay({
        warehouse: database.url,
        definitions: { ...definitions(), "poison.yaml": POISON },
        nodeFlags: BROKEN_PLANNER,
      }),
      (it) => it.remove(),
    );
    const harmless = (n: number) => assay.ask({ metrics: ["live_revenue"], limit: n });
    // Enough that repetitions have been earned.
    for (let n = 1; n <= 50; n++) await harmless(n);
    const turns = async () => (await assay.numbers()).get("assay_queue_wait_seconds_count") ?? Number.NaN;
    const before = await turns();
    const crashed = await harmless(666);
    const planned = (await turns()) - before;
    const wellBeside = await harmless(700);
    const poisoned = await assay.ask({ metrics: ["dose"] });
    // Those that others run while the database recovers may be repeated.
    const retries = (await assay.numbers()).get("assay_warehouse_retries_total") ?? Number.NaN;
    const backMs = await until(async () => (await harmless(1)).rows !== null);
    const taken = existsSync(doses) ? readFileSync(doses, "utf8").trim().split("\n").length : 0;
    if (crashed.rows !== null || taken === 0) throw new Error(`Nothing crashed: ${crashed.text} ${poisoned.text}`);
    const errors = [crashed, poisoned].map(({ text }) => JSON.parse(text).errors?.length ?? 0);
    const leaks = [crashed, poisoned].filter(({ text }) =>
      /secret|poison\(|COPY|PROGRAM|build\.ts|terminat/i.test(text),
    );
    return [
      never("crashes that are told otherwise than by one error", errors.filter((count) => count !== 1).length),
      never("errors that tell of what crashed", leaks.length),
      never("statements of the question that crashes the planner", planned),
      atMost(1, "", "times that the poison was run", taken),
      never("questions answered beside it that were not", wellBeside.rows === null ? 1 : 0),
      never("repetitions", retries),
      atMost(5_000, "ms", "until others are answered after the database has recovered", backMs),
      never("process exits", assay.hasEnded() ? 1 : 0),
    ];
  },
};
