import { afterAll, beforeAll, expect, test } from "vitest";
import { ANN, type Connected, chart, connect, dataOf } from "./connector.ts";

let connected: Connected;
beforeAll(async () => {
  connected = await connect();
});
afterAll(() => connected.close());

test("smoke", async () => {
  const { script, endpoint } = connected;
  const r = await fetch(endpoint+"/health/ready");
  console.log(await r.text());
  for (const f of [() => script.call(ANN, "getSchema", { configParams: { model: "orders" } }), () => dataOf(script, ANN, chart(["order__region", "buyers", "cost_share"]))])
  console.log(JSON.stringify(await f().catch((e: any) => [e.message, e.debug])).slice(0, 2500));
  expect(1).toBe(1);
});
