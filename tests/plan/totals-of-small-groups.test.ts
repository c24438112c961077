import { join } from "node:path";
import { expect, test } from "vitest";
import { loadCatalog } from "../../src/compile/index.ts";
import { Refusal } from "../../src/diagnostics/index.ts";
import { OPERATOR, type Principal, readClaims } from "../../src/identity/index.ts";
import { buildPlan } from "../../src/plan/index.ts";
import { authorize } from "../../src/policy/index.ts";
import type { QueryRequest } from "../../src/request/index.ts";
import { resolveRequest } from "../../src/request/index.ts";

const { catalog } = loadCatalog(join(import.meta.dirname, "../../metrics"));
/** Of visits they see no group of fewer than five. */
const BOARD = readClaims(JSON.stringify({ roles: ["group_board"], claims: {} }));

const BY_CHANNEL: QueryRequest = { metrics: ["sessions"], groupBy: [{ name: "session__channel" }] };
const REST: QueryRequest = { ...BY_CHANNEL, top: { n: 2, by: "sessions", part: "rest" } };

test.each([
  ["a share of a total", { ...BY_CHANNEL, metrics: [{ name: "sessions", calc: "share_of_total" }] }],
  ["the rest of the groups", REST],
  ["what stands behind the rest", { metrics: ["sessions"], groupBy: [{ name: "session__device" }], parent: REST }],
] satisfies readonly (readonly [string, QueryRequest])[])(
  "%s would tell of the groups that are left out, and is refused to whom they are hidden from",
  (_, request) => {
    expect(refusal(request, BOARD)).toMatchObject({ code: "GROUP_TOO_SMALL" });
    expect(refusal(request, OPERATOR)).toBeNull();
  },
);

test("ranks, running totals and the greatest are of the groups that are shown, and so are counts", () => {
  const request: QueryRequest = {
    metrics: [
      { name: "sessions", as: "place", calc: "rank" },
      { name: "sessions", as: "so_far", calc: "running_total" },
    ],
    groupBy: [{ name: "session__channel" }, { name: "metric_time", grain: "month" }],
    top: { n: 2, by: "place" },
  };
  expect(refusal(request, BOARD)).toBeNull();
  expect(refusal({ ...request, countOnly: true }, BOARD)).toBeNull();
});

function refusal(request: QueryRequest, principal: Principal): Refusal | null {
  if (!catalog) throw new Error("metrics/ does not load.");
  try {
    buildPlan(authorize(resolveRequest(catalog, request), principal));
    return null;
  } catch (thrown) {
    if (thrown instanceof Refusal) return thrown;
    throw thrown;
  }
}
