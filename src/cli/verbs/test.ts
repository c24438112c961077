import type { Catalog } from "../../catalog/index.ts";
import { placeOf, positionOf, type Span } from "../../diagnostics/index.ts";
import { nearest } from "../../std/index.ts";
import { type Difference, type MutationReport, type Outcome, runTests, tryMutants } from "../../testing/index.ts";
import type { Row } from "../../warehouse/index.ts";
import { choice, isOn } from "../arguments.ts";
import { loadSoundDefinitions, METRICS_FLAG, type SettingsFlag } from "../definitions.ts";
import { EXIT, unusable } from "../failure.ts";
import { displayWidth, visible } from "../output/display.ts";
import { plural } from "../plural.ts";
import type { Verb } from "../verb.ts";

export const test: Verb<SettingsFlag | "mutate" | "format"> = {
  name: "test",
  summary: "Runs the tests that stand beside the metrics, on the embedded engine: no warehouse is asked.",
  operands: "[METRIC…]",
  flags: {
    ...METRICS_FLAG,
    mutate: { about: "also change one thing at a time in each metric, and tell which change no test notices" },
    format: { value: "FORMAT", about: "text (default) or json" },
  },
  examples: ["assay test", "assay test revenue nrr --mutate", "assay test --format json | jq '.tests[].status'"],
  async run(args, terminal) {
    const format = choice(args, "format", ["text", "json"]);
    const catalog = loadSoundDefinitions(args, terminal);
    const metrics = chosen(catalog, args.positionals);
    const outcomes = await runTests(catalog, metrics);
    const failing = new Set(outcomes.filter(({ status }) => status !== "passed").map(({ metric }) => metric));
    const sound = metrics.filter((metric) => !failing.has(metric));
    const mutation = isOn(args, "mutate") ? await tryMutants(catalog, sound) : null;
    const report: TestReport = {
      outcomes,
      withoutTests: [...catalog.metrics.keys()].filter((name) => !catalog.tests.has(name)),
      mutation: mutation && { ...mutation, notTried: [...failing] },
    };
    await terminal.print(format === "json" ? `${JSON.stringify(documentOf(report))}\n` : textOf(report));
    return failing.size === 0 && (mutation?.survivors ?? []).length === 0 ? EXIT.fine : EXIT.findings;
  },
};

/** The metrics named, or all that have tests. A run that looks at nothing fails. */
function chosen(catalog: Catalog, names: readonly string[]): readonly string[] {
  for (const name of names) {
    if (catalog.tests.has(name)) continue;
    if (catalog.metrics.has(name)) throw unusable(`Metric "${name}" has no tests.`, HOW_TO_WRITE);
    throw unusable(`There is no metric "${name}".`, null, nearest(name, catalog.metrics.keys()));
  }
  if (catalog.tests.size === 0) throw unusable("No metric has tests.", HOW_TO_WRITE);
  return [...catalog.tests.keys()].filter((name) => names.length === 0 || names.includes(name));
}

const HOW_TO_WRITE = "write them under tests: in a metric's definition; docs/definitions.md shows how";

interface TestReport {
  readonly outcomes: readonly Outcome[];
  readonly withoutTests: readonly string[];
  /** `notTried`: metrics whose tests fail, so that nothing can be told by them. */
  readonly mutation: (MutationReport & { readonly notTried: readonly string[] }) | null;
}

function textOf({ outcomes, withoutTests, mutation }: TestReport): string {
  const metrics = [...new Set(outcomes.map(({ metric }) => metric))];
  const blocks = metrics.flatMap((metric) => [
    metric,
    ...outcomes.filter((outcome) => outcome.metric === metric).flatMap(linesOf),
  ]);
  const failed = outcomes.filter(({ status }) => status !== "passed").length;
  const count = `${plural(outcomes.length, "test")} of ${plural(metrics.length, "metric")}`;
  const result = failed === 0 ? "all pass" : `${failed} failed`;
  const lines = [...blocks, "", `${count}: ${result}; ${plural(withoutTests.length, "metric")} without tests`];
  return `${[...lines, ...(mutation ? mutationLines(mutation) : [])].join("\n")}\n`;
}

function linesOf(outcome: Outcome): readonly string[] {
  const name = visible(outcome.test.name);
  if (outcome.status === "passed") return [`  pass  ${name}`];
  const details = outcome.status === "failed" ? differenceLines(outcome.difference) : [visible(outcome.message)];
  return [
    `  FAIL  ${name}`,
    `        at ${visible(placeOf(outcome.test.span))}`,
    ...details.map((line) => `        ${line}`),
  ];
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
    ...survivors.map(({ metric, change, span }) => {
      return visible(`no test noticed: ${metric}: ${change}${span ? `, at ${placeOf(span)}` : ""}`);
    }),
    [
      `${noticed} of ${plural(tried, "wrong definition")} noticed${share}`,
      ...(refused > 0 ? [`${refused} more could not be asked`] : []),
      ...(notTried.length > 0 ? [`not tried, as their tests fail: ${notTried.join(", ")}`] : []),
    ].join("; "),
  ];
}

function documentOf({ outcomes, withoutTests, mutation }: TestReport): object {
  return {
    tests: outcomes.map(outcomeDocument),
    withoutTests,
    ...(mutation && { mutants: mutationDocument(mutation) }),
  };
}

function outcomeDocument(outcome: Outcome): object {
  const { metric, test: of, status } = outcome;
  const named = { metric, test: of.name, status, ...fileAndLine(of.span) };
  switch (outcome.status) {
    case "passed":
      return named;
    case "failed":
      return { ...named, ...outcome.difference };
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
    survivors: survivors.map(({ metric, change, span }) => ({ metric, change, ...(span && fileAndLine(span)) })),
  };
}

function fileAndLine(span: Span): { readonly file: string; readonly line: number } {
  return { file: span.file.path, line: positionOf(span).line };
}
