import { type Catalog, findMetric } from "../../catalog/index.ts";
import { placeOf, positionOf, type Span } from "../../diagnostics/index.ts";
import { nearest } from "../../std/index.ts";
import {
  type Difference,
  type MutationReport,
  type Outcome,
  type PolicyOutcome,
  runPolicyTests,
  runTests,
  tryMutants,
  tryPolicyMutants,
} from "../../testing/index.ts";
import type { Row } from "../../warehouse/index.ts";
import { choice, isOn } from "../arguments.ts";
import { loadSoundDefinitions, METRICS_FLAG, type SettingsFlag } from "../definitions.ts";
import { EXIT, unusable } from "../failure.ts";
import { displayWidth, visible } from "../output/display.ts";
import { plural } from "../plural.ts";
import type { Verb } from "../verb.ts";

export const test: Verb<SettingsFlag | "mutate" | "format"> = {
  name: "test",
  summary: "Runs the tests that stand beside metrics and policies, on the embedded engine: no warehouse is asked.",
  operands: "[METRIC or MODEL of a policy…]",
  flags: {
    ...METRICS_FLAG,
    mutate: { about: "also change one thing at a time in each, and tell which change no test notices" },
    format: { value: "FORMAT", about: "text (default) or json" },
  },
  examples: [
    "assay test",
    "assay test revenue nrr --mutate",
    "assay test customers",
    "assay test --format json | jq '.tests[].status'",
  ],
  async run(args, terminal) {
    const format = choice(args, "format", ["text", "json"]);
    const catalog = loadSoundDefinitions(args, terminal);
    const { metrics, policies } = chosen(catalog, args.positionals);
    const outcomes = [...(await runTests(catalog, metrics)), ...(await runPolicyTests(catalog, policies))];
    const failing = new Set(outcomes.filter(({ status }) => status !== "passed").map(titleOf));
    const mutation = isOn(args, "mutate")
      ? sumOf([
          await tryMutants(
            catalog,
            metrics.filter((name) => !failing.has(name)),
          ),
          await tryPolicyMutants(
            catalog,
            policies.filter((name) => !failing.has(policyTitle(name))),
          ),
        ])
      : null;
    const report: TestReport = {
      outcomes,
      withoutTests: [...catalog.metrics.keys()].filter((name) => !catalog.tests.has(name)),
      policiesWithoutTests: [...catalog.policies.values()]
        .filter(({ model, isPublic }) => !isPublic && !catalog.policyTests.has(model))
        .map(({ model }) => model),
      mutation: mutation && { ...mutation, notTried: [...failing] },
    };
    await terminal.print(format === "json" ? `${JSON.stringify(documentOf(report))}\n` : textOf(report));
    return failing.size === 0 && (mutation?.survivors ?? []).length === 0 ? EXIT.fine : EXIT.findings;
  },
};

interface Chosen {
  readonly metrics: readonly string[];
  /** Their models. */
  readonly policies: readonly string[];
}

/** Those named, or all that have tests: a name may be a metric and a model with a policy. A run that looks at nothing fails. */
function chosen({ metrics, tests, policies, policyTests }: Catalog, written: readonly string[]): Chosen {
  const names = written.map((name) => findMetric(metrics, name)?.name ?? name);
  for (const name of names) {
    if (tests.has(name) || policyTests.has(name)) continue;
    if (metrics.has(name)) throw unusable(`Metric "${name}" has no tests.`, HOW_TO_WRITE);
    if (policies.has(name)) throw unusable(`The policy of model "${name}" has no tests.`, HOW_TO_WRITE_POLICIES);
    throw unusable(`There is no metric "${name}".`, null, nearest(name, [...metrics.keys(), ...policies.keys()]));
  }
  if (tests.size + policyTests.size === 0) throw unusable("No metric has tests.", HOW_TO_WRITE);
  const isChosen = (name: string): boolean => names.length === 0 || names.includes(name);
  return { metrics: [...tests.keys()].filter(isChosen), policies: [...policyTests.keys()].filter(isChosen) };
}

const HOW_TO_WRITE = "write them under tests: in a metric's definition; docs/definitions.md shows how";
const HOW_TO_WRITE_POLICIES = "write them under tests: in the policy; docs/security.md shows how";

function titleOf(outcome: Outcome | PolicyOutcome): string {
  return "metric" in outcome ? outcome.metric : policyTitle(outcome.policy);
}

function policyTitle(model: string): string {
  return `policy ${model}`;
}

function sumOf(reports: readonly MutationReport[]): MutationReport {
  return {
    tried: reports.reduce((sum, { tried }) => sum + tried, 0),
    survivors: reports.flatMap(({ survivors }) => survivors),
    refused: reports.reduce((sum, { refused }) => sum + refused, 0),
  };
}

interface TestReport {
  readonly outcomes: readonly (Outcome | PolicyOutcome)[];
  readonly withoutTests: readonly string[];
  /** Models of policies that restrict somebody. */
  readonly policiesWithoutTests: readonly string[];
  /** `notTried`: metrics and policies whose tests fail, so that nothing can be told by them. */
  readonly mutation: (MutationReport & { readonly notTried: readonly string[] }) | null;
}

function textOf({ outcomes, withoutTests, policiesWithoutTests, mutation }: TestReport): string {
  const titles = [...new Set(outcomes.map(titleOf))];
  const blocks = titles.flatMap((title) => [
    title,
    ...outcomes.filter((outcome) => titleOf(outcome) === title).flatMap(linesOf),
  ]);
  const failed = outcomes.filter(({ status }) => status !== "passed").length;
  const metrics = new Set(outcomes.flatMap((outcome) => ("metric" in outcome ? [outcome.metric] : []))).size;
  const policies = titles.length - metrics;
  const subjects = [
    ...(metrics > 0 ? [plural(metrics, "metric")] : []),
    ...(policies > 0 ? [policyCount(policies)] : []),
  ];
  const count = `${plural(outcomes.length, "test")} of ${subjects.join(" and ")}`;
  const result = failed === 0 ? "all pass" : `${failed} failed`;
  const untested = policiesWithoutTests.length > 0 ? ` and ${policyCount(policiesWithoutTests.length)}` : "";
  const lines = [
    ...blocks,
    "",
    `${count}: ${result}; ${plural(withoutTests.length, "metric")}${untested} without tests`,
  ];
  return `${[...lines, ...(mutation ? mutationLines(mutation) : [])].join("\n")}\n`;
}

function policyCount(count: number): string {
  return count === 1 ? "1 policy" : `${count} policies`;
}

function linesOf(outcome: Outcome | PolicyOutcome): readonly string[] {
  const name = visible(outcome.test.name);
  if (outcome.status === "passed") return [`  pass  ${name}`];
  return [
    `  FAIL  ${name}`,
    `        at ${visible(placeOf(outcome.test.span))}`,
    ...detailsOf(outcome).map((line) => `        ${line}`),
  ];
}

function detailsOf(outcome: Exclude<Outcome | PolicyOutcome, { readonly status: "passed" }>): readonly string[] {
  switch (outcome.status) {
    case "failed":
      return differenceLines(outcome.difference);
    case "contradicted":
      return [`-  ${visible(outcome.expected)}`, `+  ${visible(outcome.answered)}`, "- expected  + answered"];
    case "broken":
      return [visible(outcome.message)];
  }
}

/** The rows that were expected (-), those that came instead (+), and those that agree, as one table. */
function differenceLines(difference: Difference): readonly string[] {
  const { columns, same, missing, unexpected, unknownColumns, isOrderWrong } = difference;
  const table: readonly (readonly string[])[] = [
    [" ", ...columns],
    ...same.map((row) => [" ", ...cellsOf(row)]),
    ...missing.map((row) => ["-", ...cellsOf(row)]),
    ...unexpected.map((row) => ["+", ...cellsOf(row)]),
  ];
  const widths = columns.map((_, n) => Math.max(...table.map((cells) => displayWidth(cells[n + 1] ?? ""))));
  const line = ([sign = "", ...cells]: readonly string[]) =>
    [sign, ...cells.map((cell, n) => cell + " ".repeat((widths[n] ?? 0) - displayWidth(cell)))].join("  ").trimEnd();
  const unknown = unknownColumns.map((name) => `expected column "${visible(name)}" is not in the answer`);
  if (isOrderWrong) return [...unknown, "the rows are right, their order is not; answered:", ...table.map(line)];
  return [...unknown, ...table.map(line), "- expected  + answered"];
}

function cellsOf(row: Row): readonly string[] {
  return row.map((cell) => visible(String(cell)));
}

function mutationLines({
  tried,
  survivors,
  refused,
  notTried,
}: NonNullable<TestReport["mutation"]>): readonly string[] {
  const noticed = tried - survivors.length;
  const share = tried === 0 ? "" : ` (${Math.floor((100 * noticed) / tried)} %)`;
  return [
    ...survivors.map(({ name, kind, change, span }) => {
      const title = kind === "metric" ? name : policyTitle(name);
      return visible(`no test noticed: ${title}: ${change}${span ? `, at ${placeOf(span)}` : ""}`);
    }),
    [
      `${noticed} of ${plural(tried, "wrong definition")} noticed${share}`,
      ...(refused > 0 ? [`${refused} more could not be asked`] : []),
      ...(notTried.length > 0 ? [`not tried, as their tests fail: ${notTried.join(", ")}`] : []),
    ].join("; "),
  ];
}

function documentOf({ outcomes, withoutTests, policiesWithoutTests, mutation }: TestReport): object {
  return {
    tests: outcomes.map(outcomeDocument),
    withoutTests,
    policiesWithoutTests,
    ...(mutation && { mutants: mutationDocument(mutation) }),
  };
}

function outcomeDocument(outcome: Outcome | PolicyOutcome): object {
  const { test: of, status } = outcome;
  const subject = "metric" in outcome ? { metric: outcome.metric } : { policy: outcome.policy };
  const named = { ...subject, test: of.name, status, ...fileAndLine(of.span) };
  switch (outcome.status) {
    case "passed":
      return named;
    case "failed":
      return { ...named, ...outcome.difference };
    case "contradicted":
      return { ...named, expected: outcome.expected, answered: outcome.answered };
    case "broken":
      return { ...named, message: outcome.message };
  }
}

function mutationDocument({ tried, survivors, refused, notTried }: NonNullable<TestReport["mutation"]>): object {
  return {
    tried,
    noticed: tried - survivors.length,
    refused,
    notTried,
    survivors: survivors.map(({ name, kind, change, span }) => ({
      [kind]: name,
      change,
      ...(span && fileAndLine(span)),
    })),
  };
}

function fileAndLine(span: Span): { readonly file: string; readonly line: number } {
  return { file: span.file.path, line: positionOf(span).line };
}
