/** GraphiQL over the sample company, in a real Chromium. */
import { execFile } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import type { Browser } from "playwright-core";
import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import { loadCatalog } from "../../src/compile/index.ts";
import { exampleTabs } from "../../src/graphql/graphiql/examples.ts";
import { createDevelopmentAuthenticator, mintDevelopmentToken } from "../../src/identity/index.ts";
import { claimDeclarations } from "../../src/policy/index.ts";
import { ensureSample } from "../../src/sample/index.ts";
import { type Api, startApi } from "../graphql/support.ts";
import { type GraphiqlPage, type Look, openBrowser, openGraphiql } from "./graphiql-page.ts";

const folder = mkdtempSync(join(tmpdir(), "assay-browser-"));
const { catalog } = loadCatalog("metrics");
if (!catalog) throw new Error("metrics/ does not load");
const keyFile = join(folder, "key.pem");
const claims = new Map<string, string | readonly string[]>([
  ["tenant", "northwind"],
  ["regions", ["EMEA"]],
]);
const token = mintDevelopmentToken(
  { subject: "ann", roles: ["regional_analyst"], claims, expiresInSeconds: 3_600 },
  keyFile,
);

let api: Api;
let browser: Browser;
let opened: GraphiqlPage[] = [];
beforeAll(async () => {
  const sample = `duckdb:${await ensureSample()}`;
  api = await startApi("metrics", sample, {
    http: { authenticator: createDevelopmentAuthenticator(claimDeclarations(catalog), keyFile) },
  });
  browser = await openBrowser();
});
afterEach(async () => {
  for (const { context } of opened) await context.close();
  opened = [];
});
afterAll(async () => {
  await browser?.close();
  await api?.close();
  rmSync(folder, { recursive: true });
});

async function open(look?: Look): Promise<GraphiqlPage> {
  const page = await openGraphiql(browser, api.port, look);
  opened.push(page);
  return page;
}

/** The button of a tab that holds a question. */
const TAB = ".graphiql-tab-button";

const MONTHS = `query Months {
  mrrMonthly(groupBy: [{ time: METRIC_TIME, grain: MONTH }], first: 6) {
    ... on MrrMonthlyConnection { nodes { key { metricTime { start label } } mrr newMrr } }
  }
}`;
const REGIONS = `query Regions {
  query(input: { metrics: ["revenue"], groupBy: [{ name: "customer__region" }] }) {
    columns { name type metric { unit } } rows refusal { code message } }
}`;

test("the page opens without a net, and nothing is amiss in its console", async () => {
  const { page, complaints, foreign } = await open();
  const names = exampleTabs(catalog).map(({ query }) => /^query (\w+)/m.exec(query)?.[1]);
  expect(await page.locator(TAB).allTextContents()).toEqual(names);
  expect(foreign).toEqual([]);
  expect(complaints).toEqual([]);
});

test("every example is answered in the page, and the table shows its rows", { timeout: 300_000 }, async () => {
  const { page, run, showTable, screenshot, complaints } = await open();
  for (const name of await page.locator(TAB).allTextContents()) {
    await page
      .locator(TAB)
      .filter({ hasText: new RegExp(`^${name}$`) })
      .click();
    const { errors } = await run();
    expect([name, errors]).toEqual([name, undefined]);
    await showTable();
    expect(await page.locator(".remark.wrong").allTextContents()).toEqual([]);
    expect([name, (await page.locator(".tables tbody tr").count()) > 0]).toEqual([name, true]);
    const bottom = await page.locator(".answer").evaluate((bar) => bar.getBoundingClientRect().bottom);
    expect([name, bottom <= 800]).toEqual([name, true]); // however long, it scrolls inside
    await screenshot(`example-${name}`);
  }
  expect(complaints).toEqual([]);
});

test("the explorer adds a metric to the question, and the answer has it", async () => {
  const { page, write, run, screenshot } = await open();
  await write(MONTHS);
  await page.getByRole("button", { name: "Show GraphiQL Explorer" }).click();
  const explorer = page.locator(".graphiql-explorer-root");
  await explorer.getByText("churnedMrr", { exact: true }).click();
  await expect.poll(() => page.locator(".graphiql-query-editor").textContent()).toContain("churnedMrr");
  await screenshot("explorer");
  const { data, errors } = await run();
  expect(errors).toBeUndefined();
  const nodes = Array.from({ length: 6 }, () => ({ churnedMrr: expect.stringMatching(/^\d/) }));
  expect(data).toMatchObject({ mrrMonthly: { nodes } });
});

test("a token decides what is seen, and the page says whose it is", async () => {
  const { page, write, run, screenshot } = await open();
  const who = page.locator(".who");
  await expect.poll(() => who.textContent()).toMatch(/^Asking as operator.*Catalog [0-9a-f]{12}/);
  await write(REGIONS);
  const everything = await run();
  expect(everything).toMatchObject({ data: { query: { refusal: null } } });
  expect(await page.locator(".behind").textContent()).toBe("revenue v1, certification none");

  await page.getByLabel("Token", { exact: true }).fill(token);
  await expect.poll(() => who.textContent()).toMatch(/^Asking as ann \(regional_analyst\)/);
  const { data } = await run();
  expect(data).toMatchObject({ query: { refusal: null, rows: [["EMEA", expect.any(String)]] } });
  await screenshot("token");
  // What things cost is not for regional analysts.
  await write(`query Costs { query(input: { metrics: ["gross_profit"] }) { rows refusal { code message } } }`);
  expect(await run()).toMatchObject({ data: { query: { refusal: { code: "UNKNOWN_METRIC" } } } });
  expect(await page.locator(".remark.wrong").textContent()).toContain("UNKNOWN_METRIC");

  await page.getByLabel("Token", { exact: true }).fill("no.such.token");
  await expect.poll(() => page.getByRole("alert").textContent()).not.toBe("");
});

test("a token is nowhere once its tab is closed", async () => {
  const { page, context, write, run } = await open();
  await page.getByLabel("Token", { exact: true }).fill(token);
  await page.getByRole("button", { name: "Headers" }).click();
  const headers = page.locator('section[aria-label="Headers"] .CodeMirror').last();
  await headers.click();
  await page.keyboard.insertText(`{"authorization": "Bearer ${token}"}`);
  await write(REGIONS);
  const { data } = await run();
  const [answer = ""] = /\d{4,}\.\d+/.exec(JSON.stringify(data)) ?? [];
  expect(answer).not.toBe("");
  const keeps = () => page.evaluate(() => JSON.stringify(Object.entries(localStorage)));
  await expect.poll(keeps).toContain("customer__region");
  await page.waitForTimeout(1_000); // what GraphiQL keeps, it keeps half a second later
  const kept = await keeps();
  expect(kept).toContain("customer__region");
  expect(kept).not.toContain(token.slice(0, 20));
  expect(kept).not.toContain(answer);
  const later = await context.newPage();
  await later.goto(page.url());
  expect(await later.getByLabel("Token", { exact: true }).inputValue()).toBe("");
});

const QUOTES = `query Quotes($word: [String!]) { # it's "$HOME" \`id\` !! \\n é
  query(input: { metrics: ["orders"], groupBy: [{ name: "customer__region" }], where: $word }) { rows refusal { code } }
}`;
const WORD = { word: [`customer__name <> 'it''s \\ "$(id)" !1 %s'`] };

async function runInShell(command: string, env: NodeJS.ProcessEnv = {}): Promise<unknown> {
  const { stdout } = await promisify(execFile)("bash", ["-euc", command], { env: { ...process.env, ...env } });
  return JSON.parse(stdout).data;
}

test("a question copied as curl gives the answer of the page, whatever it quotes", async () => {
  const { page, write, run } = await open({ permissions: ["clipboard-read", "clipboard-write"] });
  const copy = async () => {
    await page.getByRole("button", { name: "Copy as curl" }).click();
    await page.getByText("Copied as curl").waitFor();
    return page.evaluate(() => navigator.clipboard.readText());
  };
  await write(QUOTES, WORD);
  const { data: shown } = await run();
  expect(shown).toMatchObject({ query: { refusal: null } });
  const bare = await copy();
  expect(bare).not.toContain("authorization");
  expect(await runInShell(bare)).toEqual(shown);

  await page.getByLabel("Token", { exact: true }).fill(token);
  const { data: asAnn } = await run();
  expect(asAnn).not.toEqual(shown);
  const withPlace = await copy();
  expect(withPlace).not.toContain(token);
  expect(await runInShell(withPlace, { ASSAY_TOKEN: token })).toEqual(asAnn);

  await page.getByLabel("copy it with curl").check();
  await page.getByRole("button", { name: "Copy as curl" }).click();
  await expect.poll(() => page.evaluate(() => navigator.clipboard.readText())).toContain(token);
  expect(await runInShell(await page.evaluate(() => navigator.clipboard.readText()))).toEqual(asAnn);
});

test("where a page may not copy, it shows the command instead", async () => {
  const { page, write } = await open();
  await page.evaluate(() => Object.defineProperty(navigator, "clipboard", { value: undefined }));
  await write(REGIONS);
  await page.getByRole("button", { name: "Copy as curl" }).click();
  const command = await page.getByLabel("The command").inputValue();
  expect(await runInShell(command)).toMatchObject({ query: { refusal: null } });
  await page.getByRole("button", { name: "Close", exact: true }).click();
  expect(await page.getByLabel("The command").count()).toBe(0);
});

test("an answer by month is a table with units, and a picture of lines", async () => {
  const { page, write, run, showTable, screenshot } = await open();
  await write(MONTHS);
  await run();
  await showTable();
  const table = page.locator(".tables table");
  await expect.poll(() => table.locator("th").allTextContents()).toEqual(["metricTime", "mrrUSD", "newMrrUSD"]);
  expect(await table.locator("tbody tr").count()).toBe(6);
  expect(await table.locator("tbody tr").first().locator("td").nth(1).textContent()).toMatch(
    /^\d{1,3}(,\d{3})*\.\d\d$/,
  );
  expect(await page.locator(".picture path").count()).toBe(2);
  expect(await page.locator(".picture circle").count()).toBe(12);
  await screenshot("table");
  await write(REGIONS);
  await run();
  await expect.poll(() => page.locator(".picture rect").count()).toBeGreaterThan(2);
});

test("shares and ratios are read as percent, and a wide table scrolls to its last column", async () => {
  const { page, write, run, showTable, screenshot } = await open();
  await write(`{ orderLines(groupBy: [{ dimension: PRODUCT__CATEGORY }], timeRange: { start: "2026-01-01", end: "2026-06-30" }) { ... on OrderLinesConnection { nodes {
    key { productCategory } revenue share: revenue(calc: SHARE_OF_TOTAL) growth: revenue(calc: DELTA_RATIO) grossMargin
    breakdown(groupBy: [{ dimension: CUSTOMER__REGION }]) { key { customerRegion } revenue share: revenue(calc: SHARE_OF_TOTAL)
      inner: breakdown(groupBy: [{ time: METRIC_TIME, grain: QUARTER }]) { key { metricTime { label start } } revenue grossMargin growth: revenue(calc: DELTA_RATIO) last: revenue } } } } } }`);
  await run();
  await showTable();
  const first = page.locator(".tables table").first().locator("> tbody > tr").first();
  await expect.poll(() => first.locator("> td").nth(2).textContent()).toMatch(/^\d{1,2}\.\d%$/);
  expect(await first.locator("> td").nth(3).textContent()).toMatch(/^-?\d+\.\d%$/);
  const last = page.locator(".tables th").filter({ hasText: "last" }).first();
  await last.scrollIntoViewIfNeeded();
  await screenshot("wide-table");
  const box = await last.boundingBox();
  expect(box && box.x >= 0 && box.x + box.width <= 1280).toBe(true);
  expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(1280);

  await write(
    `{ query(input: { metrics: [{ name: "revenue", as: "part", calc: SHARE_OF_TOTAL }], groupBy: [{ name: "customer__region" }] }) { columns { name type metric { name } } rows } }`,
  );
  await run();
  await expect
    .poll(() => page.locator(".tables tbody tr").first().locator("td").nth(1).textContent())
    .toMatch(/^\d{1,2}\.\d%$/);
});

test("our own controls have names, and work from the keyboard", async () => {
  const { page, write, run } = await open();
  await write(MONTHS);
  await run();
  for (const control of await page.locator(":is(.bar, .answer) :is(button, input)").all()) {
    const name = await control.evaluate(
      (element) => (element as HTMLInputElement).labels?.[0]?.textContent ?? element.textContent,
    );
    expect(name).not.toBe("");
  }
  await page.getByRole("button", { name: "Table" }).focus();
  await page.keyboard.press("Enter");
  expect(await page.getByRole("button", { name: "Table" }).getAttribute("aria-pressed")).toBe("true");
  await page.keyboard.press("Tab");
  expect(await page.evaluate(() => document.activeElement?.getAttribute("aria-label"))).toBe("Rows");
  const curl = page.getByRole("button", { name: "Copy as curl" });
  await curl.focus();
  await page.keyboard.press("Enter");
  await expect.poll(() => page.locator(".said").textContent()).not.toBe("");
});

test("on a small screen and on a phone everything is within reach, by day and by night", async () => {
  const { page, write, run, showTable, screenshot } = await open();
  await write(MONTHS);
  await run();
  await showTable();
  await page.locator(".picture").waitFor();
  for (const { name, width, height, colorScheme } of SCREENS) {
    await page.setViewportSize({ width, height });
    await page.emulateMedia({ colorScheme });
    await screenshot(`${name}-${colorScheme}`);
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(width);
    for (const control of [
      page.getByLabel("Token", { exact: true }),
      page.getByRole("button", { name: /^Execute query/ }),
      page.getByRole("button", { name: "Copy as curl" }),
      page.getByRole("button", { name: "Table" }),
      page.getByRole("region", { name: "Rows" }),
    ]) {
      const box = await control.boundingBox();
      expect(box && box.x >= 0 && box.x + box.width <= width && box.y >= 0 && box.y < height).toBe(true);
    }
    const brightness = await page.locator(".bar").evaluate((bar) => {
      const [r = 0, g = 0, b = 0] = getComputedStyle(bar).color.match(/\d+/g)?.map(Number) ?? [];
      return (r + g + b) / 3;
    });
    expect(brightness > 128).toBe(colorScheme === "dark");
  }
});

const SCREENS = [
  { name: "small", width: 1024, height: 700, colorScheme: "light" },
  { name: "small", width: 1024, height: 700, colorScheme: "dark" },
  { name: "phone", width: 390, height: 844, colorScheme: "dark" },
] as const;
