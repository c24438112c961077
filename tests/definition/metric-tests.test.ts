import { expect, test } from "vitest";
import { parseDefinitions } from "../../src/definition/index.ts";
import { expectProblem } from "../support/marked-yaml.ts";

const METRIC = "metric: m\nmodel: orders\nmeasure: amount\ntests:\n";

test("a test is its name, the rows of each model, the question and the rows of the answer", () => {
  const text = `${METRIC}
  - test: paid ones
    given: { orders: [{ amount: 1.50, status: paid, paid: true, note: }], days: [] }
    ask: { groupBy: [a, { name: metric_time, grain: month }], timeRange: { start: 2026-01-01 } }
    expect: [{ m: 0.12345678901234567891 }]
`;
  const { definitions, diagnostics } = parseDefinitions([{ path: "metrics/m.yaml", text }]);
  expect(diagnostics).toEqual([]);
  const [found] = definitions.metrics[0]?.tests ?? [];
  expect(found?.name.value).toBe("paid ones");
  expect(found?.given.map(({ of, rows }) => [of.value, rows.map((row) => row.map(pair))])).toEqual([
    [
      "orders",
      [
        [
          ["amount", 1.5],
          ["status", "paid"],
          ["paid", true],
          ["note", null],
        ],
      ],
    ],
    ["days", []],
  ]);
  expect(found?.ask).toEqual({
    groupBy: ["a", { name: "metric_time", grain: "month" }],
    timeRange: { start: "2026-01-01" },
  });
  expect(found?.expect.map((row) => row.map(pair))).toEqual([[["m", "0.12345678901234567891"]]]);
});

function pair({ column, value }: { column: { value: string }; value: { value: unknown } }): readonly unknown[] {
  return [column.value, value.value];
}

test.each([
  ["of a test", "  - { test: a, «givn»: {}, expect: [] }\n", 'did you mean "given"?'],
  ["of a question", "  - { test: a, ask: { «group_by»: [] }, expect: [] }\n", 'did you mean "groupBy"?'],
  [
    "of a group",
    "  - { test: a, ask: { groupBy: [{ name: b, «grian»: day }] }, expect: [] }\n",
    'did you mean "grain"?',
  ],
  ["of a range", "  - { test: a, ask: { timeRange: { «from»: 2026-01-01 } }, expect: [] }\n", "known are start, end"],
])("a key %s that does not exist is an error at the key", (_, tests, help) => {
  expect(expectProblem("definition/unknown-key", METRIC + tests).help).toBe(help);
});

test.each([
  ["a row that is a list", "  - { test: a, given: { orders: [«[1, 2]»] }, expect: [] }\n"],
  ["a value that is a list", "  - { test: a, given: { orders: [{ amount: «[1]» }] }, expect: [] }\n"],
  ["rows that are a mapping", "  - { test: a, expect: «{ m: 1 }» }\n"],
  ["a name that is a number", "  - { test: «1», expect: [] }\n"],
])("%s is an error at the value", (_, tests) => {
  expectProblem("definition/wrong-type", METRIC + tests);
});

test("a test says what it expects", () => {
  expectProblem("definition/missing-key", `${METRIC}  - «test: a»\n`);
});
