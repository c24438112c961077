import { readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Engine } from "../../src/engine/index.ts";
import { createEngine } from "../../src/engine/index.ts";
import { OPERATOR } from "../../src/identity/index.ts";
import { openWarehouse, readAll } from "../../src/warehouse/index.ts";
import { oddShop } from "../support/odd-shop.ts";

let engine: Engine;
beforeAll(async () => {
  const warehouse = await openWarehouse("duckdb::memory:");
  const seed = readFileSync(join(import.meta.dirname, "../fixtures/shop/seed.sql"), "utf8");
  for (const text of seed.split(/;\s*$/m).filter((statement) => statement.trim() !== "")) {
    await readAll(await warehouse.execute({ text, values: [] }));
  }
  engine = createEngine({ catalog: oddShop(), warehouse });
});
afterAll(() => engine.close());

describe("an answer", () => {
  test("says of each column what it is, and how its values may be added up again", async () => {
    const metrics = ["revenue", "orders", "smallest", "largest", "buyers", "average_amount", "closing_balance", "net"];
    const { columns } = await engine.query(
      { metrics, groupBy: [{ name: "customer__country" }, { name: "metric_time", grain: "month", as: "month" }] },
      OPERATOR,
    );
    const group = { metric: null, reaggregation: "none", hidesSmallGroups: false };
    expect(columns.slice(0, 3)).toEqual([
      { name: "customer__country", type: "STRING", label: "Country", ...group },
      { name: "month", type: "DATE", label: "Time, month", ...group },
      { name: "revenue", type: "INT", label: "Revenue", ...group, metric: "revenue", reaggregation: "sum" },
    ]);
    const rest = columns.slice(2).map(({ name, reaggregation }) => [name, reaggregation]);
    expect(Object.fromEntries(rest)).toEqual({
      revenue: "sum",
      orders: "sum",
      smallest: "min",
      largest: "max",
      buyers: "none",
      average_amount: "none",
      closing_balance: "none",
      net: "none",
    });
  });

  test("a fill adds up only where it is 0", async () => {
    const metrics = ["revenue_or_zero", "odd_amount_or_seven", "odd_smallest_filled"];
    const { columns } = await engine.query({ metrics }, OPERATOR);
    expect(columns.map(({ reaggregation }) => reaggregation)).toEqual(["sum", "none", "none"]);
  });

  test("names the metric behind an alias", async () => {
    const { columns } = await engine.query({ metrics: [{ name: "revenue", as: "Money" }] }, OPERATOR);
    expect(columns.map(({ name, metric }) => [name, metric])).toEqual([["Money", "revenue"]]);
  });

  test("tells whether more rows follow, and does not show the one that tells it", async () => {
    const page = (limit: number, offset = 0) =>
      engine.query({ metrics: ["revenue"], groupBy: [{ name: "customer__country" }], limit, offset }, OPERATOR);
    expect(await page(2)).toMatchObject({
      rows: [
        ["DE", "30"],
        ["FR", "70"],
      ],
      hasNextPage: true,
    });
    expect(await page(3)).toMatchObject({ hasNextPage: false });
    expect(await page(2, 1)).toMatchObject({
      rows: [
        ["FR", "70"],
        [null, "180"],
      ],
      hasNextPage: false,
    });
    expect(await page(0)).toMatchObject({ rows: [], hasNextPage: true });
    const all = await engine.query({ metrics: ["revenue"], groupBy: [{ name: "customer__country" }] }, OPERATOR);
    expect(all.hasNextPage).toBe(false);
  });

  test("says what it was made of", async () => {
    const { provenance } = await engine.query(
      { metrics: ["revenue_vs_3d_ago", "net"], groupBy: [{ name: "metric_time" }] },
      OPERATOR,
    );
    expect(provenance.metrics).toEqual(["net", "refunded", "revenue", "revenue_vs_3d_ago"]);
    expect(provenance.catalogVersion).toBe(engine.catalog.version);
    expect(provenance.dialect).toBe("duckdb");
    expect(provenance.statement.text).toContain("from shop.orders as orders");
    const again = await engine.query({ metrics: ["revenue"] }, OPERATOR);
    expect(again.provenance.queryId).not.toBe(provenance.queryId);
  });
});

describe("an explanation", () => {
  const question = {
    metrics: ["revenue", "ok_revenue"],
    groupBy: [{ name: "metric_time" }],
    where: ["customer = 'c1'"],
    limit: 5,
  };

  test("shows the plan as built and after each rule that changed it", () => {
    const { steps, columns } = engine.explain(question, OPERATOR);
    expect(steps.map(({ rule }) => rule)).toEqual([
      null,
      "merge-same-source-scans",
      "push-filters-down",
      "prune-columns",
    ]);
    expect(steps[0]?.plan).toContain("combine on metric_time__day");
    expect(steps.at(-1)?.plan).not.toContain("combine");
    expect(columns.map(({ name }) => name)).toEqual(["metric_time__day", "revenue", "ok_revenue"]);
  });

  test("shows the caller's own limit", () => {
    expect(engine.explain(question, OPERATOR).statement.text).toMatch(/limit 5$/);
  });

  test("without the optimiser has the plan as built only", () => {
    const { steps } = engine.explain(question, OPERATOR, { optimize: false });
    expect(steps.map(({ rule }) => rule)).toEqual([null]);
  });
});

test("a question that is aborted ends with the warehouse's word for it", async () => {
  const controller = new AbortController();
  controller.abort();
  await expect(engine.query({ metrics: ["revenue"] }, OPERATOR, { signal: controller.signal })).rejects.toMatchObject({
    kind: "aborted",
  });
});

test("it is alive until it is closed", async () => {
  await expect(engine.ping()).resolves.toBeUndefined();
});
