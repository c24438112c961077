import { once } from "node:events";
import { connect, createServer, type Socket } from "node:net";
import { setTimeout as delay } from "node:timers/promises";
import type { Fault } from "./fault.ts";
import { atMost, definitions, never, none, ORDERS, startAssay, startDatabase, startLoad } from "./support.ts";

const SECONDS = 20;
const PER_SECOND = 30;

/** 57P02: what is told to all when one of them has crashed, and may be asked once more. */
const COIN = `CREATE FUNCTION shop.coin() RETURNS bool LANGUAGE plpgsql AS $$
  BEGIN IF random() < 0.5 THEN RAISE EXCEPTION 'crash' USING ERRCODE = '57P02'; END IF; RETURN true; END $$`;

export const fault: Fault = {
  id: "X18",
  name: "Half of all statements fail",
  injection: `Half of all statements, by chance, end with the word of PostgreSQL that a process beside theirs has crashed, under ${PER_SECOND} questions a second for ${SECONDS} s; a proxy counts what is sent`,
  promise:
    "What failed is asked once more within a tenth of what is asked, so that a warehouse in trouble is not asked more; who is not answered gets one error.",
  async run() {
    await using open = new AsyncDisposableStack();
    const database = open.adopt(await startDatabase([], `${ORDERS};${COIN}`), (it) => it.stop());
    const counting = open.adopt(await startCounting(database.url), (it) => it.close());
    const assay = open.adopt(await startAssay({ warehouse: counting.url, definitions: definitions() }), (it) =>
      it.remove(),
    );
    // Enough that repetitions have been earned.
    for (let n = 0; n < 100; n++) await assay.ask({ metrics: ["live_revenue"], limit: 9_000 - n });
    await database.sql(
      "CREATE OR REPLACE VIEW shop.live_orders AS SELECT o.* FROM shop.orders o, (SELECT shop.coin() AS side) c WHERE c.side",
    );
    counting.begin();
    const load = startLoad(PER_SECOND, (n) => assay.ask({ metrics: ["live_revenue"], limit: n + 1 }));
    await delay(SECONDS * 1_000);
    const samples = await load.stop();
    const retries = (await assay.numbers()).get("assay_warehouse_retries_total") ?? Number.NaN;
    const right = (await database.sql<{ sum: string }>("SELECT sum(amount) FROM shop.orders"))[0]?.sum;
    const answered = samples.filter(({ rows }) => rows !== null);
    const measure = (name: string, value: number, unit = "") =>
      ({ name, value, unit, target: null, better: "lower" }) as const;
    return [
      // Ten are kept from before.
      atMost(1.1, "×", "attempts over questions", (counting.attempts - 10) / samples.length),
      none("wrong answers", answered, ({ rows }) => Number(rows?.[0]?.[0]) !== Number(right)),
      never("process exits", assay.hasEnded() ? 1 : 0),
      measure("questions", samples.length),
      measure("attempts", counting.attempts),
      measure("repeated", retries),
      measure("answered", (100 * answered.length) / samples.length, "%"),
    ];
  },
};

/** A proxy in front of PostgreSQL that tells statements of ours by the comment before them. */
async function startCounting(target: string) {
  const { hostname, port } = new URL(target);
  const sockets = new Set<Socket>();
  let attempts = 0;
  let isCounting = false;
  const server = createServer((client) => {
    const upstream = connect(Number(port), hostname);
    const pair = [client, upstream] as const;
    client.on("data", (chunk: Buffer) => {
      if (isCounting && chunk.includes("/* assay request=")) attempts += 1;
      upstream.write(chunk);
    });
    upstream.on("data", (chunk: Buffer) => client.write(chunk));
    for (const [from, to] of [pair, [upstream, client] as const]) {
      sockets.add(from);
      from.on("error", () => to.destroy());
      from.on("close", () => {
        sockets.delete(from);
        to.destroy();
      });
    }
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("A TCP server has no port.");
  const url = new URL(target);
  url.port = String(address.port);
  return {
    url: url.href,
    begin() {
      isCounting = true;
    },
    get attempts() {
      return attempts;
    },
    async close() {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, "close");
    },
  };
}
