import { join } from "node:path";
import { describe, expect, test } from "vitest";
import type { Dialect } from "../../src/catalog/index.ts";
import { loadCatalog } from "../../src/compile/index.ts";
import { OPERATOR } from "../../src/identity/index.ts";
import type { PlanNode } from "../../src/plan/index.ts";
import { buildPlan, bundlePlans, inputsOf, optimize, slotsOf } from "../../src/plan/index.ts";
import { authorize, visibleTo } from "../../src/policy/index.ts";
import type { QueryRequest } from "../../src/request/index.ts";
import { resolveRequest } from "../../src/request/index.ts";
import { toSql } from "../../src/sql/index.ts";
import { canonicalJson } from "../../src/std/index.ts";
import { tradeCatalog } from "../plan/trade.ts";
import { readCases } from "../support/cases.ts";

const catalog = tradeCatalog();
const REQUESTS: readonly QueryRequest[] = [
  { metrics: ["income"], groupBy: [{ name: "sale__region" }], limit: 2 },
  { metrics: ["income", "sales"] },
];

describe("several answers are one statement", () => {
  test("for PostgreSQL", () => {
    expect(shown("postgres")).toMatchInlineSnapshot(`
      "with sales_rows as (
        select
          sales.price,
          sales.region as sale__region
        from trade.sales as sales
      ),
      computed as (
        select
          price,
          sale__region
        from sales_rows
      ),
      income_totals as (
        select
          sale__region,
          sum(price) as income
        from computed
        group by sale__region
      ),
      sales_answer as (
        select
          row_number() over (order by sale__region collate "C" asc nulls last) as place,
          sale__region collate "C" as sale__region,
          income
        from income_totals
        order by sale__region asc nulls last
      limit 2
      ),
      computed_2 as (
        select
          price
        from sales_rows
      ),
      sales_totals as (
        select
          sum(price) as income,
          nullif(count(*), 0) as sales
        from computed_2
      ),
      sales_answer_2 as (
        select
          row_number() over () as place,
          income,
          sales
        from sales_totals
      )
      select part, slot_1, slot_2, slot_3
      from (
        select 0 as part, place, (select sale__region from sales_answer where false) as slot_1, (select income from sales_answer where false) as slot_2, (select sales from sales_answer_2 where false) as slot_3
        from sales_answer
        where false
        union all
        select 0, place, sale__region, income, null
        from sales_answer
        union all
        select 1, place, null, income, sales
        from sales_answer_2
      ) as bundled
      order by part, place"
    `);
  });

  test("for BigQuery", () => {
    expect(shown("bigquery")).toMatchInlineSnapshot(`
      "with sales_rows as (
        select
          sales.price,
          sales.region as sale__region
        from trade.sales as sales
      ),
      computed as (
        select
          price,
          sale__region
        from sales_rows
      ),
      income_totals as (
        select
          sale__region,
          sum(price) as income
        from computed
        group by sale__region
      ),
      sales_answer as (
        select
          row_number() over (order by sale__region asc nulls last) as place,
          sale__region,
          income
        from income_totals
        order by sale__region asc nulls last
      limit 2
      ),
      computed_2 as (
        select
          price
        from sales_rows
      ),
      sales_totals as (
        select
          sum(price) as income,
          nullif(count(*), 0) as sales
        from computed_2
      ),
      sales_answer_2 as (
        select
          row_number() over () as place,
          income,
          sales
        from sales_totals
      )
      select part, slot_1, slot_2, slot_3
      from (
        select 0 as part, place, (select sale__region from sales_answer where false) as slot_1, (select income from sales_answer where false) as slot_2, (select sales from sales_answer_2 where false) as slot_3
        from sales_answer
        where false
        union all
        select 0, place, sale__region, income, null
        from sales_answer
        union all
        select 1, place, null, income, sales
        from sales_answer_2
      ) as bundled
      order by part, place"
    `);
  });
});

test("columns that are computed alike share a slot, others do not, whatever their names and types", () => {
  const bundle = bundlePlans(REQUESTS.map(planOf));
  if (bundle.kind !== "bundle") throw new Error("A bundle is one step.");
  expect(slotsOf(bundle).ofPart).toEqual([
    [0, 1],
    [1, 2],
  ]);
});

test("all cases together are one statement that reads no table twice under the same conditions", () => {
  const { catalog: sample } = loadCatalog(join(import.meta.dirname, "../../metrics"));
  const cases = readCases(join(import.meta.dirname, "../cases"));
  if (!sample) throw new Error("metrics/ does not load.");
  const plans = cases.map(({ question, principal }) =>
    buildPlan(authorize(resolveRequest(visibleTo(sample, principal), question), principal)),
  );
  expect(plans.length).toBeGreaterThan(100);
  const plan = optimize(bundlePlans(plans));
  expect(toSql(plan, "bigquery").text).toContain("union all");
  const read = new Set<string>();
  const scans = new Map<PlanNode, string>();
  const visit = (node: PlanNode): void => {
    if (node.kind === "scan") {
      const { source, guard, minimumGroup, where } = node;
      scans.set(node, canonicalJson({ source, guard, minimumGroup, where }));
    }
    inputsOf(node).forEach(visit);
  };
  visit(plan);
  for (const rows of scans.values()) {
    expect(read.has(rows), rows).toBe(false);
    read.add(rows);
  }
});

function shown(dialect: Dialect): string {
  return toSql(optimize(bundlePlans(REQUESTS.map(planOf))), dialect).text;
}

function planOf(request: QueryRequest) {
  return buildPlan(authorize(resolveRequest(catalog, request), OPERATOR));
}
