import { setTimeout as delay } from "node:timers/promises";
import { MOVABLE_CLOCKS, moveClocks } from "./clocks.ts";
import type { Fault } from "./fault.ts";
import { seenByAll, startIssuer } from "./issuer.ts";
import { type Answer, definitions, never, startAssay, startDatabase, undo } from "./support.ts";

const TEN_MINUTES = 600_000;
const TTL_MS = 3_000;

export const fault: Fault = {
  id: "X14",
  name: "The clock is set, and summer time begins",
  injection:
    "the wall clock of a server in Europe/Berlin is moved by ± 10 minutes, by ± 25 s and over the hour that is left out; the one that only grows is spared",
  promise:
    "Kept answers live exactly their time and statements keep their deadlines; tokens are believed within the tolerance of 30 s and refused beyond it, and the process goes on.",
  async run() {
    const database = await startDatabase();
    const issuer = await startIssuer();
    const assay = await startAssay({
      warehouse: database.url,
      definitions: seenByAll(definitions({ cache: `{ ttl: ${TTL_MS} ms }`, naps: [1] })),
      settings: `${issuer.settings("1 h")}limits: { timeout: 5 s }\n`,
      nodeFlags: MOVABLE_CLOCKS,
      env: { TZ: "Europe/Berlin" },
    });
    const as = (token: string) => ({ headers: { authorization: `Bearer ${token}` } });
    const cached = as(issuer.token("cached", { lastsSeconds: 80_000 }));
    let limit = 0;

    /** Over the jump, within the time of the answer and after it. @returns the uses of the cache that were not due */
    const lifeOver = async (wall: number): Promise<number> => {
      limit += 1;
      const question = { metrics: ["revenue"], limit };
      await moveClocks(assay, {});
      // Its token is remembered for a minute, whatever the clock says meanwhile.
      const first = await assay.ask(question, cached);
      await moveClocks(assay, { wall });
      const second = await assay.ask(question, cached);
      await delay(TTL_MS);
      const third = await assay.ask(question, cached);
      const uses = [first.cache, second.cache, third.cache];
      return uses.filter((use, i) => use !== ["miss", "hit", "miss"][i]).length;
    };

    /** A statement of a second that runs while the clock is set. */
    const napOver = async (wall: number): Promise<Answer> => {
      await moveClocks(assay, {});
      const answer = assay.ask({ metrics: ["nap_1"] }, cached);
      await delay(300);
      await moveClocks(assay, { wall });
      return answer;
    };

    /** Whether a token that was issued just now, or so many seconds off, is believed at that wall clock. */
    const believes = async (wall: number, at = 0): Promise<boolean> => {
      await moveClocks(assay, { wall });
      limit += 1;
      const token = issuer.token(`anybody ${limit}`, { at, lastsSeconds: 300 });
      return (await assay.ask({ metrics: ["revenue"], limit }, as(token))).status === 200;
    };

    try {
      const summer = Date.parse("2027-03-28T00:59:59Z") - Date.now();
      const jumps = [TEN_MINUTES, -TEN_MINUTES, summer];
      let wrongUses = 0;
      let lateNaps = 0;
      for (const jump of jumps) {
        wrongUses += await lifeOver(jump);
        if ((await napOver(jump)).rows === null) lateNaps += 1;
      }
      const wronglyRefused = [
        await believes(25_000),
        await believes(-25_000),
        await believes(summer, Math.floor(summer / 1_000)),
      ].filter((isBelieved) => !isBelieved);
      const wronglyBelieved = [await believes(TEN_MINUTES), await believes(-TEN_MINUTES)].filter(Boolean);
      return [
        never("answers kept for longer or shorter than their time", wrongUses),
        never("statements in time that were ended by a jump", lateNaps),
        never("tokens within the tolerance refused", wronglyRefused.length),
        never("tokens beyond the tolerance believed", wronglyBelieved.length),
        never("process exits", assay.hasEnded() ? 1 : 0),
      ];
    } finally {
      await undo([database.stop, issuer.close, assay.remove]);
    }
  },
};
