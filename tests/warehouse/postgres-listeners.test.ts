import { getEventListeners } from "node:events";
import { setTimeout as delay } from "node:timers/promises";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { expect, test } from "vitest";
import { startEmbeddedPostgres } from "../../scripts/embedded-postgres.ts";
import { Connections } from "../../src/warehouse/postgres/connections.ts";
import { postgresSettings } from "../../src/warehouse/postgres/settings.ts";

test("statements that have ended leave nothing on a signal that they shared, whatever garbage was collected meanwhile", async () => {
  setFlagsFromString("--expose-gc");
  const collect: () => void = runInNewContext("gc");
  await using open = new AsyncDisposableStack();
  const server = open.adopt(await startEmbeddedPostgres(), (it) => it.stop());
  const { hosts, limits } = postgresSettings(server.url("postgres"));
  const [host] = hosts;
  if (!host) throw new Error("There is no host.");
  const connections = open.adopt(new Connections(host, limits), (it) => it.close());
  const lost = new AbortController();
  const runs = await Promise.all(
    [1, 2, 3, 4].map(() => connections.run({ text: "SELECT pg_sleep(0.3)", values: [] }, {}, lost.signal)),
  );
  expect(getEventListeners(lost.signal, "abort").length).toBeGreaterThan(0);
  collect();
  await delay(50);
  collect();
  for (const run of runs) while ((await run.take()) !== null);
  await Promise.all(runs.map(({ done }) => done));
  expect(getEventListeners(lost.signal, "abort")).toEqual([]);
});
