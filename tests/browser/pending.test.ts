/** Questions that take longer than anybody waits, in GraphiQL. */
import type { Browser } from "playwright-core";
import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import { type Api, startShop } from "../graphql/support.ts";
import { type GraphiqlPage, openBrowser, openGraphiql } from "./graphiql-page.ts";

/** `slow` is as slow as a test holds it; for `endless` the warehouse really works, for hours. */
const TABLES = `
create view shop.slow as select count(*)::bigint as id from range(1000) t(i);
create view shop.endless as select count(*)::bigint as id from range(10000000000000) t(i) where hash(i) % 7 = 0;
`;
const model = (name: string) => `model: ${name}
table: shop.${name}
primary_key: id
columns: { id: int }
entities: { ${name}_row: primary }
---
metric: ${name}_rows
label: Rows of ${name}
description: What takes its time.
owner: data
model: ${name}
measure: count(*)
`;

let api: Api;
let browser: Browser;
let opened: GraphiqlPage;
beforeAll(async () => {
  api = await startShop({
    tables: TABLES,
    definitions: { "slow.yaml": model("slow"), "endless.yaml": model("endless") },
  });
  browser = await openBrowser();
});
afterEach(() => opened.context.close());
afterAll(async () => {
  await browser?.close();
  await api?.close();
});

const GENERIC = (metric: string) => `query Slow {
  query(waitMs: 0, input: { metrics: ["${metric}"] }) { rows pending { queryId } refusal { code message } }
}`;
const TYPED = `query Slow {
  slow(waitMs: 0) {
    ... on SlowConnection { nodes { slowRows } }
    ... on QueryPending { queryId }
  }
}`;

async function open(query: string) {
  opened = await openGraphiql(browser, api.port);
  const { page, write, run } = opened;
  await write(query);
  const answer = await run();
  return { page, answer: JSON.stringify(answer), shown: () => page.locator(".result-window").textContent() };
}

test.each([
  ["query", GENERIC("slow_rows"), '"1"'],
  ["a typed field", TYPED, '"slowRows": "1"'],
])("what %s is still at can be waited for, and its answer takes the place of that", async (_, query, expected) => {
  api.statements.length = 0;
  const letGo = api.pause();
  const { page, answer, shown } = await open(query);
  expect(answer).toContain('"queryId"');
  const bar = page.locator(".pending");
  expect(await bar.getByRole("status").textContent()).toBe("Still running.");
  await bar.getByRole("button", { name: "Wait for it" }).click();
  await expect
    .poll(() => bar.getByRole("status").textContent())
    .toMatch(/^Still (waiting|running|reading), for \d+ s\.$/);
  expect(await bar.getByRole("button").allTextContents()).toEqual(["Cancel"]);
  await opened.screenshot("pending");
  letGo();
  await expect.poll(shown).toContain(expected);
  expect(await bar.count()).toBe(0);
  expect(await page.locator(".facts").textContent()).toContain("1 row");
  // It joined what it had begun.
  expect(api.statements).toHaveLength(1);
  expect(opened.complaints).toEqual([]);
});

test.each([
  ["before", false],
  ["while", true],
])("it can be ended %s somebody waits for it, and is over for everybody", async (_, isWaiting) => {
  const { page, answer } = await open(GENERIC("endless_rows"));
  const [, id = ""] = /"queryId":"([^"]+)"/.exec(answer) ?? [];
  const bar = page.locator(".pending");
  if (isWaiting) {
    await bar.getByRole("button", { name: "Wait for it" }).click();
    await expect.poll(() => bar.getByRole("status").textContent()).toMatch(/^Still (waiting|running|reading), for/);
  }
  await bar.getByRole("button", { name: "Cancel" }).click();
  await expect.poll(() => bar.getByRole("status").textContent()).toBe("Cancelled.");
  expect(await bar.getByRole("button").count()).toBe(0);
  const ended = await api.ask("query ($id: ID!) { queryResult(queryId: $id) { refusal { code } } }", { id });
  expect(ended.data.queryResult.refusal.code).toBe("CANCELLED");
});

test("what somebody else has ended says so to who waits for it", async () => {
  const { page, answer } = await open(GENERIC("endless_rows"));
  const [, id = ""] = /"queryId":"([^"]+)"/.exec(answer) ?? [];
  const bar = page.locator(".pending");
  await bar.getByRole("button", { name: "Wait for it" }).click();
  await expect.poll(() => bar.getByRole("status").textContent()).toMatch(/^Still/);
  await api.ask("mutation ($id: ID!) { cancelQuery(queryId: $id) }", { id });
  await expect.poll(() => bar.getByRole("status").textContent()).toBe("CANCELLED: The question was cancelled.");
});
