/** One urql Graphcache: whatever is on the page, every number on it is right. */

import { Client, fetchExchange, gql } from "@urql/core";
import { cacheExchange } from "@urql/exchange-graphcache";
import { afterAll, beforeAll, expect, test } from "vitest";
import { createWitness, openPage, type Page, type View } from "./purity.ts";

let page: Page;
beforeAll(async () => {
  page = await openPage();
});
afterAll(() => page.close());

function createClient() {
  const witness = createWitness();
  const client = new Client({
    url: `http://127.0.0.1:${page.api.port}/graphql`,
    fetch: witness.fetch,
    preferGetMethod: false,
    // Parts of their owner, which have no id of their own.
    exchanges: [cacheExchange({ keys: Object.fromEntries(EMBEDDED.map((type) => [type, () => null])) }), fetchExchange],
  });
  const ask = async (view: View, requestPolicy: "cache-first" | "cache-only") => {
    const { data, error } = await client.query(gql(view.query), view.variables, { requestPolicy }).toPromise();
    expect(error).toBeUndefined();
    return data;
  };
  return {
    witness,
    mount: (view: View) => ask(view, "cache-first"),
    shown: async (view: View) => view.cells(await ask(view, "cache-only")),
  };
}

const EMBEDDED = ["OrderLinesConnection", "OrderLinesKey", "PageInfo", "TimeBucket"];

test.each([
  ["one after the other", (views: readonly View[]) => views],
  ["in the other order", (views: readonly View[]) => views.toReversed()],
])("views mounted %s show what SQL by hand says, before and after each other", async (_, order) => {
  const { mount, shown, witness } = createClient();
  const mounted: View[] = [];
  for (const view of order(page.views)) {
    await mount(view);
    mounted.push(view);
    for (const one of mounted) expect(await shown(one), `${one.name} after ${view.name}`).toEqual(one.expected);
  }
  expect(mounted.length).toBeGreaterThan(8);
  expect(witness.repeats()).toBeGreaterThan(0);
  expect(witness.contradictions()).toEqual([]);
});

test("views mounted at once show what SQL by hand says", async () => {
  const { mount, shown, witness } = createClient();
  await Promise.all(page.views.map(mount));
  for (const view of page.views) expect(await shown(view), view.name).toEqual(view.expected);
  expect(witness.contradictions()).toEqual([]);
});
