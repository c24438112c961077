import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { expect, test } from "vitest";
import { assay, DEFINITIONS, writeDefinitions } from "./shop.ts";
import { runHere } from "./terminal.ts";

const TESTED = `metric: paid
description: Money from paid orders.
owner: finance
model: orders
measure: amount
filter: status = 'paid'
tests:
  - test: open orders are left out
    given:
      orders: [{ amount: 10, status: paid, customer_id: 1 }, { amount: 5, status: open, customer_id: 1 }]
    expect: [{ paid: 10 }]
  - test: by region
    given:
      orders: [{ amount: 10, status: paid, customer_id: 1 }, { amount: 2, status: paid, customer_id: 2 }]
      customers: [{ customer_id: 1, region: EMEA }, { customer_id: 2, region: APAC }]
    ask: { groupBy: [customer__region] }
    expect: [{ customer__region: EMEA, paid: 10 }, { customer__region: APAC, paid: 2 }]
  - { test: nothing, expect: [{ paid: null }] }
`;

function folderWith(paid: string): string {
  const folder = mkdtempSync(path.join(tmpdir(), "assay-test-"));
  return writeDefinitions(path.join(folder, "metrics"), { ...DEFINITIONS, "paid.yaml": paid });
}

test("passing tests are listed by metric and counted, with the metrics that have none", async () => {
  const { code, stdout } = await assay(["test", "--metrics", folderWith(TESTED)]);
  expect(stdout).toBe(`paid
  pass  open orders are left out
  pass  by region
  pass  nothing

3 tests of 1 metric: all pass; 3 metrics without tests
`);
  expect(code).toBe(0);
});

test("a failing test shows where it stands, and expected beside answered rows", async () => {
  const metrics = folderWith(TESTED.replace("APAC, paid: 2", "APAC, paid: 3"));
  const { code, stdout } = await runHere(["test", "--metrics", metrics]);
  expect(stdout).toContain(`  FAIL  by region
        at metrics/paid.yaml:12:11
           customer__region  paid
           EMEA              10.00
        -  APAC              3
        +  APAC              2.00
        - expected  + answered
`);
  expect(stdout).toContain("\n3 tests of 1 metric: 1 failed; 3 metrics without tests\n");
  expect(code).toBe(1);
});

test("a question that cannot be answered shows why", async () => {
  const metrics = folderWith(TESTED.replace("[customer__region]", "[customer__regoin]"));
  const { code, stdout } = await runHere(["test", "--metrics", metrics]);
  expect(stdout).toMatch(/ {2}FAIL {2}by region\n {8}at metrics\/paid\.yaml:12:11\n {8}.*customer__region/);
  expect(code).toBe(1);
});

test("--mutate lists the wrong definitions that no test noticed, with their places, and fails", async () => {
  const metrics = folderWith(TESTED.replace(", { amount: 5, status: open, customer_id: 1 }", ""));
  const { code, stdout } = await runHere(["test", "paid", "--mutate", "--metrics", metrics]);
  expect(stdout).toContain("\nno test noticed: paid: filter status = 'paid' dropped, at metrics/paid.yaml:6:9\n");
  expect(stdout).toContain("no test noticed: paid: sum made max, at metrics/paid.yaml:1:9\n");
  expect(stdout).toMatch(/\n2 of 5 wrong definitions noticed \(40 %\)\n$/);
  expect(code).toBe(1);
});

test("--mutate is fine when every wrong definition is noticed", async () => {
  const more = "{ amount: 4, status: paid, customer_id: 1 }";
  const biting = TESTED.replace("{ amount: 5, status: open", `${more}, { amount: 5, status: open`).replace(
    "[{ paid: 10 }]",
    "[{ paid: 14 }]",
  );
  const { code, stdout } = await runHere(["test", "--mutate", "--metrics", folderWith(biting)]);
  expect(stdout).toMatch(/\n5 of 5 wrong definitions noticed \(100 %\)\n$/);
  expect(code).toBe(0);
});

test("a metric whose tests fail is not tried with wrong definitions", async () => {
  const metrics = folderWith(TESTED.replace("[{ paid: 10 }]", "[{ paid: 11 }]"));
  const { code, stdout } = await runHere(["test", "--mutate", "--metrics", metrics]);
  expect(stdout).toMatch(/\n0 of 0 wrong definitions noticed; not tried, as their tests fail: paid\n$/);
  expect(code).toBe(1);
});

test("programs get one document", async () => {
  const metrics = folderWith(TESTED.replace("APAC, paid: 2", "APAC, paid: 3"));
  const { code, stdout, stderr } = await runHere(["test", "--mutate", "--format", "json", "--metrics", metrics]);
  const at = { metric: "paid", file: "metrics/paid.yaml" };
  expect(JSON.parse(stdout)).toEqual({
    tests: [
      { ...at, test: "open orders are left out", status: "passed", line: 8 },
      {
        ...at,
        test: "by region",
        status: "failed",
        line: 12,
        columns: ["customer__region", "paid"],
        same: [["EMEA", "10.00"]],
        missing: [["APAC", 3]],
        unexpected: [["APAC", "2.00"]],
        unknownColumns: [],
        isOrderWrong: false,
      },
      { ...at, test: "nothing", status: "passed", line: 18 },
    ],
    withoutTests: ["revenue", "orders", "paid_share"],
    policiesWithoutTests: [],
    mutants: { tried: 0, noticed: 0, refused: 0, survivors: [], notTried: ["paid"] },
  });
  expect({ code, stderr }).toEqual({ code: 1, stderr: "" });
});

const POLICIES = `project: shop
claims: { region: string }
---
policy: customers
roles: { analyst: { rows: region = claim('region'), fields: all } }
tests:
  - test: analysts see their region
    as: { roles: analyst, claims: { region: EMEA } }
    given:
      customers: [{ customer_id: 1, region: EMEA }, { customer_id: 2, region: APAC }]
    ask: { groupBy: [customer__region] }
    expect: [{ customer__region: EMEA }]
  - { test: nobody else does, as: {}, ask: { groupBy: [customer__region] }, expect: deny }
---
policy: orders
roles: { analyst: { rows: all, fields: { except: amount } } }
`;

function folderWithPolicies(policies: string): string {
  const folder = mkdtempSync(path.join(tmpdir(), "assay-test-"));
  return writeDefinitions(path.join(folder, "metrics"), { ...DEFINITIONS, "policies.yaml": policies });
}

test("tests beside policies are run too, and restrictions that no test needs are told", async () => {
  const metrics = folderWithPolicies(POLICIES);
  const { code, stdout } = await runHere(["test", "customers", "--mutate", "--metrics", metrics]);
  expect(stdout).toBe(`policy customers
  pass  analysts see their region
  pass  nobody else does

2 tests of 1 policy: all pass; 3 metrics and 1 policy without tests
1 of 1 wrong definition noticed (100 %)
`);
  expect(code).toBe(0);
  const without = folderWithPolicies(POLICIES.replace(/^ {2}- test: analysts[^]*?(?= {2}- \{ test: nobody)/m, ""));
  const bare = await runHere(["test", "--mutate", "--metrics", without]);
  expect(bare.stdout).toContain(
    "no test noticed: policy customers: analyst: region = claim('region') dropped, at metrics/policies.yaml:5:27\n",
  );
  expect(bare.code).toBe(1);
});

test("who is answered otherwise than a policy's test expects is shown like a difference", async () => {
  const metrics = folderWithPolicies(
    `${POLICIES}tests: [{ test: open, as: { roles: analyst }, ask: { metrics: revenue }, expect: allow }]\n`,
  );
  const { code, stdout } = await runHere(["test", "orders", "--metrics", metrics]);
  expect(stdout).toContain(`policy orders
  FAIL  open
        at metrics/policies.yaml:17:17
        -  allow
        +  deny: UNKNOWN_METRIC: There is no metric "revenue".
        - expected  + answered
`);
  expect(code).toBe(1);
  const json = await runHere(["test", "orders", "--format", "json", "--metrics", metrics]);
  expect(JSON.parse(json.stdout).tests).toEqual([
    {
      policy: "orders",
      test: "open",
      status: "contradicted",
      file: "metrics/policies.yaml",
      line: 17,
      expected: "allow",
      answered: 'deny: UNKNOWN_METRIC: There is no metric "revenue".',
    },
  ]);
});

test("what cannot be run is refused: unknown metrics, metrics without tests, definitions with errors", async () => {
  const metrics = folderWith(TESTED);
  const unknown = await runHere(["test", "pay", "--metrics", metrics]);
  expect(unknown).toMatchObject({ code: 2, stdout: "" });
  expect(unknown.stderr).toContain("did you mean paid");
  const without = await runHere(["test", "paid", "revenue", "--metrics", metrics]);
  expect(without.code).toBe(2);
  expect(without.stderr).toContain('Metric "revenue" has no tests.');
  const none = await runHere(["test", "--metrics", folderWith("")]);
  expect(none.code).toBe(2);
  expect(none.stderr).toContain("No metric has tests.");
  const broken = await runHere(["test", "--metrics", folderWith(TESTED.replace("amount: 10", "amuont: 10"))]);
  expect(broken.code).toBe(2);
  expect(broken.stderr).toContain('did you mean "amount"?');
});
