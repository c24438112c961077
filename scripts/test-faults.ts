/**
 * `npm run test:faults [-- x01 x05 …] [--json FILE] [--write]`: brings about what may go wrong, one fault after the other,
 * on real parts, and measures what comes of it. A missed target, or a fault that could not be brought about, ends with
 * exit code 1. `--write` puts what was measured into docs/reliability.md; rows of faults that did not run stay.
 */
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { cpus, loadavg } from "node:os";
import path from "node:path";
import { parseArgs } from "node:util";
import { type Figure, format, isMet, printFigures } from "../bench/report.ts";
import type { Fault } from "../tests/faults/fault.ts";

const FOLDER = path.join(import.meta.dirname, "../tests/faults");
const PAGE = path.join(import.meta.dirname, "../docs/reliability.md");
const [BEGIN, END] = ["<!-- begin of what was measured -->", "<!-- end of what was measured -->"];

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { json: { type: "string" }, write: { type: "boolean", default: false } },
});

const wanted = new Set(positionals.map((id) => id.toUpperCase()));
const faults = (await readFaults()).filter(({ id }) => wanted.size === 0 || wanted.has(id));
const unknown = [...wanted].filter((id) => !faults.some((fault) => fault.id === id));
if (unknown.length > 0 || faults.length === 0) {
  console.error(`There is no fault ${[...unknown].join(", ") || "at all"} in tests/faults.`);
  process.exit(2);
}

const outcomes = new Map<Fault, readonly Figure[]>();
const broken: string[] = [];
for (const fault of faults) {
  const startedAt = performance.now();
  console.error(`▸ ${fault.id} ${fault.name}`);
  const seconds = () => ((performance.now() - startedAt) / 1_000).toFixed(1);
  try {
    const figures = await fault.run();
    outcomes.set(fault, figures);
    console.error(`${figures.every(isMet) ? "✓" : "✗"} ${fault.id} (${seconds()} s)`);
  } catch (thrown) {
    broken.push(fault.id);
    console.error(`✗ ${fault.id} could not be brought about (${seconds()} s):`, thrown);
  }
}

const figures = [...outcomes].flatMap(([{ id }, measured]) =>
  measured.map((figure) => ({ ...figure, name: `${id} ${figure.name}` })),
);
if (figures.length > 0) printFigures(figures, values.json);
if (values.write) writeFileSync(PAGE, withRows(readFileSync(PAGE, "utf8")));
if (broken.length > 0) {
  console.error(`Not brought about: ${broken.join(", ")}.`);
  process.exitCode = 1;
}

/** In the order of their numbers. */
async function readFaults(): Promise<readonly Fault[]> {
  const files = readdirSync(FOLDER).filter((name) => /^x\d\d-.*\.ts$/.test(name));
  const modules = await Promise.all(files.sort().map((name) => import(path.join(FOLDER, name))));
  return modules.map((module): Fault => module.fault);
}

/** The page with a row for each fault that ran. */
function withRows(page: string): string {
  const [begin, end] = [page.indexOf(BEGIN), page.indexOf(END)];
  if (begin < 0 || end < begin) throw new Error(`${PAGE} has lost the marks between which it is written.`);
  const rows = new Map(page.slice(begin, end).split("\n").flatMap(withId));
  for (const [fault, measured] of outcomes) rows.set(fault.id, rowOf(fault, measured));
  const sorted = [...rows].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, row]) => row);
  const head = ["| Fault | How it is brought about | Promise | Measured | Target | |", "|---|---|---|---|---|---|"];
  return `${page.slice(0, begin)}${BEGIN}\n\n${[...head, ...sorted].join("\n")}\n\n${page.slice(end)}`;
}

function withId(line: string): readonly (readonly [string, string])[] {
  const [, id] = /^\| \*\*(X\d\d)\*\*/.exec(line) ?? [];
  return id === undefined ? [] : [[id, line]];
}

function rowOf({ id, name, injection, promise }: Fault, measured: readonly Figure[]): string {
  const day = new Date().toISOString().slice(0, 10);
  const machine = `${cpus().length} cores of ${cpus()[0]?.model ?? "an unknown kind"}, load ${loadavg()[0]?.toFixed(0)}`;
  const lines = (of: (figure: Figure) => string): string => measured.map(of).join("<br>");
  const cells = [
    `**${id}** ${name}<br>*${day}, ${machine}*`,
    injection,
    promise,
    lines((figure) => `${figure.name}: ${said(figure.value, figure.unit)}`),
    lines((figure) => targetOf(figure)),
    lines((figure) => (isMet(figure) ? "ok" : "**missed**")),
  ];
  return `| ${cells.map((cell) => cell.replaceAll("|", "\\|")).join(" | ")} |`;
}

function targetOf({ target, better, unit }: Figure): string {
  if (target === null) return "–";
  if (target === 0 && better === "lower") return "none";
  return `${better === "lower" ? "≤" : "≥"} ${said(target, unit)}`;
}

function said(value: number, unit: string): string {
  const text = Number.isInteger(value) ? String(value) : format(value);
  return unit === "" ? text : `${text} ${unit}`;
}
