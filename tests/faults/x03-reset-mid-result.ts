import { startProxy } from "../support/proxy.ts";
import type { Fault } from "./fault.ts";
import { type Answer, definitions, never, none, type Question, startAssay, startDatabase, until } from "./support.ts";

const ROWS = 20_000;
const BREAKS = [2_000, 60_000, 200_000, 600_000];

export const fault: Fault = {
  id: "X03",
  name: "The connection breaks in the middle of a result",
  injection: `A proxy breaks connections after ${BREAKS.map((bytes) => bytes / 1_000).join(", ")} KB of a result of ${ROWS.toLocaleString("en")} rows, asked by GraphQL and as NDJSON`,
  promise:
    "A clean error or a broken connection, never a part of an answer as if it were whole, and nothing of it is kept.",
  async run() {
    await using open = new AsyncDisposableStack();
    const database = open.adopt(await startDatabase(), (it) => it.stop());
    const proxy = open.adopt(await startProxy(database.url), (it) => it.close());
    const kept = definitions({ cache: "{ ttl: 10 min, stale: 10 min }" });
    const assay = open.adopt(await startAssay({ warehouse: proxy.url, definitions: kept }), (it) => it.remove());
    const question = (limit: number): Question => ({ metrics: ["revenue"], groupBy: [{ name: "order" }], limit });
    const stream = (limit: number) => assay.send("POST", "/v1/query?format=ndjson", JSON.stringify(question(limit)));
    const isWhole = ({ status, text }: Answer) => status === 200 && text.trimEnd().split("\n").length >= ROWS;
    const isWell = async () => (await assay.ask({ metrics: ["live_revenue"], limit: n++ })).rows !== null;
    let n = 1;

    const broken: Answer[] = [];
    const brokenStreams: Answer[] = [];
    const again: Answer[] = [];
    const streamsAgain: Answer[] = [];
    for (const [i, bytes] of BREAKS.entries()) {
      const limit = ROWS + i;
      await until(isWell);
      proxy.resetAfter(bytes);
      broken.push(await assay.ask(question(limit)));
      proxy.resetAfter(Number.POSITIVE_INFINITY);
      await until(isWell);
      proxy.resetAfter(bytes);
      brokenStreams.push(await stream(limit));
      proxy.resetAfter(Number.POSITIVE_INFINITY);
      await until(isWell);
      again.push(await assay.ask(question(limit)));
      streamsAgain.push(await stream(limit));
    }
    return [
      none("parts given as answers by GraphQL", broken, ({ rows }) => rows !== null),
      none("errors of GraphQL without a code", broken, ({ code }) => code !== "WAREHOUSE_ERROR"),
      none("streams that seem to have ended well", brokenStreams, ({ status }) => status === 200),
      none("answers that were kept of it", again, ({ cache }) => cache !== "miss"),
      none("later answers that are not whole", again, ({ rows }) => rows?.length !== ROWS),
      none("later streams that are not whole", streamsAgain, (answer) => !isWhole(answer)),
      never("process ended", assay.hasEnded() ? 1 : 0),
    ];
  },
};
