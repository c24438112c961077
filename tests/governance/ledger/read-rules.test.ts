import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { type Diagnostic, placeOf } from "../../../src/diagnostics/index.ts";
import { readRules, rulesJsonSchema } from "../../../src/governance/read-rules.ts";

const WHOLE = `enforcement: strict
approval: sshsig
teams: { finance-data: [alice], data-platform: [bob] }
council: { members: [carol, dave, erin], quorum: 2 }
security: { members: [grace] }
cascade: owners
max_validity_days: 90
min_deprecation_days: 30
usage: { lookback_days: 20, excluded: [{ client: load-test, expires: 2027-01-31 }] }
clients: { portal: { owner: finance-data } }
books_closed_through: 2026-09-30
emergency: { max_hours: 48, per_metric_per_quarter: 1 }
evidence: { tests: gold, contract: optional }
rules: { DUPLICATE_SEMANTICS: warning }
`;

function read(text: string) {
  const diagnostics: Diagnostic[] = [];
  const rules = readRules({ path: "governance/policy.yaml", text }, diagnostics);
  return {
    rules,
    problems: diagnostics.map(({ message, span }) => `${span ? placeOf(span) : "-"} ${message}`),
  };
}

test("a policy says who may certify what, and for how long", () => {
  const { rules, problems } = read(WHOLE);
  expect(problems).toEqual([]);
  expect(rules).toEqual({
    digest: expect.stringMatching(/^sha256:[0-9a-f]{64}$/),
    enforcement: "strict",
    approval: "sshsig",
    teams: new Map([
      ["finance-data", ["alice"]],
      ["data-platform", ["bob"]],
    ]),
    council: { members: ["carol", "dave", "erin"], quorum: 2 },
    security: { members: ["grace"], quorum: 1 },
    cascade: "owners",
    maxValidityDays: 90,
    minDeprecationDays: 30,
    usage: { lookbackDays: 20, excluded: [{ client: "load-test", expires: "2027-01-31" }] },
    clients: new Map([["portal", { owner: "finance-data" }]]),
    booksClosedThrough: "2026-09-30",
    emergency: { maxHours: 48, perMetricPerQuarter: 1 },
    evidence: {
      definition: "required",
      tests: "gold",
      mutants: "required",
      contract: "optional",
      impact: "required",
    },
    severities: new Map([["DUPLICATE_SEMANTICS", "warning"]]),
  });
});

test("what a policy leaves out is strict, and without a council no quorum is ever met", () => {
  const { rules } = read("teams: { finance: [alice] }\n");
  expect(rules).toMatchObject({
    enforcement: "strict",
    approval: "sshsig",
    cascade: "council",
    council: { members: [], quorum: 1 },
    maxValidityDays: 180,
    minDeprecationDays: 90,
    usage: { lookbackDays: 35, excluded: [] },
    booksClosedThrough: null,
    emergency: { maxHours: 72, perMetricPerQuarter: 2 },
    evidence: {
      definition: "required",
      tests: "required",
      mutants: "required",
      contract: "gold",
      impact: "required",
    },
  });
});

test("the digest of a policy is of its data, not of how it is written", () => {
  const digest = (text: string) => read(text).rules?.digest;
  const reordered = WHOLE.split("\n").toReversed().join("\r\n# a comment\r\n");
  expect(digest(reordered)).toBe(digest(WHOLE));
  expect(digest(WHOLE.replace("quorum: 2", "quorum: 1"))).not.toBe(digest(WHOLE));
});

test.each([
  [
    "an unknown key",
    "enforcment: demo\n",
    'governance/policy.yaml:1:1 The policy of governance has no key "enforcment"',
  ],
  ["a day that is none", "books_closed_through: 2026-02-30\n", "governance/policy.yaml:1:23 "],
  ["a quorum above the members", "council: { members: [a, b], quorum: 3 }\n", "governance/policy.yaml:1:37 "],
  ["a quorum of nobody", "council: { members: [a], quorum: 0 }\n", "governance/policy.yaml:1:34 "],
  ["a member twice", "council: { members: [a, a], quorum: 2 }\n", "governance/policy.yaml:1:21 "],
  ["a key written twice", "cascade: council\ncascade: owners\n", "governance/policy.yaml:2:1 "],
  ["a severity that is none", "rules: { CYCLE: fatal }\n", "governance/policy.yaml:1:17 "],
  ["ten years", "max_validity_days: 4000\n", "governance/policy.yaml:1:20 "],
  ["an empty file", "", "- "],
])("%s in a policy is refused at its place", (_, text, start) => {
  const { rules, problems } = read(text);
  expect(rules).toBeNull();
  expect(problems[0]).toContain(start);
});

test("the committed JSON Schema is the one of the code: npm run schema", () => {
  const committed = readFileSync("schema/governance-policy.schema.json", "utf8");
  expect(committed).toBe(`${JSON.stringify(rulesJsonSchema(), null, 2)}\n`);
});
