/** One Apollo cache, as apps have it: whatever is on the page, every number on it is right. */
import { ApolloClient, gql, HttpLink, InMemoryCache } from "@apollo/client";
import { afterAll, beforeAll, expect, test } from "vitest";
import { createWitness, openPage, type Page, type View } from "./purity.ts";

let page: Page;
beforeAll(async () => {
  page = await openPage();
});
afterAll(() => page.close());

function createClient() {
  const witness = createWitness();
  const uri = `http://127.0.0.1:${page.api.port}/graphql`;
  // As it comes: objects are filed under their type and id.
  const client = new ApolloClient({ cache: new InMemoryCache(), link: new HttpLink({ uri, fetch: witness.fetch }) });
  const query = (view: View) => ({ query: gql(view.query), variables: view.variables });
  return {
    client,
    witness,
    mount: (view: View) => client.query({ ...query(view), fetchPolicy: "cache-first" }),
    shown: (view: View) => {
      const data = client.cache.readQuery(query(view));
      return data && view.cells(data);
    },
    watch: (view: View) => client.watchQuery({ ...query(view), fetchPolicy: "cache-first" }),
  };
}

test.each([
  ["one after the other", (views: readonly View[]) => views],
  ["in the other order", (views: readonly View[]) => views.toReversed()],
])("views mounted %s show what SQL by hand says, before and after each other", async (_, order) => {
  const { mount, shown, witness } = createClient();
  const mounted: View[] = [];
  for (const view of order(page.views)) {
    await mount(view);
    mounted.push(view);
    for (const one of mounted) expect(shown(one), `${one.name} after ${view.name}`).toEqual(one.expected);
  }
  expect(mounted.length).toBeGreaterThan(8);
  expect(witness.repeats()).toBeGreaterThan(0);
  expect(witness.contradictions()).toEqual([]);
});

test("views mounted at once show what SQL by hand says", async () => {
  const { mount, shown, witness } = createClient();
  await Promise.all(page.views.map(mount));
  for (const view of page.views) expect(shown(view), view.name).toEqual(view.expected);
  expect(witness.contradictions()).toEqual([]);
});

test("a card that stays on the page never shows another number while others come", async () => {
  const { mount, watch } = createClient();
  const [card, ...others] = page.views;
  if (!card) throw new Error("There is no card");
  const seen: unknown[] = [];
  const subscription = watch(card).subscribe(({ data, loading }) => {
    if (!loading) seen.push(data && card.cells(data));
  });
  await mount(card);
  for (const view of others) await mount(view);
  subscription.unsubscribe();
  expect(seen.length).toBeGreaterThan(0);
  for (const cells of seen) expect(cells).toEqual(card.expected);
});
