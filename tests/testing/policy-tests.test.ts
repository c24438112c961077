import { expect, test } from "vitest";
import { loadCatalog } from "../../src/compile/index.ts";
import { runPolicyTests, tryPolicyMutants } from "../../src/testing/index.ts";
import { shopWith } from "./support.ts";

/** The policy of orders in a shop, with tests beside it. */
function shopOf(policy: string, tests: string) {
  return shopWith(`metric: revenue
model: orders
measure: amount
---
metric: buyers
model: orders
measure: buyers
---
project: shop
claims: { state: string, states: { list: string } }
---
policy: orders
${policy}
tests:
${tests}
`);
}

const CLERK = "roles: { clerk: { rows: status = claim('state'), fields: { except: [customer_id] } } }";
const ROWS = "given: { orders: [{ amount: 10, status: paid }, { amount: 5, status: open }] }";
const PAID = "as: { roles: clerk, claims: { state: paid } }";

async function outcomesOf(policy: string, tests: string) {
  return runPolicyTests(shopOf(policy, tests), ["orders"]);
}

test("rows are those of the principal", async () => {
  const [outcome] = await outcomesOf(
    CLERK,
    `  - { test: t, ${PAID}, ${ROWS}, ask: { metrics: revenue }, expect: [{ revenue: 10 }] }`,
  );
  expect(outcome).toMatchObject({ policy: "orders", status: "passed" });
});

test("rows that are not those expected are told apart", async () => {
  const [outcome] = await outcomesOf(
    CLERK,
    `  - { test: t, ${PAID}, ${ROWS}, ask: { metrics: revenue }, expect: [{ revenue: 15 }] }`,
  );
  expect(outcome).toMatchObject({ status: "failed", difference: { missing: [[15]], unexpected: [["10.00"]] } });
});

test.each([
  ["allow", "revenue", "passed"],
  ["deny", "revenue", "contradicted"],
  ["{ deny: UNKNOWN_METRIC }", "revenue", "contradicted"],
  ["allow", "buyers", "contradicted"],
  ["deny", "buyers", "passed"],
  ["{ deny: UNKNOWN_METRIC }", "buyers", "passed"],
  ["{ deny: MASKED_FIELD }", "buyers", "contradicted"],
  ["[]", "buyers", "contradicted"],
])("%s is expected of %s: %s", async (expected, metric, status) => {
  const [outcome] = await outcomesOf(
    CLERK,
    `  - { test: t, ${PAID}, ask: { metrics: ${metric} }, expect: ${expected} }`,
  );
  expect(outcome?.status).toBe(status);
});

test("what was expected and answered is said in one line each", async () => {
  const [outcome] = await outcomesOf(
    CLERK,
    `  - { test: t, ${PAID}, ask: { metrics: buyers }, expect: { deny: MASKED_FIELD } }`,
  );
  expect(outcome).toMatchObject({
    expected: "deny: MASKED_FIELD",
    answered: 'deny: UNKNOWN_METRIC: There is no metric "buyers".',
  });
});

test("a question that nobody could ask passes no test, whatever it expects", async () => {
  const [outcome] = await outcomesOf(CLERK, `  - { test: t, ${PAID}, ask: { metrics: revenu }, expect: deny }`);
  expect(outcome).toMatchObject({ status: "broken", message: expect.stringContaining('There is no metric "revenu"') });
});

test("a claim that is missing or empty grants nothing", async () => {
  const policy = "roles: { clerk: { rows: status in (claim('states')), fields: all } }";
  const outcomes = await outcomesOf(
    policy,
    `  - { test: missing, as: { roles: clerk }, ask: { metrics: revenue }, expect: { deny: UNKNOWN_METRIC } }
  - { test: empty, as: { roles: clerk, claims: { states: [] } }, ${ROWS}, ask: { metrics: revenue }, expect: [{ revenue: null }] }`,
  );
  expect(outcomes.map(({ status }) => status)).toEqual(["passed", "passed"]);
});

test("models that the test gives no rows for are empty", async () => {
  const [outcome] = await outcomesOf(
    "public: true",
    "  - { test: t, as: {}, ask: { metrics: revenue }, expect: [{ revenue: null }] }",
  );
  expect(outcome?.status).toBe("passed");
});

/** What no test notices, in words. */
async function survivorsOf(policy: string, tests: string) {
  const { survivors, tried } = await tryPolicyMutants(shopOf(policy, tests), ["orders"]);
  return { tried, changes: survivors.map(({ change }) => change) };
}

test("every restriction is taken away, and what no test notices is told with its place", async () => {
  const policy = `mandatory: [status <> 'secret', is_gift = false]
minimum_group_size: 2
roles:
  clerk:
    rows: status = claim('state') and amount > 0
    fields: { except: [customer_id] }
    masks: { paid_on: month }
    required_filters: [ordered_at]
  auditor: { rows: all, fields: [revenue] }`;
  const harmless = `  - { test: t, ${PAID}, ask: { metrics: revenue, timeRange: { start: 2026-01-01 } }, expect: allow }`;
  const { survivors, tried } = await tryPolicyMutants(shopOf(policy, harmless), ["orders"]);
  expect(survivors.map(({ change }) => change)).toEqual([
    "mandatory status <> 'secret' dropped",
    "mandatory is_gift = false dropped",
    "minimum_group_size dropped",
    "clerk: status = claim('state') dropped",
    "clerk: amount > 0 dropped",
    "clerk: customer_id allowed",
    "clerk: mask of paid_on dropped",
    "clerk: required filter ordered_at dropped",
    "auditor: all fields allowed",
  ]);
  expect(tried).toBe(9);
  const written = survivors.map(({ span }) => span?.file.text.slice(span.start, span.end));
  expect(written.slice(0, 4)).toEqual([
    "status <> 'secret'",
    "is_gift = false",
    "orders",
    "status = claim('state') and amount > 0",
  ]);
});

test("a test that looks at the rows, and one that looks at the fields, notice", async () => {
  const rows = `  - { test: rows, ${PAID}, ${ROWS}, ask: { metrics: revenue }, expect: [{ revenue: 10 }] }`;
  const fields = `  - { test: fields, ${PAID}, ask: { metrics: buyers }, expect: deny }`;
  expect(await survivorsOf(CLERK, rows)).toEqual({ tried: 2, changes: ["clerk: customer_id allowed"] });
  expect(await survivorsOf(CLERK, `${rows}\n${fields}`)).toEqual({ tried: 2, changes: [] });
});

test("the sample's policies pass their tests, and no restriction of those that have any goes unnoticed", async () => {
  const { catalog } = loadCatalog("metrics");
  if (!catalog) throw new Error("metrics/ does not load");
  const tested = [...catalog.policyTests.keys()];
  const outcomes = await runPolicyTests(catalog, tested);
  expect(outcomes.length).toBeGreaterThan(10);
  expect(outcomes.filter(({ status }) => status !== "passed")).toEqual([]);
  const { tried, survivors } = await tryPolicyMutants(catalog, tested);
  expect(tried).toBeGreaterThan(10);
  expect(survivors).toEqual([]);
});
