import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Catalog } from "../../src/catalog/index.ts";
import { compileCatalog } from "../../src/compile/index.ts";
import { parseDefinitions } from "../../src/definition/index.ts";
import { Refusal } from "../../src/diagnostics/index.ts";
import { createEngine, type Engine } from "../../src/engine/index.ts";
import type { Principal } from "../../src/identity/index.ts";
import { makeUser } from "../../src/identity/principal.ts";
import { parseRequest } from "../../src/request/index.ts";
import { readAll, type Warehouse, WarehouseError } from "../../src/warehouse/index.ts";
import { DEFINITIONS } from "./definitions.ts";
import { ANA, makeWorld, openWorld, worldCatalog } from "./world.ts";

/** Texts that end a quote, a comment or a statement, in the words of one engine or another, or are no text at all. */
const CORPUS: readonly string[] = [
  "'",
  "''",
  "\\'",
  '"',
  "`",
  "' or '1'='1",
  "' or 1=1 --",
  "'; drop table zz_orders; --",
  '"; drop table zz_orders; --',
  "`; drop table zz_orders; --",
  "') union select zz_note from zz_orders --",
  "x' union all select zz_salary from zz_payroll --",
  "1; select 1",
  "/*",
  "*/",
  "--",
  "#",
  "$1",
  "$$",
  "$x$",
  "?",
  ":x",
  "@x",
  "%",
  "_",
  "\\",
  "%s",
  "${1+1}",
  "{{ 1 }}",
  "E'\\047'",
  "U&'\\0027'",
  "chr(39)",
  "0x27",
  "ʼ",
  "＇",
  "\u2028",
  "\u202e",
  "🦆",
  "__proto__",
  "constructor",
  "toString",
  "null",
  "NaN",
  "1e999",
  "read_csv('/etc/passwd')",
  "pg_read_file('/etc/passwd')",
  "pg_sleep(10)",
  "current_setting('x')",
  "zz_orders",
  "information_schema.tables",
  "x".repeat(5000),
];
const UNFIT = ["a\u0000b", "\ud800", "a\nb\r\u001b[31m"];

describe.each(["duckdb", "postgres"] as const)("on %s", (dialect) => {
  let warehouse: Warehouse;
  let engine: Engine;
  beforeAll(async () => {
    warehouse = await openWorld(dialect, makeWorld());
    engine = createEngine({ catalog: worldCatalog(), warehouse });
  });
  afterAll(() => engine.close());

  /** Answered or refused; never a broken statement, and never a word of what is hidden. */
  async function harmless(request: unknown, who = ANA.principal): Promise<readonly unknown[] | null> {
    try {
      const { rows } = await engine.query(parseRequest(request), who);
      expect(JSON.stringify(rows), JSON.stringify(request)).not.toMatch(ANA.canaries);
      return rows;
    } catch (error) {
      if (error instanceof WarehouseError) throw new Error(`Broke: ${JSON.stringify(request)}`, { cause: error });
      expect(error, JSON.stringify(request)).toBeInstanceOf(Refusal);
      return null;
    }
  }

  test.each([
    ["a metric", (text: string) => ({ metrics: [text] })],
    ["a metric's other name", (text: string) => ({ metrics: [{ name: "revenue", as: text }] })],
    ["a group", (text: string) => ({ metrics: ["revenue"], groupBy: [{ name: text }] })],
    ["a group's end", (text: string) => ({ metrics: ["revenue"], groupBy: [{ name: `order__${text}` }] })],
    [
      "a group's other name",
      (text: string) => ({ metrics: ["revenue"], groupBy: [{ name: "order__region", as: text }] }),
    ],
    ["a grain", (text: string) => ({ metrics: ["revenue"], groupBy: [{ name: "metric_time", grain: text }] })],
    ["a date part", (text: string) => ({ metrics: ["revenue"], groupBy: [{ name: "metric_time", datePart: text }] })],
    ["a condition", (text: string) => ({ metrics: ["revenue"], where: [text] })],
    ["a condition's end", (text: string) => ({ metrics: ["revenue"], where: [`order__region = 'EMEA' ${text}`] })],
    ["a name in a condition", (text: string) => ({ metrics: ["revenue"], where: [`${text} = 'x'`] })],
    [
      "a metric in a condition",
      (text: string) => ({ metrics: ["members"], where: [`metric('${text}', 'customer') > 1`] }),
    ],
    ["a template", (text: string) => ({ metrics: ["revenue"], where: [`{{ Dimension('${text}') }} = 'x'`] })],
    [
      "a pattern",
      (text: string) => ({
        metrics: ["revenue"],
        where: [`regexp_contains(order__region, '${text.replaceAll("'", "''")}')`],
      }),
    ],
    ["an order", (text: string) => ({ metrics: ["revenue"], orderBy: [{ name: text }] })],
    ["a range", (text: string) => ({ metrics: ["revenue"], timeRange: { start: text } })],
    ["a zone", (text: string) => ({ metrics: ["revenue"], groupBy: [{ name: "metric_time" }], timeZone: text })],
    ["a saved query", (text: string) => ({ savedQuery: text })],
    ["rows of a model", (text: string) => ({ metrics: ["revenue"], rowsOf: text })],
    ["a direction", (text: string) => ({ metrics: ["revenue"], orderBy: [{ name: "revenue", direction: text }] })],
    ["a limit", (text: string) => ({ metrics: ["revenue"], limit: text })],
  ])("%s is what it says, or is refused", async (_what, request) => {
    for (const text of [...CORPUS, ...UNFIT]) await harmless(request(text));
  });

  test("a value in a condition is that text and no other", async () => {
    for (const text of [...CORPUS, ...UNFIT.slice(2)]) {
      const quoted = `'${text.replaceAll("'", "''")}'`;
      for (const condition of [
        `order__region = ${quoted}`,
        `order__region in (${quoted}, 'nowhere')`,
        `starts_with(order__region, concat('no', ${quoted}))`,
      ]) {
        const rows = await harmless({ metrics: ["revenue"], where: [condition] });
        if (rows) expect(rows, condition).toEqual([[null]]);
      }
      const all = await harmless({ metrics: ["orders"], where: [`order__region <> ${quoted}`] });
      if (all) expect(all).toEqual(await harmless({ metrics: ["orders"] }));
    }
  });

  test("a claim is that text and no other", async () => {
    for (const text of CORPUS) {
      const who = makeUser({
        issuer: "i",
        subject: "s",
        name: "s",
        roles: ["analyst"],
        claims: { tenant: text, regions: ["EMEA"] },
      });
      const rows = await harmless({ metrics: ["revenue"] }, who);
      if (rows) expect(rows, text).toEqual([[null]]);
      const regions = makeUser({
        issuer: "i",
        subject: "s",
        name: "s",
        roles: ["analyst"],
        claims: { tenant: "T1", regions: [text, "x"] },
      });
      const others = await harmless({ metrics: ["revenue"] }, regions);
      if (others) expect(others, text).toEqual([[null]]);
    }
  });

  test("a role and a subject are never more than names", async () => {
    for (const text of CORPUS) {
      const who = makeUser({
        issuer: text,
        subject: text,
        name: text,
        roles: [text],
        claims: { tenant: "T1", regions: ["EMEA"] },
      });
      expect(await harmless({ metrics: ["revenue"] }, who), text).toBeNull();
    }
  });

  test("objects, lists and numbers where a name belongs are refused", async () => {
    for (const odd of [{ $ne: null }, ["revenue"], 7, true, null, { name: { raw: "1" } }, { toString: "revenue" }]) {
      expect(await harmless({ metrics: [odd] })).toBeNull();
      expect(await harmless({ metrics: ["revenue"], groupBy: [{ name: odd }] })).toBeNull();
      expect(await harmless({ metrics: ["revenue"], where: [odd] })).toBeNull();
      if (odd !== null) expect(await harmless({ metrics: ["revenue"], timeZone: odd })).toBeNull();
    }
  });

  test("the tables are all still there", async () => {
    for (const [table, rows] of Object.entries(makeWorld())) {
      const [[count] = []] = await readAll(
        await warehouse.execute({ text: `select count(*) from ${table}`, values: [] }),
      );
      expect(Number(count), table).toBe(rows.length);
    }
  });

  test("a text in an author's policy or filter is that text and no other", async () => {
    const admin = personOf("admin");
    const texts = CORPUS.filter((text) => text.length < 200);
    let loaded = 0;
    for (const text of texts) {
      const condition = JSON.stringify(`REGION <> '${text.replaceAll("'", "''")}'`);
      const yaml = DEFINITIONS.replace("zz_state = 'open'", condition.replace("REGION", "zz_region")).replace(
        "measure: amount\n---",
        `measure: amount\nfilter: ${condition.replace("REGION", "region")}\n---`,
      );
      const catalog = loadedFrom(yaml);
      if (!catalog) continue;
      loaded++;
      const other = createEngine({ catalog, warehouse });
      const rowsOf = async (who: Principal, metric: string) => (await other.query({ metrics: [metric] }, who)).rows;
      expect(await rowsOf(personOf("support"), "orders"), text).toEqual(await rowsOf(admin, "orders"));
      expect(await rowsOf(admin, "revenue"), text).toEqual((await engine.query({ metrics: ["revenue"] }, admin)).rows);
    }
    expect(loaded).toBeGreaterThan(texts.length / 2);
  });
});

function personOf(role: string): Principal {
  return makeUser({ issuer: "i", subject: role, name: role, roles: [role], claims: { tenant: "T1" } });
}

/** null: refused, as texts that a file may not hold are. */
function loadedFrom(yaml: string): Catalog | null {
  const { definitions, diagnostics } = parseDefinitions([{ path: "world.yaml", text: yaml }]);
  return diagnostics.some(({ severity }) => severity === "error") ? null : compileCatalog(definitions).catalog;
}
