import { expect, test } from "vitest";
import { parseDefinitions } from "../../src/definition/index.ts";
import { compileShop, expectFinding } from "./support.ts";

const POLICY = `project: shop
claims: { region: string, teams: { list: int }, share: number }
---
policy: orders
roles: { analyst: { rows: status = claim('region'), fields: all } }
---
policy: customers
roles: { analyst: { rows: region = claim('region'), fields: all } }
`;

function policyTest(as: string, rest = "ask: {}, expect: allow"): string {
  return `${POLICY}tests: [{ test: t, as: ${as}, ${rest} }]\n`;
}

test("roles are those that some policy names, so that no test passes by a slip of the pen", () => {
  const { help } = expectFinding("test/unknown-role", policyTest("{ roles: [analyst, «analist»] }"));
  expect(help).toBe('did you mean "analyst"?');
  expect(compileShop(policyTest("{ roles: analyst }")).catalog).not.toBeNull();
});

test("claims are those that the project declares", () => {
  const { help } = expectFinding("test/unknown-claim", policyTest("{ claims: { «reigon»: EMEA } }"));
  expect(help).toBe('did you mean "region"?');
});

test.each([
  ["a number for a text", "«region»: 1"],
  ["a list for a text", "«region»: [EMEA]"],
  ["a number for a list", "«teams»: 1"],
  ["texts for whole numbers", '«teams»: ["1"]'],
  ["a part for a whole number", "«teams»: [1.5]"],
  ["a boolean for a number", "«share»: true"],
])("%s is no value of a claim", (_, claim) => {
  expectFinding("test/claim-type", policyTest(`{ claims: { ${claim} } }`));
});

test("values of the declared type pass, an empty list too", () => {
  const { catalog } = compileShop(policyTest("{ claims: { region: EMEA, teams: [1, 2], share: 0.5 } }"));
  expect(catalog?.policyTests.get("customers")?.[0]?.claims.get("teams")).toEqual([1, 2]);
  expect(compileShop(policyTest("{ claims: { teams: [] } }")).catalog).not.toBeNull();
});

test("rows that a policy's test gives are checked as those of a metric's", () => {
  expectFinding("test/unknown-model", policyTest("{}", "given: { «order»: [] }, ask: {}, expect: []"));
  expectFinding("test/unknown-column", policyTest("{}", "given: { orders: [{ «amout»: 1 }] }, ask: {}, expect: []"));
});

test("two tests of a policy have two names", () => {
  const one = (name: string) => `{ test: ${name}, as: {}, ask: {}, expect: deny }`;
  expectFinding("test/duplicate-name", `${POLICY}tests: [${one("same")}, ${one("«same»")}]\n`);
});

test("what is expected is one of four things", () => {
  const text = policyTest("{}", "ask: {}, expect: refuse");
  const [diagnostic] = parseDefinitions([{ path: "metrics/policy.yaml", text }]).diagnostics;
  expect(diagnostic?.message).toBe('"tests[1].expect" cannot be "refuse".');
  expect(diagnostic?.help).toContain("allow, deny");
  for (const expected of ["allow", "deny", "{ deny: MASKED_FIELD }", "[{ revenue: 1 }]"]) {
    expect(compileShop(policyTest("{}", `ask: {}, expect: ${expected}`)).catalog).not.toBeNull();
  }
});

test("tests do not change the version of the definitions", () => {
  expect(compileShop(policyTest("{}")).catalog?.version).toBe(compileShop(POLICY).catalog?.version);
});
