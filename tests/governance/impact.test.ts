import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { evidenceFile, evidenceOfImpact, redacted, restatedBy } from "../../src/governance/impact/document.ts";
import { type Impact, measureImpact } from "../../src/governance/impact/measure.ts";
import { canonicalJson, sha256 } from "../../src/std/index.ts";
import { openDuckDb, openPostgresLoader, openWarehouse, readAll, type Warehouse } from "../../src/warehouse/index.ts";
import { emptyPostgres } from "../support/postgres.ts";
import { fileOf, treeOf } from "./fingerprint/tree-of.ts";

const NOW = new Date("2026-11-20");

const SEED = [
  "create table orders (id int, team varchar(20), ordered_on date, amount decimal(18, 2), status varchar(10), region varchar(10))",
  `insert into orders values
    (1, 'a', '2025-11-30', 10, 'paid', 'EMEA'), (2, 'a', '2026-01-05', 100, 'paid', 'EMEA'),
    (3, 'a', '2026-01-06', 50.5, 'open', 'EMEA'), (4, 'b', '2026-01-07', 7, 'open', null),
    (5, 'b', '2026-09-30', 20, 'paid', 'APAC'), (6, 'b', '2026-10-01', 30, 'open', 'APAC'),
    (7, 'b', null, 999, 'paid', 'APAC'), (8, 'a', '2026-11-02', null, 'paid', null),
    (9, 'a', '2024-01-01', 5000, 'open', 'EMEA'), (10, 'b', '2026-08-02', 40, 'open', 'APAC')`,
  "create table orders_2 (id int, team varchar(20), ordered_on date, amount decimal(18, 2), status varchar(10), region varchar(10))",
  `insert into orders_2 values (1, 'a', '2026-02-01', 60, 'paid', 'EMEA'), (2, 'a', '2026-01-05', 150.5, 'paid', 'EMEA')`,
];

let engines: readonly Warehouse[] = [];
beforeAll(async () => {
  const url = await emptyPostgres();
  const loader = await openPostgresLoader(url);
  const embedded = await openDuckDb(":memory:");
  for (const text of SEED) {
    await loader.run(text);
    await readAll(await embedded.execute({ text, values: [] }));
  }
  await loader.close();
  engines = [embedded, await openWarehouse(url)];
});
afterAll(async () => {
  for (const warehouse of engines) await warehouse.close();
});

const POLICY = `policy: orders
roles:
  own: { rows: team = claim('team'), fields: all }
  everything: { rows: all, fields: all }
tests:
  - { test: sees team a, as: { roles: own, claims: { team: a } }, ask: { metrics: revenue }, expect: allow }
  - { test: sees team b, as: { roles: own, claims: { team: b } }, ask: { metrics: revenue }, expect: allow }
  - { test: sees team b by region, as: { roles: own, claims: { team: b } }, ask: { metrics: revenue, groupBy: [order__region] }, expect: allow }
`;

const MASKED = POLICY.replace("fields: all }", "fields: all, masks: { status: null } }");

interface Definitions {
  readonly source?: string;
  readonly metric?: string;
  readonly policy?: string;
}

function tree({ source = "table: orders", metric = "", policy = POLICY }: Definitions = {}) {
  const model = `model: orders
${source}
primary_key: id
time: ordered_on
columns: { id: int, team: string, ordered_on: date, amount: decimal, status: string, region: string }
entities: { order: primary }
dimensions: { ordered_on: day, region: , status: { enum: [open, paid] } }
measures: { amount: sum, orders: count(*) }
`;
  const project = "project: shop\nclaims: { team: { type: string, max_length: 20 } }\n";
  return treeOf([
    fileOf("model.yaml", model),
    fileOf("project.yaml", project),
    fileOf("policy.yaml", policy),
    fileOf("revenue.yaml", `metric: revenue\nunit: USD\nmodel: orders\nmeasure: amount\n${metric}`),
    fileOf(
      "share.yaml",
      "metric: share\nnumerator: { metric: revenue, filter: status = 'paid', as: paid }\ndenominator: revenue\n",
    ),
  ]);
}

/** The same on both engines, or the test fails. */
async function impactOf(before: Definitions, after: Definitions, metric = "revenue"): Promise<Impact> {
  const [first, second] = await Promise.all(
    engines.map((warehouse) =>
      measureImpact({
        metric,
        base: tree(before),
        head: tree(after),
        booksClosedThrough: "2026-09-30",
        warehouse,
        now: NOW,
      }),
    ),
  );
  if (!first || !second) throw new Error("There are two engines.");
  const plain = ({ statement: _, warehouse: __, ...impact }: Impact): unknown =>
    JSON.parse(
      JSON.stringify(impact, (_key, value: unknown) => (isNumber(value) ? Number(value).toPrecision(10) : value)),
    );
  expect(plain(second)).toEqual(plain(first));
  return first;
}

function isNumber(value: unknown): boolean {
  return typeof value === "number" || (typeof value === "string" && /^-?\d+(\.\d+)?$/.test(value));
}

function rowsOf(impact: Impact, grain: "month" | "quarter" | "all"): readonly unknown[] {
  const { rows } = impact.grains.find((one) => one.grain === grain) ?? { rows: [] };
  return rows.map(({ group, before, after }) => [group, number(before), number(after)]);
}

const number = (text: string | null) => (text === null ? null : Number(text));

/** What somebody would write who doubts it. */
async function byHand(sql: string): Promise<readonly unknown[]> {
  const [embedded] = engines;
  if (!embedded) throw new Error("No engine.");
  const rows = await readAll(await embedded.execute({ text: sql, values: [] }));
  return rows.map(([period, before, after]) => [
    period,
    number(before as string | null),
    number(after as string | null),
  ]);
}

const MONTHS = (before: string, after: string, grain = "month", since = "2025-11-01") => `
  with b as (select date_trunc('${grain}', ordered_on)::date p, sum(amount)::decimal(18,2) v from ${before} and ordered_on >= '${since}' group by 1),
       a as (select date_trunc('${grain}', ordered_on)::date p, sum(amount)::decimal(18,2) v from ${after} and ordered_on >= '${since}' group by 1)
  select coalesce(b.p, a.p), b.v, a.v from b full outer join a on b.p = a.p order by 1`;

describe("old and new numbers are those of SQL by hand", () => {
  test("of a changed filter, months that one side lacks included", async () => {
    const impact = await impactOf({}, { metric: "filter: status = 'paid'\n" });
    const [all, paid] = ["orders where true", "orders where status = 'paid'"];
    expect(rowsOf(impact, "month")).toEqual(await byHand(MONTHS(all, paid)));
    expect(rowsOf(impact, "month")).toContainEqual(["2026-08-01", 40, null]);
    expect(rowsOf(impact, "quarter")).toEqual(await byHand(MONTHS(all, paid, "quarter", "2025-01-01")));
    // A month that has rows but no amount is a period too, and has not changed.
    expect(rowsOf(impact, "month")).toContainEqual(["2026-11-01", null, null]);
  });

  test("of a changed source", async () => {
    const impact = await impactOf({}, { source: "table: orders_2" });
    expect(rowsOf(impact, "month")).toEqual(await byHand(MONTHS("orders where true", "orders_2 where true")));
    const [january] = impact.grains[0]?.rows.filter(({ group }) => group === "2026-01-01") ?? [];
    expect(january).toMatchObject({ isChanged: true, change: 150.5 / 157.5 - 1 });
  });

  test("of a filter that the source now has", async () => {
    const filtered = "sql: select * from orders where region = 'EMEA'";
    const impact = await impactOf({}, { source: filtered });
    const [before, after] = ["orders where true", "orders where region = 'EMEA'"];
    expect(rowsOf(impact, "month")).toEqual(await byHand(MONTHS(before, after)));
  });

  test("of a metric computed from the one that changed", async () => {
    const impact = await impactOf({}, { metric: "filter: region = 'EMEA'\n" }, "share");
    expect(rowsOf(impact, "month")).toContainEqual(["2026-01-01", 100 / 157.5, 100 / 150.5]);
  });

  test("a metric that is new has no number before, and one that goes none after", async () => {
    const more = { metric: "---\nmetric: sales\nmodel: orders\nmeasure: orders\n" };
    const [added, removed] = [await impactOf({}, more, "sales"), await impactOf(more, {}, "sales")];
    expect([added.before, removed.after]).toEqual([null, null]);
    expect(rowsOf(added, "month")).toContainEqual(["2026-01-01", null, 3]);
    expect(rowsOf(removed, "month")).toContainEqual(["2026-01-01", 3, null]);
    expect(added.personas[0]?.rows).toMatchObject({ before: null, after: "4", isChanged: true });
  });

  test("where nothing differs nothing is told to", async () => {
    const impact = await impactOf({}, { metric: "description: Money.\n" });
    expect(impact.grains.flatMap(({ rows }) => rows).some(({ isChanged }) => isChanged)).toBe(false);
    expect(impact.movers).toBeNull();
    expect(restatedBy(impact)).toEqual([]);
  });
});

test("old and new, every table and everybody come from one statement, so from one snapshot", async () => {
  const [embedded] = engines;
  if (!embedded) throw new Error("No engine.");
  const statements: string[] = [];
  const warehouse: Warehouse = {
    dialect: embedded.dialect,
    name: embedded.name,
    execute(statement, options) {
      statements.push(statement.text);
      return embedded.execute(statement, options);
    },
    dryRun: (...asked) => embedded.dryRun(...asked),
    describe: (...asked) => embedded.describe(...asked),
    permissions: (tables) => embedded.permissions(tables),
    freshness: (source) => embedded.freshness(source),
    ping: () => embedded.ping(),
    close: () => embedded.close(),
  };
  const [base, head] = [tree(), tree({ metric: "filter: status = 'paid'\n" })];
  const impact = await measureImpact({ metric: "revenue", base, head, booksClosedThrough: null, warehouse, now: NOW });
  expect(statements).toHaveLength(1);
  expect(impact.statement).toBe(`sha256:${sha256(statements.join())}`);
});

describe("what moves, and for whom", () => {
  test("the dimension with the farthest value is told, NULL being a value", async () => {
    const impact = await impactOf({}, { metric: "filter: status = 'paid'\n" });
    // By status 127.5 go with "open"; by region APAC loses 70.
    expect(impact.movers?.dimension).toBe("order__status");
    expect(impact.movers?.rows.map(({ group, before, after }) => [group, number(before), after])).toEqual([
      ["open", 127.5, null],
    ]);
    const impactOnRegions = await impactOf(
      { policy: MASKED },
      { policy: MASKED, metric: "filter: region is not null\n" },
    );
    expect(impactOnRegions.movers).toMatchObject({ dimension: "order__region", rows: [{ group: null, after: null }] });
  });

  test("everybody whom a row policy tells apart has their rows and their number, once for each set of claims", async () => {
    const impact = await impactOf({}, { metric: "filter: status = 'paid'\n" });
    const told = impact.personas.map(({ persona, rows, value }) => [
      persona,
      [number(rows.before), number(rows.after)],
      [number(value.before), number(value.after)],
    ]);
    expect(told).toEqual([
      ["orders: own (sees team a)", [4, 3], [160.5, 110]],
      ["orders: own (sees team b)", [4, 1], [97, 20]],
    ]);
    for (const { rows, value, periods } of impact.personas) {
      const sum = (of: "rows" | "value", side: "before" | "after") =>
        periods.reduce((all, one) => all + Number(one[of][side] ?? 0), 0);
      expect([sum("rows", "before"), sum("rows", "after")]).toEqual([number(rows.before), number(rows.after)]);
      expect([sum("value", "before"), sum("value", "after")]).toEqual([number(value.before), number(value.after)]);
      expect(periods.length).toBeGreaterThan(1);
      expect(periods.every(({ group }) => /^20\d\d-\d\d-01$/.test(group ?? ""))).toBe(true);
    }
    expect(JSON.stringify(redacted(impact).personas)).not.toMatch(/"(before|after)":"/);
  });

  test("a row policy that changes shows who sees other rows, though no total differs", async () => {
    const wider = POLICY.replace("team = claim('team')", "team = claim('team') or region = 'APAC'");
    const impact = await impactOf({}, { policy: wider });
    expect(impact.grains.flatMap(({ rows }) => rows).some(({ isChanged }) => isChanged)).toBe(false);
    const [a, b] = impact.personas;
    expect([a?.rows.before, a?.rows.after, a?.value.isChanged]).toEqual(["4", "7", true]);
    expect([b?.rows.before, b?.rows.after, b?.value.isChanged]).toEqual(["4", "4", false]);
  });

  test("who may ask on one side only has no number on the other", async () => {
    const without = POLICY.split("tests:")[0]?.replace(/ {2}own.*\n/, "") ?? "";
    const impact = await impactOf({ policy: without }, {});
    expect(impact.personas[0]).toMatchObject({ rows: { before: null, after: "4" }, value: { before: null } });
  });
});

describe("small cells", () => {
  const least = (size: number) => POLICY.replace("roles:", `minimum_group_size: ${size}\nroles:`);

  test("groups that a policy finds too small are in no table", async () => {
    const impact = await impactOf({ policy: least(3) }, { policy: least(3), metric: "filter: status = 'paid'\n" });
    expect(rowsOf(impact, "month")).toEqual([["2026-01-01", 157.5, null]]);
    expect(JSON.stringify(impact)).not.toMatch(/"(100|20|30|40)(\.00?)?"/);
  });

  test("numbers that differ by fewer rows than that are withheld on both sides, and so are those that tell them", async () => {
    // Of January's three rows one goes.
    const impact = await impactOf({ policy: least(2) }, { policy: least(2), metric: "filter: region is not null\n" });
    const january = impact.grains[0]?.rows.find(({ group }) => group === "2026-01-01");
    expect(january).toMatchObject({ before: null, after: null, change: null, isWithheld: true, isChanged: true });
    const quarter = impact.grains[1]?.rows.find(({ group }) => group === "2026-01-01");
    expect(quarter).toMatchObject({ before: null, after: null, isWithheld: true });
    expect(impact.movers).toBeNull();
    expect(JSON.stringify(impact.personas.map(({ value }) => value.before))).not.toContain("97");
  });

  test("too few rows are not counted for whoever sees only them", async () => {
    const impact = await impactOf({ policy: least(4) }, { policy: least(4), metric: "filter: status = 'paid'\n" });
    const [, b] = impact.personas;
    expect([b?.rows.before, b?.rows.after, b?.value.after]).toEqual(["4", null, null]);
    // A month that is left out would be told by the whole less the other months.
    expect(impact.personas.flatMap(({ periods }) => periods)).toEqual([]);
  });

  test("a dimension that a role is not shown as it is, is in no table", async () => {
    const impact = await impactOf({ policy: MASKED }, { policy: MASKED, metric: "filter: status = 'paid'\n" });
    expect(impact.movers?.dimension).toBe("order__region");
  });
});

describe("evidence", () => {
  const measured = () => impactOf({}, { metric: "filter: status = 'paid'\n" });

  test("is named for its content, and bound to the pair of fingerprints", async () => {
    const impact = await measured();
    const { digest, path, text } = evidenceFile(impact);
    const document = JSON.parse(text);
    expect(digest).toBe(`sha256:${sha256(canonicalJson(document))}`);
    expect(path).toBe(`governance/evidence/${digest.slice("sha256:".length)}.json`);
    const [before, after] = [tree(), tree({ metric: "filter: status = 'paid'\n" })];
    expect(document).toMatchObject({
      schema: "metrics-impact/1",
      metric: "revenue",
      before: before.fingerprints.get("revenue")?.certified,
      after: after.fingerprints.get("revenue")?.certified,
      generated: "2026-11-20",
      warehouse: "duckdb",
    });
    expect(text).not.toMatch(/: -?\d/);
    const file = { path, text };
    const head = { ...after, files: new Map([...after.files, [path, file]]) };
    expect(evidenceOfImpact(head, before)).toEqual(new Map([["revenue", digest]]));
    // Of another change, or with another content, it is none.
    expect(evidenceOfImpact(head, tree({ metric: "filter: status = 'open'\n" }))).toEqual(new Map());
    expect(evidenceOfImpact({ ...before, files: head.files }, before)).toEqual(new Map());
    const forged = { path, text: text.replace("2026-11-20", "2026-11-21") };
    expect(evidenceOfImpact({ ...head, files: new Map([[path, forged]]) }, before)).toEqual(new Map());
  });

  test("closed periods are those that end by the day to which books are closed", async () => {
    const impact = await measured();
    expect(restatedBy(impact)).toEqual([
      "month 2026-01-01",
      "month 2026-08-01",
      "quarter 2026-01-01",
      "quarter 2026-07-01",
    ]);
    expect(impact.grains[0]?.rows.filter(({ isClosed }) => !isClosed).map(({ group }) => group)).toEqual([
      "2026-10-01",
      "2026-11-01",
    ]);
  });

  test("redacted it holds no number, and still says by how much each changes and what is restated", async () => {
    const impact = redacted(await measured());
    const { text } = evidenceFile(impact);
    expect(text).not.toMatch(/"(before|after)": "(?!fp)/);
    expect(impact.grains[0]?.rows.find(({ group }) => group === "2026-01-01")?.change).toBe(-0.365);
    expect(restatedBy(impact)).toContain("month 2026-01-01");
  });
});
