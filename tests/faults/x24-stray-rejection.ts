import path from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import type { Fault } from "./fault.ts";
import { atMost, definitions, never, startAssay, startDatabase, undo, until } from "./support.ts";

const STRAY = ["--import", path.join(import.meta.dirname, "inside/rejection.ts")];
const IDLE = "FROM pg_stat_activity WHERE backend_type = 'client backend' AND application_name <> 'outside'";

export const fault: Fault = {
  id: "X24",
  name: "A promise is rejected that nobody waits for, and idle connections drop",
  injection:
    "twenty rejections by a module loaded beside the server; then the database ends all of its idle connections, five times",
  promise: "The process stays, tells of the rejection in its log, and answers the next question by a new connection.",
  async run() {
    const database = await startDatabase();
    const assay = await startAssay({ warehouse: database.url, definitions: definitions(), nodeFlags: STRAY });
    const question = { metrics: ["live_revenue"] };
    let failed = 0;
    let dropped = 0;
    let slowest = 0;
    const ask = async () => {
      const { rows, ms } = await assay.ask(question);
      if (rows === null) failed += 1;
      slowest = Math.max(slowest, ms);
    };
    try {
      await assay.ask(question);
      for (let i = 0; i < 20 && !assay.hasEnded(); i++) {
        assay.child.kill("SIGUSR2");
        await ask();
      }
      const untold = await until(() => assay.log().includes("for which nobody waits"), { withinMs: 5_000 }).then(
        () => 0,
        () => 1,
      );
      for (let i = 0; i < 5; i++) {
        await Promise.all(Array.from({ length: 10 }, () => assay.ask(question)));
        const gone = await database.sql(`SELECT pg_terminate_backend(pid) ${IDLE}`);
        dropped += gone.length;
        await delay(100);
        await ask();
      }
      if (dropped < 5) throw new Error(`Only ${dropped} connections were there to be dropped.`);
      return [
        never("process exits", assay.hasEnded() ? 1 : 0),
        never("questions failed", failed),
        never("rejections of which the log says nothing", untold),
        atMost(1_000, "ms", "slowest answer meanwhile", slowest),
      ];
    } finally {
      await undo([database.stop, assay.remove]);
    }
  },
};
