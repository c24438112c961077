import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { loadCatalog } from "../../src/compile/index.ts";
import { Refusal } from "../../src/diagnostics/index.ts";
import { OPERATOR } from "../../src/identity/index.ts";
import { buildPlan } from "../../src/plan/index.ts";
import { authorize } from "../../src/policy/index.ts";
import type { QueryRequest } from "../../src/request/index.ts";
import { resolveRequest } from "../../src/request/index.ts";

const { catalog } = loadCatalog(join(import.meta.dirname, "../../metrics"));

const BY_MONTH: QueryRequest = {
  groupBy: [{ name: "metric_time", grain: "month" }, { name: "customer__segment" }],
  top: { n: 2, within: ["metric_time__month"], part: "rest" },
};

describe("of the rest of the groups there is no honest value", () => {
  test.each([
    ["of a period before", { name: "orders", as: "x", shift: { by: "P1Y" } }],
    ["of a running value", "active_customers_28d"],
    ["of events that follow others", "visit_to_buy_conversion"],
    ["of a rank", { name: "orders", as: "x", calc: "rank" }],
    ["of a running total", { name: "orders", as: "x", calc: "running_total" }],
    [
      "of a share of what it is only a part of",
      { name: "orders", as: "x", calc: "share_of_total", within: [{ name: "customer__segment" }] },
    ],
  ] satisfies readonly (readonly [string, NonNullable<QueryRequest["metrics"]>[number]])[])("%s", (_, metric) => {
    const name = typeof metric === "string" ? metric : metric.name;
    const thrown = refusal({ ...BY_MONTH, metrics: [metric] });
    expect(thrown).toMatchObject({ code: "NOT_SUPPORTED" });
    expect(thrown?.message).toContain(`"${name}`);
    expect(thrown?.message).toContain("ask for the greatest groups alone");
  });
});

test("a share of what the rest lies in is one", () => {
  const within = [{ name: "metric_time", grain: "month" }];
  const share = { name: "orders", as: "x", calc: "share_of_total", within } as const;
  expect(refusal({ ...BY_MONTH, metrics: [share] })).toBeNull();
});

function refusal(request: QueryRequest): Refusal | null {
  if (!catalog) throw new Error("metrics/ does not load.");
  try {
    buildPlan(authorize(resolveRequest(catalog, request), OPERATOR));
    return null;
  } catch (thrown) {
    if (thrown instanceof Refusal) return thrown;
    throw thrown;
  }
}
