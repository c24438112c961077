import { existsSync, mkdirSync, mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { describe, expect, test } from "vitest";
import { loadCatalog } from "../../src/compile/index.ts";
import { importMetricflow } from "../../src/importers/index.ts";
import { runHere } from "../cli/terminal.ts";
import { REVENUE } from "./support.ts";

/** A dbt project with those files, and where its import is to go. */
function project(files: Readonly<Record<string, string | Uint8Array>>): { readonly dir: string; readonly out: string } {
  const dir = mkdtempSync(join(tmpdir(), "assay-import-"));
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(dir, "dbt", path)), { recursive: true });
    writeFileSync(join(dir, "dbt", path), text);
  }
  return { dir: join(dir, "dbt"), out: join(dir, "metrics") };
}

const MANIFEST = JSON.stringify({
  nodes: { "model.shop.orders": { resource_type: "model", name: "orders", schema: "marts", alias: "orders" } },
});
const SHOP = { "models/orders.yml": REVENUE, "target/manifest.json": MANIFEST };
const BROKEN = {
  ...SHOP,
  "models/more.yml": "metrics:\n  - { name: bad, type: simple, type_params: { measure: x } }\n",
};

describe("importMetricflow", () => {
  test("writes definitions that load", () => {
    const { dir, out } = project(SHOP);
    expect(importMetricflow(dir, out)).toEqual({
      files: ["models/orders.yaml", "orders/revenue.yaml"],
      report: [],
      exitCode: 0,
    });
    expect(readFileSync(join(out, "orders/revenue.yaml"), "utf8")).toBe(
      "metric: revenue\nmodel: orders\nmeasure: sum(amount)\n",
    );
    const { catalog } = loadCatalog(out);
    expect(catalog?.models.get("orders")?.source).toEqual({ kind: "table", path: ["marts", "orders"] });
  });

  test("says what was lost, and where", () => {
    const { dir, out } = project(BROKEN);
    const { exitCode, report, files } = importMetricflow(dir, out);
    expect(exitCode).toBe(1);
    expect(files).toHaveLength(2);
    expect(report).toMatchObject([{ code: "UNKNOWN_REFERENCE", file: "models/more.yml", line: 2 }]);
  });

  test("passes over what dbt downloads, makes and hides, and its settings", () => {
    const bad = BROKEN["models/more.yml"];
    const { dir, out } = project({
      ...SHOP,
      "dbt_packages/x/models/a.yml": bad,
      "target/compiled/a.yml": bad,
      ".git/a.yml": bad,
      "dbt_project.yml": "metrics: {}\nmodels: { shop: { materialized: table } }\n",
      "models/notes.md": bad,
    });
    expect(importMetricflow(dir, out)).toMatchObject({ exitCode: 0, report: [] });
  });

  test("takes one file too", () => {
    const { dir, out } = project(SHOP);
    expect(importMetricflow(join(dir, "models/orders.yml"), out, { orders: "marts.orders" })).toMatchObject({
      exitCode: 0,
    });
  });

  test("a file that is no text is told, the rest is written", () => {
    const { dir, out } = project({ ...SHOP, "models/x.yml": new Uint8Array([0xff, 0xfe, 0x00]) });
    expect(importMetricflow(dir, out)).toMatchObject({
      exitCode: 1,
      files: ["models/orders.yaml", "orders/revenue.yaml"],
      report: [{ code: "UNREADABLE_FILE", file: "models/x.yml", line: null }],
    });
  });

  test("where nothing is found, nothing is written", () => {
    const { dir, out } = project({ "models/sources.yml": "version: 2\nsources: [{ name: shop }]\n" });
    expect(importMetricflow(dir, out)).toEqual({ files: [], report: [], exitCode: 2 });
    expect(existsSync(out)).toBe(false);
  });

  test("never writes into a folder that holds something", () => {
    const { dir, out } = project(SHOP);
    importMetricflow(dir, out);
    expect(() => importMetricflow(dir, out)).toThrow(/is not empty: it holds models/);
  });
});

describe("assay import", () => {
  test("tells what it wrote", async () => {
    const { dir, out } = project(SHOP);
    expect(await runHere(["import", "metricflow", dir, "--out", out])).toEqual({
      code: 0,
      stdout: `2 files written to ${out}, everything was carried over.\n`,
      stderr: "",
    });
  });

  test("prints the report line by line, or as one document", async () => {
    const first = project(BROKEN);
    const text = await runHere(["import", "metricflow", first.dir, "--out", first.out]);
    expect(text).toMatchObject({ code: 1, stderr: "" });
    expect(text.stdout).toContain('models/more.yml:2: error UNKNOWN_REFERENCE metric "bad": It uses measure "x"');
    const second = project(BROKEN);
    const json = await runHere(["import", "metricflow", second.dir, "--out", second.out, "--format", "json"]);
    expect(json).toMatchObject({ code: 1, stderr: "" });
    expect(JSON.parse(json.stdout)).toMatchObject({
      files: ["models/orders.yaml", "orders/revenue.yaml"],
      report: [{ severity: "error", code: "UNKNOWN_REFERENCE", object: 'metric "bad"', written: null }],
    });
  });

  test("takes the tables of models from the caller", async () => {
    const { dir, out } = project({ "orders.yml": REVENUE });
    expect(await runHere(["import", "metricflow", dir, "--out", out, "--source", "*=web.fct_*"])).toMatchObject({
      code: 0,
    });
    expect(readFileSync(join(out, "models/orders.yaml"), "utf8")).toContain("table: web.fct_orders\n");
  });

  test.each([
    [[], "Say what to import."],
    [["lookml", "x", "--out", "y"], '"lookml" cannot be imported.'],
    [["metricflow", "--out", "y"], "Name the one folder to import."],
    [["metricflow", "src"], "--out says where"],
    [["metricflow", "no/such", "--out", "y"], 'There is no folder "no/such".'],
    [["metricflow", "docs", "--out", "src"], "is not empty"],
    [["metricflow", "docs", "--out", "no/such"], 'can be read in "docs"'],
    [["metricflow", "docs", "--out", "no/such", "--source", "x"], "--source x must be NAME=TABLE."],
  ])("%j is unusable, and says why", async (args, message) => {
    const { code, stdout, stderr } = await runHere(["import", ...args]);
    expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
    expect(stderr).toContain(message);
  });
});
