import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { DEFINITIONS, writeDefinitions } from "./shop.ts";
import { runHere } from "./terminal.ts";

const folder = mkdtempSync(path.join(tmpdir(), "assay-lineage-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const metrics = writeDefinitions(path.join(folder, "metrics"), DEFINITIONS);
const lineage = (...args: readonly string[]) => runHere(["lineage", ...args, "--metrics", metrics]);

describe("assay lineage", () => {
  test("shows people a tree down to columns, with how each is read", async () => {
    const { code, stdout, stderr } = await lineage("paid_share");
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    expect(stdout).toMatchInlineSnapshot(`
      "paid_share@1
      ├─ revenue@1  DIRECT/TRANSFORMATION
      │  └─ orders  (shop.orders)
      │     ├─ amount      DIRECT/AGGREGATION
      │     └─ ordered_at  INDIRECT/GROUP_BY
      └─ orders  (shop.orders)
         └─ status  INDIRECT/FILTER
      "
    `);
  });

  test("shows programs one document, and pictures a chart", async () => {
    const json = await lineage("paid_share", "--format", "json");
    expect(JSON.parse(json.stdout)).toMatchObject({
      metric: "paid_share",
      edges: [{ from: "paid_share", to: { metric: "revenue" }, type: "DIRECT", subtype: "TRANSFORMATION" }, {}, {}, {}],
      columns: [{ column: "amount", subtype: "AGGREGATION", depth: 2, path: ["paid_share", "revenue"] }, {}, {}],
    });
    const drawing = await lineage("paid_share", "--format", "mermaid");
    expect(drawing.stdout).toMatch(/^flowchart LR\n/);
  });

  test.each([
    [["revenu"], "did you mean revenue?"],
    [[], "Name one metric."],
    [["revenue", "orders"], "Name one metric."],
    [["revenue", "--format", "svg"], "--format must be one of text, mermaid, json"],
  ])("%j is refused", async (args, message) => {
    const refused = await lineage(...args);
    expect(refused).toMatchObject({ code: 2, stdout: "" });
    expect(refused.stderr).toContain(message);
  });
});
