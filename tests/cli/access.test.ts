import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { expect, test } from "vitest";
import { DEFINITIONS, writeDefinitions } from "./shop.ts";
import { runHere } from "./terminal.ts";

const folder = mkdtempSync(path.join(tmpdir(), "assay-access-"));
const POLICIES = `project: shop
claims: { region: string, states: { list: string } }
---
policy: orders
mandatory: status <> 'secret'
roles:
  clerk: { rows: status in (claim('states')), fields: [order, orders, status, customer], required_filters: ordered_at }
  analyst: { rows: all, fields: { except: amount }, explain: true }
  board: { rows: all, fields: all }
---
policy: customers
minimum_group_size: 3
roles:
  analyst: { rows: region = claim('region'), fields: all, masks: { region: last_four } }
`;
const metrics = writeDefinitions(path.join(folder, "metrics"), { ...DEFINITIONS, "policies.yaml": POLICIES });

async function explain(who: object, ...question: readonly string[]) {
  const file = path.join(folder, "who.json");
  writeFileSync(file, JSON.stringify(who));
  return runHere(["access", "explain", "--as", file, ...question, "--metrics", metrics]);
}

const ANALYST = { sub: "ann", roles: ["analyst"], claims: { region: "EMEA" } };

test("of an answer it tells the roles that serve, their rows and masks, the digest and the guarded SQL", async () => {
  const { code, stdout } = await explain(ANALYST, "orders", "--by", "customer__region");
  expect(stdout).toContain(`Roles   analyst
Claims  region = "EMEA"
Answer  allowed

orders
  orders
    mandatory: status <> 'secret'
    - clerk    not held; needs claim states; needs a filter on ordered_at
    + analyst  serves; all rows
    - board    not held; would serve
  customers
    groups of fewer rows than 3 are left out
    + analyst  serves; rows where region = 'EMEA'; region masked: last four

Digest       `);
  expect(stdout).toMatch(/\nMay see SQL {2}no\n/);
  expect(stdout).toMatch(/where customers\.region = \$\d/);
  expect(stdout).toContain('"EMEA"');
  expect(code).toBe(0);
});

test("of a refusal it tells what each role lacks, by names that the principal is not told", async () => {
  const { code, stdout } = await explain(ANALYST, "revenue");
  expect(stdout).toBe(`Roles   analyst
Claims  region = "EMEA"
Answer  refused: UNKNOWN_METRIC: There is no metric "revenue".

revenue
  orders
    mandatory: status <> 'secret'
    - clerk    not held; needs claim states; does not allow revenue; needs a filter on ordered_at
    - analyst  does not allow amount (through revenue)
    - board    not held; would serve
`);
  expect(code).toBe(1);
});

test("a filter by what is masked is told apart from what is hidden", async () => {
  const { stdout } = await explain(ANALYST, "orders", "--where", "customer__region = 'EMEA'");
  expect(stdout).toContain("Answer  refused: MASKED_FIELD: ");
  expect(stdout).toContain("    - analyst  only shows masked region\n");
});

test("a claim that is missing is named where it would grant something", async () => {
  const { stdout } = await explain({ roles: ["clerk"], claims: {} }, "orders", "--from", "2026-01-01");
  expect(stdout).toContain("Claims  none\n");
  expect(stdout).toContain("    - clerk    needs claim states; does not allow ordered_at");
});

test("a model without a policy is said to have none", async () => {
  const alone = POLICIES.replace(/---\npolicy: customers[^]*$/, "");
  const open = writeDefinitions(path.join(folder, "open"), { ...DEFINITIONS, "policies.yaml": alone });
  const file = path.join(folder, "board.json");
  writeFileSync(file, JSON.stringify({ roles: ["board"] }));
  const question = ["orders", "--by", "customer__region", "--metrics", open];
  const { stdout } = await runHere(["access", "explain", "--as", file, ...question]);
  expect(stdout).toContain(
    "    + board    serves; all rows\n  customers: has no policy, so that only the operator reads it",
  );
});

test("programs get one document, and may ask by one", async () => {
  const question = ["--query", '{"metrics": ["orders"], "groupBy": [{"name": "order__status"}]}'];
  const { code, stdout } = await explain(ANALYST, ...question, "--format", "json");
  const document = JSON.parse(stdout);
  expect(document).toMatchObject({
    principal: { subject: "ann", roles: ["analyst"], claims: { region: "EMEA" } },
    decision: "allow",
    mayExplain: true,
    digest: expect.stringMatching(/^[0-9a-f]{32}$/),
    statement: { text: expect.stringContaining("status <> ") },
  });
  expect(
    document.parts[0].models[0].roles.map((role: { role: string; serves: boolean }) => [role.role, role.serves]),
  ).toEqual([
    ["clerk", false],
    ["analyst", true],
    ["board", false],
  ]);
  expect(code).toBe(0);
  const refused = await explain(ANALYST, "--query", '{"metrics": ["revenue"]}', "--format", "json");
  expect(JSON.parse(refused.stdout)).toMatchObject({ decision: "deny", refusal: { code: "UNKNOWN_METRIC" } });
});

test.each([
  ["no principal", ["access", "explain", "orders"], "Say who asks"],
  ["no verb of its own", ["access", "orders"], "Say what to do about access."],
  ["nothing to ask", ["access", "explain"], "There is nothing to ask."],
  ["a question that is no JSON", ["access", "explain", "--query", "{"], "--query is no JSON"],
  ["two questions", ["access", "explain", "orders", "--query", "{}"], '"orders" cannot stand beside --query.'],
])("%s is refused", async (_, argv, message) => {
  const { code, stderr } = await runHere([...argv, "--metrics", metrics]);
  expect(stderr).toContain(message);
  expect(code).toBe(2);
});

test("a question that nobody could ask is refused as ever", async () => {
  const { code, stderr } = await explain(ANALYST, "orders", "--by", "customer__planet");
  expect(stderr).toContain("error[UNKNOWN_GROUP_BY]");
  expect(code).toBe(1);
});
