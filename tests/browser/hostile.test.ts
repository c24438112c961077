/** Rows and definitions that would be markup or script, if the page took them for that. */
import type { Browser } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type Api, startShop } from "../graphql/support.ts";
import { openBrowser, openGraphiql } from "./graphiql-page.ts";

const MARKUP = `<img src=x onerror="window.hacked=1"><script>window.hacked=2</script>`;
const SCRIPT = `</td></table><svg onload=window.hacked=3>{{constructor.constructor("window.hacked=4")()}}`;

let api: Api;
let browser: Browser;
beforeAll(async () => {
  const cells = [MARKUP, SCRIPT, "javascript:window.hacked=5"];
  const tables = cells.map(
    (text, at) => `update shop.orders set note = '${text.replaceAll("'", "''")}' where order_id = ${at + 1};`,
  );
  api = await startShop({ tables: tables.join("\n") });
  browser = await openBrowser();
});
afterAll(async () => {
  await browser?.close();
  await api?.close();
});

test("text of the warehouse stays text in tables, pictures and remarks", async () => {
  const { page, complaints, foreign, write, run, showTable, screenshot } = await openGraphiql(browser, api.port);
  for (const { name, query, shown } of ANSWERS) {
    await write(query);
    await run();
    await showTable();
    await expect.poll(() => page.locator(".answer").textContent()).toContain(shown);
    await screenshot(`hostile-${name}`);
    expect(await page.locator(":is(.answer, .bar) :is(img, script, a, iframe)").count()).toBe(0);
    expect(await page.evaluate(() => Reflect.get(window, "hacked"))).toBeUndefined();
  }
  expect(complaints).toEqual([]);
  expect(foreign).toEqual([]);
});

const ANSWERS = [
  {
    name: "typed",
    shown: MARKUP,
    query: `query Typed { orders(groupBy: [{ dimension: ORDER__NOTE }]) {
      ... on OrdersConnection { nodes { key { orderNote } revenue } } } }`,
  },
  {
    name: "generic",
    shown: SCRIPT,
    query: `query Generic { query(input: { metrics: ["revenue"], groupBy: [{ name: "order__note" }] }) {
      columns { name type metric { unit } } rows } }`,
  },
  {
    name: "lines",
    shown: MARKUP,
    query: `query Lines { query(input: {
      metrics: ["revenue"], groupBy: [{ name: "metric_time", grain: MONTH }, { name: "order__note" }] }) {
      columns { name type metric { unit } } rows } }`,
  },
  {
    name: "refusal",
    shown: "UNKNOWN_METRIC",
    query: `query Refusal { query(input: { metrics: [${JSON.stringify(MARKUP)}] }) { rows refusal { code message } } }`,
  },
];
