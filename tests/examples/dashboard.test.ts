/** The dashboard builds, is strictly typed, and shows what SQL by hand says. */
import { execFile } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { promisify } from "node:util";
import { build } from "esbuild";
import { afterAll, beforeAll, expect, test } from "vitest";
import { generate } from "../../examples/dashboard/codegen.ts";
import { startServer } from "../support/server.ts";
import { PAID_LINES, type Sample, startSample, strayVersions } from "./support.ts";

const FOLDER = resolve("examples/dashboard");

/** The page as text, without a browser: what `render` of the built file says. */
type Render = (uri: string, range: string) => Promise<string>;
/** The cards alone, when this is what came for them. */
type RenderCards = (answer: object) => string;

let sample: Sample;
let render: Render;
let renderCards: RenderCards;
beforeAll(async () => {
  sample = await startSample();
  ({ render, renderCards } = await buildRenderer());
});
afterAll(() => sample.close());

async function buildRenderer(): Promise<{ readonly render: Render; readonly renderCards: RenderCards }> {
  const outfile = join(mkdtempSync(join(tmpdir(), "assay-dashboard-")), "render.mjs");
  await build({
    stdin: {
      resolveDir: join(FOLDER, "src"),
      loader: "tsx",
      contents: `
        import { ApolloClient, HttpLink, InMemoryCache } from "@apollo/client";
        import { ApolloProvider } from "@apollo/client/react";
        import { prerenderStatic } from "@apollo/client/react/ssr";
        import { renderToStaticMarkup } from "react-dom/server";
        import { App } from "./app.tsx";
        import { cacheSettings } from "./cache.ts";
        import { Cards } from "./parts.tsx";
        export const renderCards = (answer) => renderToStaticMarkup(<Cards answer={answer} />);
        export async function render(uri, range) {
          const client = new ApolloClient({ link: new HttpLink({ uri }), cache: new InMemoryCache(cacheSettings) });
          const tree = <ApolloProvider client={client}><App range={range} /></ApolloProvider>;
          return (await prerenderStatic({ tree, context: { client }, renderFunction: renderToStaticMarkup })).result;
        }`,
    },
    outfile,
    bundle: true,
    platform: "node",
    format: "esm",
    jsx: "automatic",
    banner: { js: `import { createRequire } from "node:module"; const require = createRequire(import.meta.url);` },
    logLevel: "error",
  });
  return import(pathToFileURL(outfile).href);
}

/** The texts of one part of the page, in the order in which they stand. */
function textsOf(html: string, title: string): readonly string[] {
  const section = html.split('<section class="panel">').find((part) => part.includes(`<h2>${title}</h2>`));
  if (section === undefined) throw new Error(`There is no part "${title}" in ${html}`);
  return section
    .split(/<[^>]*>/)
    .map((text) => text.replaceAll("&amp;", "&").trim())
    .filter((text) => text !== "" && text !== title);
}

const dollars = new Intl.NumberFormat("en", { style: "currency", currency: "USD" });
const share = new Intl.NumberFormat("en", {
  style: "percent",
  minimumFractionDigits: 1,
  maximumFractionDigits: 1,
});
const change = new Intl.NumberFormat("en", { style: "percent", maximumFractionDigits: 1, signDisplay: "always" });
const compact = new Intl.NumberFormat("en", { style: "currency", currency: "USD", notation: "compact" });

type Number2 = readonly [now: number, before: number];

const changeOf = ([now, before]: Number2) => change.format(now / before - 1);

test("the cards show the year, and the change since the year before", async () => {
  const html = await render(sample.url, "2025");
  const rows = await sample.sql(`with ${PAID_LINES}
    select sum(sales), sum(quantity), sum(sales - cost) / sum(sales)::double from paid where year(moment) in (2024, 2025)
    group by year(moment) order by year(moment) desc`);
  const [now = [], before = []] = rows.map((row) => row.map(Number));
  const of = (i: number): Number2 => [now[i] ?? 0, before[i] ?? 0];
  expect(textsOf(html, "Revenue")).toEqual([dollars.format(of(0)[0]), changeOf(of(0)), "on the year before"]);
  expect(textsOf(html, "Units sold")).toEqual([of(1)[0].toLocaleString("en"), changeOf(of(1)), "on the year before"]);
  const points = new Intl.NumberFormat("en", { maximumFractionDigits: 2, signDisplay: "always" });
  const delta = `${points.format((of(2)[0] - of(2)[1]) * 100)} pp`;
  expect(textsOf(html, "Gross margin")).toEqual([share.format(of(2)[0]), delta, "on the year before"]);
});

test("the chart has a bar for each month, as high as its revenue", async () => {
  const html = await render(sample.url, "2025");
  const rows = await sample.sql(`with ${PAID_LINES}
    select strftime(moment, '%Y-%m'), sum(sales) from paid where year(moment) = 2025 group by 1 order by 1`);
  expect(rows).toHaveLength(12);
  const titles = [...html.matchAll(/<title>([^<]*)<\/title>/g)].map(([, title]) => title);
  expect(titles).toEqual(rows.map(([month, sales]) => `${String(month)}: ${compact.format(Number(sales))}`));
  const heights = [...html.matchAll(/<rect class="bar"[^>]* height="([\d.]+)"/g)].map(([, height]) => Number(height));
  const ratio = Number(rows[0]?.[1]) / Number(rows[1]?.[1]);
  expect((heights[0] ?? 0) / (heights[1] ?? 0)).toBeCloseTo(ratio, 6);
});

/** A table of the page by hand: the names in order, those beyond `n` as Other, and the total. */
async function tableByHand(name: string, n: number) {
  const rows = await sample.sql(`with ${PAID_LINES},
    years as (select ${name} as name, sum(sales) filter (where year(moment) = 2025) as now,
      sum(sales) filter (where year(moment) = 2024) as before
      from paid where year(moment) in (2024, 2025) group by 1 having now is not null),
    ranked as (select *, row_number() over (order by now desc, name nulls last) as place from years),
    named as (select case when place > ${n} then 'Other' else coalesce(name, 'Unknown') end as name,
      least(place, ${n + 1}) as place, now, before from ranked),
    outside as (select coalesce(sum(sales), 0) as before from paid where year(moment) = 2024 and ${name} is not null
      and ${name} not in (select name from years where name is not null))
    select name, sum(now), sum(before) + case when place > ${n} then (select before from outside) else 0 end as before
    from named group by name, place order by place`);
  const cells = rows.map(([title, now, before]) => [String(title), Number(now), Number(before)] as const);
  const sum = (i: 1 | 2) => cells.reduce((total, row) => total + row[i], 0);
  const all = [...cells, ["Total", sum(1), sum(2)] as const];
  return all.flatMap(([title, now, before]) => [
    title,
    dollars.format(now),
    share.format(now / sum(1)),
    changeOf([now, before]),
  ]);
}

const HEADS = ["Revenue", "Share", "Year on year"];

test("the tables show the greatest, all others together, and the total", async () => {
  const html = await render(sample.url, "2025");
  const customers = await tableByHand("name", 5);
  expect(customers).toHaveLength(7 * 4);
  expect(textsOf(html, "Customers")).toEqual([...HEADS, ...customers]);
  expect(textsOf(html, "Regions")).toEqual([...HEADS, ...(await tableByHand("region", 9))]);
});

test("one page is one request and one statement in the warehouse", async () => {
  sample.api.statements.length = 0;
  await render(sample.url, "2025");
  expect(sample.api.statements).toHaveLength(1);
});

test("a relative range is the months that are over", async () => {
  const html = await render(sample.url, "Last 12 months");
  expect([...html.matchAll(/<rect class="bar"/g)]).toHaveLength(12);
});

test("what has no answer says why, in the place of numbers and above what has one", async () => {
  // Without a range nothing can be moved by a year; the value of today can be told.
  const html = await render(sample.url, "ever");
  expect(html).toMatch(/<p role="alert"[^>]*>A shift of metric &quot;revenue&quot; needs/);
  const [row] = await sample.sql(`with ${PAID_LINES} select sum(sales) from paid`);
  expect(textsOf(html, "Revenue")).toEqual([dollars.format(Number(row?.[0])), "–", "on the year before"]);
  const refused = { __typename: "QueryRefused", code: "UNKNOWN_METRIC", message: "There is no such metric." };
  expect(textsOf(renderCards(refused), "Revenue")).toEqual([refused.message, refused.code]);
  const pending = { __typename: "QueryPending", queryId: "1", pollAfterMs: 500, stage: "RUNNING" };
  expect(textsOf(renderCards(pending), "Revenue").join(" ")).toContain("still at it");
});

test("its program is strictly typed", async () => {
  const { stdout } = await promisify(execFile)(resolve("node_modules/.bin/tsc"), ["--noEmit", "-p", FOLDER]);
  expect(stdout).toBe("");
});

test("its types are those that its question has in the schema of today", async () => {
  const generated = await generate();
  const folder = join(FOLDER, "src/gql");
  expect([...generated.keys()].sort()).toEqual(readdirSync(folder).map((file) => join(folder, file)));
  for (const [file, text] of generated) expect(readFileSync(file, "utf8"), "npm run codegen writes them").toBe(text);
  const types = generated.get(join(folder, "graphql.ts"));
  // Of the four questions, each with what it selects: a type of nothing would fit everything.
  expect(types).toMatch(/cards:\n.*readonly revenueGrowth: string \| number \| null/);
  expect(types).toMatch(/DashboardQueryVariables = Exact<\{\n {2}timeRange: TimeRange;/);
});

test("it builds and is served with the two commands of its README, and its server passes questions on", async () => {
  const readme = readFileSync(join(FOLDER, "README.md"), "utf8");
  expect(readme.match(/^npm .*$/gm)).toEqual(["npm install", "npm start"]);
  expect(strayVersions("dashboard")).toEqual([]);
  const { url, stop } = await startServer("npm start", {
    cwd: FOLDER,
    env: { ...process.env, PORT: "0", ASSAY_URL: sample.url },
  });
  try {
    const page = await (await fetch(url)).text();
    for (const [, path = ""] of page.matchAll(/(?:src|href)="(\/[^"]+)"/g)) {
      expect((await fetch(url + path)).status, path).toBe(200);
    }
    expect((await fetch(`${url}/../package.json`)).status).toBe(404);
    expect(textsOf(await render(`${url}/graphql`, "2025"), "Revenue")).toHaveLength(3);
    const form = await fetch(`${url}/graphql`, { method: "POST", body: "{}" });
    expect(form.status).toBe(415);
  } finally {
    await stop();
  }
});
