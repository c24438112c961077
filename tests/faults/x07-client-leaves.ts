import { setTimeout as delay } from "node:timers/promises";
import type { Fault } from "./fault.ts";
import { atMost, definitions, never, none, startAssay, startDatabase, until } from "./support.ts";

const TIMES = 15;

export const fault: Fault = {
  id: "X07",
  name: "A client leaves",
  injection: `A client breaks off 200 ms into a statement of 10 s, ${TIMES} times; and one breaks off while another waits for the same answer`,
  promise:
    "The statement of whoever left is gone from the database at once, unless others wait for it: they get their answer.",
  async run() {
    await using open = new AsyncDisposableStack();
    const database = open.adopt(await startDatabase(), (it) => it.stop());
    const assay = open.adopt(
      await startAssay({ warehouse: database.url, definitions: definitions({ naps: [2, 10] }) }),
      (it) => it.remove(),
    );
    const goneMs: number[] = [];
    for (let time = 0; time < TIMES; time += 1) {
      const leaving = new AbortController();
      const question = assay.ask({ metrics: ["nap_10"], limit: 1 + time }, { signal: leaving.signal });
      await until(async () => (await database.activeWith("pg_sleep(10)")) === 1);
      await delay(200);
      leaving.abort();
      goneMs.push(await until(async () => (await database.activeWith("pg_sleep(10)")) === 0));
      await question;
    }
    const leaving = new AbortController();
    const same = { metrics: ["nap_2"] };
    const leader = assay.ask(same, { signal: leaving.signal });
    await until(async () => (await database.activeWith("pg_sleep(2)")) === 1);
    const followers = [assay.ask(same), assay.ask(same)];
    await delay(200);
    leaving.abort();
    await leader;
    const statements = [];
    for (let look = 0; look < 10; look += 1) {
      statements.push(await database.activeWith("pg_sleep(2)"));
      await delay(50);
    }
    const answers = await Promise.all(followers);
    return [
      atMost(500, "ms", `until the statement was gone, worst of ${TIMES}`, Math.max(...goneMs)),
      none("followers without an answer", answers, ({ rows }) => rows === null),
      none("followers who did not share the statement", answers, ({ cache }) => cache !== "coalesced"),
      never("looks at which not one statement ran for them", statements.filter((count) => count !== 1).length),
    ];
  },
};
