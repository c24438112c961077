import { setTimeout as delay } from "node:timers/promises";
import type { Fault } from "./fault.ts";
import { type Assay, atMost, definitions, never, startAssay, startDatabase } from "./support.ts";

const CLIENTS = 200;
const TTL_MS = 2_000;
const ROUNDS = 5;

export const fault: Fault = {
  id: "X22",
  name: "An answer that all want runs out",
  injection: `${CLIENTS} clients ask the same at the moment when the time of the answer is over, ${ROUNDS} times without and ${ROUNDS} times with a stale window`,
  promise: "One statement runs for all of them; within the stale window nobody waits for it.",
  async run() {
    await using open = new AsyncDisposableStack();
    const database = open.adopt(await startDatabase(), (it) => it.stop());
    const herd = async (cache: string): Promise<Herd> => {
      const kept = definitions({ cache });
      const assay = open.adopt(await startAssay({ warehouse: database.url, definitions: kept }), (it) => it.remove());
      return trample(assay);
    };
    const waiting = await herd(`{ ttl: ${TTL_MS} ms }`);
    const stale = await herd(`{ ttl: ${TTL_MS} ms, stale: 10 s }`);
    return [
      atMost(1, "", "statements for all clients of a round, at most", waiting.statements),
      never("clients without an answer, or with a wrong one", waiting.wrong),
      atMost(1, "", "statements with a stale window, at most", stale.statements),
      never("clients without an answer, or with a wrong one, with a stale window", stale.wrong),
      never("clients that waited for it, with a stale window", stale.waited),
    ];
  },
};

interface Herd {
  readonly statements: number;
  readonly wrong: number;
  readonly waited: number;
}

async function trample(assay: Assay): Promise<Herd> {
  const question = { metrics: ["revenue"] };
  const right = JSON.stringify((await assay.ask(question)).rows);
  // Their connections are there before it counts.
  await Promise.all(Array.from({ length: CLIENTS }, () => assay.ask(question)));
  let [statements, wrong, waited] = [0, 0, 0];
  for (let i = 0; i < ROUNDS; i++) {
    await delay(TTL_MS + 100);
    const before = await statementsOf(assay);
    const answers = await Promise.all(Array.from({ length: CLIENTS }, () => assay.ask(question)));
    await delay(200);
    statements = Math.max(statements, (await statementsOf(assay)) - before);
    wrong += answers.filter(({ rows }) => JSON.stringify(rows) !== right).length;
    // Who comes when the new one is there is given it at once, as a hit.
    waited += answers.filter(({ cache }) => cache !== "stale" && cache !== "hit").length;
  }
  return { statements, wrong, waited };
}

/** Every statement has its turn once. */
async function statementsOf(assay: Assay): Promise<number> {
  return (await assay.numbers()).get("assay_queue_wait_seconds_count") ?? Number.NaN;
}
