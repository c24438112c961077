import { spawnSync } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { lexicographicSortSchema, printSchema, buildSchema as readSdl } from "graphql";
import { afterAll, beforeAll, expect, test } from "vitest";
import { loadGoverned } from "../../src/governance/index.ts";
import { buildSchema } from "../../src/graphql/index.ts";
import { readAcceptedChanges, unacceptedChanges } from "../../src/graphql/schema-drift.ts";
import { type Api, startShop } from "./support.ts";

let shop: Api;
let sdl: string;
beforeAll(async () => {
  shop = await startShop();
  sdl = printSchema(buildSchema(shop.engine));
});
afterAll(() => shop.close());

test("schema/schema.graphql is the sample's schema; `npm run schema` writes it", () => {
  const { catalog } = loadGoverned("metrics", new Date("2026-11-20"), null);
  if (!catalog) throw new Error("metrics/ does not load");
  const built = lexicographicSortSchema(buildSchema({ catalog }));
  const committed = readFileSync("schema/schema.graphql", "utf8");
  const accepted = readAcceptedChanges(readFileSync("schema/accepted-changes.json", "utf8"));
  expect(unacceptedChanges(committed, built, accepted)).toEqual([]);
  expect(committed).toBe(`${printSchema(built)}\n`);
});

test("a change that breaks clients is told, until it is accepted with the day and the reason", () => {
  const before = "enum Grain { DAY WEEK } type Query { a(grain: Grain): Int b: String }";
  const after = readSdl("enum Grain { DAY } type Query { a(grain: Grain!): Int c: String }");
  const changes = unacceptedChanges(before, after, []);
  expect(changes).toEqual([
    "Enum value Grain.WEEK was removed.",
    "Field Query.b was removed.",
    "Argument Query.a(grain:) has changed type from Grain to Grain!.",
  ]);
  const [first = "", ...rest] = changes;
  const accepted = readAcceptedChanges(JSON.stringify([{ date: "2026-01-31", change: first, reason: "Why." }]));
  expect(unacceptedChanges(before, after, accepted)).toEqual(rest);
  for (const entry of [{ change: first, reason: "Why." }, { date: "2026-01-31", change: first, reason: " " }, 1]) {
    expect(() => readAcceptedChanges(JSON.stringify([entry]))).toThrow("Accepted change 1 needs a date");
  }
});

test("what breaks clients is not written over the schema that was committed", () => {
  const folder = mkdtempSync(join(tmpdir(), "assay-schema-"));
  for (const name of ["metrics", "governance"]) cpSync(name, join(folder, name), { recursive: true });
  mkdirSync(join(folder, "schema"));
  const committed = readFileSync("schema/schema.graphql", "utf8");
  const before = committed.replace("type Query {", "type Query {\n  gone: Int");
  writeFileSync(join(folder, "schema/schema.graphql"), before);
  writeFileSync(join(folder, "schema/accepted-changes.json"), "[]");
  const script = resolve("src/graphql/write-schema.ts");
  const run = () => spawnSync(process.execPath, [script], { cwd: folder, encoding: "utf8" });
  const refused = run();
  expect([refused.status, refused.stderr]).toEqual([1, expect.stringContaining("Field Query.gone was removed.")]);
  expect(readFileSync(join(folder, "schema/schema.graphql"), "utf8")).toBe(before);
  const accepted = [{ date: "2026-01-31", change: "Field Query.gone was removed.", reason: "Nobody asked for it." }];
  writeFileSync(join(folder, "schema/accepted-changes.json"), JSON.stringify(accepted));
  expect(run().status).toBe(0);
  expect(readFileSync(join(folder, "schema/schema.graphql"), "utf8")).toBe(committed);
});

test("equal catalogs give equal SDL", () => {
  expect(printSchema(buildSchema(shop.engine))).toBe(sdl);
});

test("grains are the standard ones and those of the calendars, no others", () => {
  expect(block("enum Grain")).toContain("FISCAL_QUARTER");
  expect(block("enum Grain")).toContain("MONTH");
  expect(printSchema(buildSchema({ catalog: { ...shop.engine.catalog, calendars: [] } }))).not.toContain(
    "FISCAL_QUARTER",
  );
});

test("a typed field offers its model's metrics and those that rest on them alone", () => {
  const row = block("type OrdersRow");
  for (const field of ["revenue", "orders", "averageOrder", "parcels", "half"]) {
    expect(row).toMatch(new RegExp(`\\n  ${field}\\(`));
  }
  expect(row).not.toMatch(/perMember|members|hiddenInput/);
  expect(block("type CustomersRow")).toMatch(/\n {2}members\([^)]*\): BigInt/);
});

test("descriptions carry trust: owner, unit, version, tier, certification and claim", () => {
  expect(sdl).toContain(
    "Revenue, USD. Version 1, certification none (claimed: certified). Tier gold. Owners finance, data. Additive.",
  );
});

test("deprecated metrics say what to use and until when", () => {
  expect(block("type OrdersRow")).toMatch(
    /\n {2}half\([^)]*\): Float @deprecated\(reason: "Use revenue\. Sunset 2027-03-31\."\)/,
  );
  expect(sdl).toContain('HALF @deprecated(reason: "Use revenue. Sunset 2027-03-31.")');
});

test("dimensions reached by joins, enums of declared values, filters by type", () => {
  expect(block("enum OrdersDimension")).toContain("CUSTOMER__REGION");
  expect(block("enum OrdersTime")).toMatch(/METRIC_TIME[^]*ORDER__ORDERED_ON/);
  expect(block("enum CustomersRegion")).toMatch(/EMEA\s+APAC/);
  const filter = block("input OrdersFilter");
  for (const field of [
    "customerRegion: CustomersRegionFilter",
    "customerTier: StringFilter",
    "orderIsGift: BooleanFilter",
    "orderParcel: IntFilter",
    "orderOrderedOn: TimeFilter",
    "and: [OrdersFilter!]",
  ]) {
    expect(filter).toContain(field);
  }
  // Written in the warehouse's own SQL, and the time that timeRange filters.
  expect(filter).not.toMatch(/orderSecret|metricTime/);
  expect(block("enum OrdersDimension")).toContain("ORDER__SECRET");
});

test("names that GraphQL or the API already uses are set apart", () => {
  const { catalog } = shop.engine;
  const orders = catalog.models.get("orders");
  const revenue = catalog.metrics.get("revenue");
  if (!orders || revenue?.type !== "simple") throw new Error("The fixture lacks orders or revenue");
  const named = (name: string) => ({ ...orders, name });
  const models = new Map(["metrics", "string", "o_1", "o1"].map((name) => [name, named(name)]));
  const metricNames = { metrics: "key", string: "id", o_1: "revenue", o1: "more" };
  const metrics = new Map(Object.entries(metricNames).map(([model, name]) => [name, { ...revenue, name, model }]));
  const built = printSchema(buildSchema({ catalog: { ...catalog, models, metrics, savedQueries: new Map() } }));
  expect(built).toMatch(/\n {2}metrics_\(/);
  expect(built).toContain("type O1Row");
  expect(built).toContain("type O1_Row");
  expect(built).toContain("input String_Filter {");
  expect(built).toMatch(/ key_\([^)]*\): Decimal/);
});

/** The printed definition that starts so. */
function block(start: string): string {
  const from = sdl.indexOf(`\n${start} {`);
  if (from < 0) throw new Error(`The schema has no ${start}`);
  return sdl.slice(from, sdl.indexOf("\n}", from));
}
