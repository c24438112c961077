import { expect, test } from "vitest";
import { parseArguments } from "../../src/cli/arguments.ts";
import { QUESTION_FLAGS, questionFrom } from "../../src/cli/question.ts";

const ask = (...argv: string[]) => questionFrom(parseArguments(argv, QUESTION_FLAGS));

test("flags become the request of the contract", () => {
  const question = ask(
    "revenue",
    "orders",
    "--by=metric_time:month",
    "--by=customer__segment",
    "--by=metric_time:extract_dow",
    "--where=customer__region = 'EMEA'",
    "--where=order__amount > 5",
    "--from=2026-01-01",
    "--to=2026-03-31",
    "--order=-revenue",
    "--order=metric_time:month",
    "--limit=10",
    "--offset=5",
    "--time-zone=Europe/Paris",
  );
  expect(question).toEqual({
    kind: "one",
    request: {
      metrics: ["revenue", "orders"],
      groupBy: [
        { name: "metric_time", grain: "month" },
        { name: "customer__segment" },
        { name: "metric_time", datePart: "dow" },
      ],
      where: ["customer__region = 'EMEA'", "order__amount > 5"],
      timeRange: { start: "2026-01-01", end: "2026-03-31" },
      orderBy: [
        { name: "revenue", direction: "desc" },
        { name: "metric_time__month", direction: "asc" },
      ],
      limit: 10,
      offset: 5,
      savedQuery: null,
      timeZone: "Europe/Paris",
    },
  });
});

test("a saved query keeps what the flags do not name", () => {
  expect(ask("--saved", "board", "--from", "2026-01-01")).toEqual({
    kind: "one",
    request: {
      savedQuery: "board",
      timeRange: { start: "2026-01-01", end: null },
      limit: null,
      offset: null,
      timeZone: null,
    },
  });
});

test("values without metrics may keep equal rows or show only the ends", () => {
  expect(ask("--by", "customer__region", "--no-distinct", "--min-max")).toMatchObject({
    request: { groupBy: [{ name: "customer__region" }], distinct: false, minMaxOnly: true },
  });
});

test("--input brings whole requests", () => {
  expect(ask("--input", "-")).toEqual({ kind: "lines", from: "-" });
});

test("whoever is named by --as may bring whole requests too", () => {
  expect(ask("--input", "-", "--as", "claims.json")).toEqual({ kind: "lines", from: "-" });
});

test.each([
  [[], "There is nothing to ask.", "INVALID_ARGUMENTS"],
  [["--limit", "3"], "There is nothing to ask.", "INVALID_ARGUMENTS"],
  [["revenue", "--by", "metric_time:"], "--by metric_time: is not a name, or a name and a grain.", "INVALID_ARGUMENTS"],
  [["revenue", "--by", "a:b:c"], "--by a:b:c is not a name, or a name and a grain.", "INVALID_ARGUMENTS"],
  [["--input", "-", "--by", "a"], "--by cannot stand beside --input.", "INVALID_ARGUMENTS"],
  [["revenue", "--input", "-"], "revenue cannot stand beside --input.", "INVALID_ARGUMENTS"],
])("%j is refused", (argv, message, code) => {
  expect(() => ask(...argv)).toThrow(expect.objectContaining({ message, code, exitCode: 2 }));
});
