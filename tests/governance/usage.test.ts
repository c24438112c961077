import { readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { expect, test } from "vitest";
import type { AuditLog } from "../../src/audit/index.ts";
import { createEngine } from "../../src/engine/index.ts";
import { changesBetween } from "../../src/governance/change/diff.ts";
import { loadGoverned } from "../../src/governance/index.ts";
import { consumersOf, noticedOf } from "../../src/governance/usage/consumers.ts";
import { mergeMonth, type RolledUp, rollUp, UnsoundLogError } from "../../src/governance/usage/roll-up.ts";
import { printUsage, readMonth, readUsage, type UsageRecord } from "../../src/governance/usage/usage.ts";
import { OPERATOR } from "../../src/identity/index.ts";
import { openDuckDb, readAll } from "../../src/warehouse/index.ts";
import { logFiles, newFolder, openLog } from "../audit/support.ts";
import { createGitRepository } from "../support/git-repository.ts";
import { startedFiles } from "../support/governed-project.ts";
import { fileOf, treeOf } from "./fingerprint/tree-of.ts";

const MODEL = `model: sales
table: sales
primary_key: id
time: sold_on
columns: { id: int, sold_on: date, amount: decimal, status: string, kind: string }
entities: { sale: primary }
dimensions: { sold_on: day, status: , kind: }
measures: { amount: sum, sales: count(*) }
`;
const METRICS = `metric: mrr
model: sales
measure: amount
---
metric: mrr_growth
model: sales
measure: sales
`;

const tree = (model = MODEL, metrics = METRICS) =>
  treeOf([fileOf("model.yaml", model), fileOf("metrics.yaml", metrics)]);

interface Ask {
  readonly day: string;
  readonly consumer?: string;
  readonly metrics?: readonly string[];
  readonly groupBy?: readonly { readonly name: string; readonly grain?: string }[];
  readonly where?: readonly string[];
}

/** Questions that an engine answers, or refuses, one after the other, with its audit log. */
async function asked(
  folder: string,
  questions: readonly Ask[],
  opened = "2026-10-01",
  metrics = METRICS,
): Promise<AuditLog> {
  let day = opened;
  const log = await openLog(folder, {}, () => new Date(`${day}T12:00:00Z`));
  const { catalog } = tree(MODEL, metrics);
  if (!catalog) throw new Error("No catalog.");
  const warehouse = await openDuckDb(":memory:");
  await readAll(await warehouse.execute({ text: TABLE, values: [] }));
  const engine = createEngine({ catalog, warehouse, audit: log });
  for (const { day: on, consumer = "portal", metrics: names = ["mrr"], ...request } of questions) {
    day = on;
    await engine.query({ metrics: names, ...request }, OPERATOR, { consumer }).catch(() => {});
  }
  await engine.close();
  return log;
}

const TABLE = "create table sales as select 1 id, date '2026-10-05' sold_on, 5.0 amount, 'open' status, 'x' kind";

const up = (folders: readonly string[], more: Partial<Parameters<typeof rollUp>[0]> = {}): Promise<RolledUp> =>
  rollUp({ folders, acceptedGaps: new Set(), from: null, to: null, today: "2026-11-20", ...more });

const month = { name: "metric_time", grain: "month" };

test("uses are added up by month, client, metric, and what was asked and filtered by; no value is kept", async () => {
  const folder = newFolder();
  const log = await asked(folder, [
    { day: "2026-10-02", groupBy: [month] },
    { day: "2026-10-04", groupBy: [month] },
    { day: "2026-10-05", groupBy: [{ name: "sale__kind" }], where: ["sale__status = 'very-secret'"] },
    { day: "2026-10-06", consumer: "sheets", metrics: ["mrr", "mrr_growth"] },
    { day: "2026-11-02", groupBy: [month] },
    // Neither what does not exist nor what is refused is a use.
    { day: "2026-11-02", metrics: ["mrr", "nothing"] },
    { day: "2026-11-03", groupBy: [{ name: "sale__nothing" }] },
  ]);
  await log.close();
  const rolled = await up([folder]);
  const use = (client: string, metric: string, coordinates: readonly string[], calls: number, lastSeen: string) => ({
    client,
    metric,
    version: 1,
    coordinates,
    operation: null,
    calls,
    lastSeen,
  });
  const october = rolled.get("2026-10");
  expect(mergeMonth(null, october ?? { covered: [], records: [] }).records).toEqual([
    use("portal", "mrr", ["metric_time__month"], 2, "2026-10-04"),
    use("portal", "mrr", ["sale__kind", "sale__status"], 1, "2026-10-05"),
    use("sheets", "mrr", [], 1, "2026-10-06"),
    use("sheets", "mrr_growth", [], 1, "2026-10-06"),
  ]);
  expect(rolled.get("2026-11")?.records).toEqual([use("portal", "mrr", ["metric_time__month"], 1, "2026-11-02")]);
  expect(printUsage(october ?? { covered: [], records: [] })).not.toContain("very-secret");
});

test("doing it again, or with a part of the log, changes nothing; two logs at once are added up", async () => {
  const [first, second] = [newFolder(), newFolder()];
  for (const folder of [first, second]) {
    const log = await asked(folder, [{ day: "2026-10-02" }, { day: "2026-10-03" }, { day: "2026-10-05" }]);
    await log.close();
  }
  const all = (await up([first])).get("2026-10") ?? { covered: [], records: [] };
  expect(all).toMatchObject({ covered: ["2026-10-02", "2026-10-03", "2026-10-04"], records: [{ calls: 3 }] });
  const part = (await up([first], { to: "2026-10-02" })).get("2026-10") ?? { covered: [], records: [] };
  expect(part).toMatchObject({ covered: ["2026-10-02"], records: [{ calls: 1, lastSeen: "2026-10-02" }] });
  const text = printUsage(mergeMonth(null, all));
  expect(printUsage(mergeMonth(part, all))).toBe(text);
  expect(printUsage(mergeMonth(all, part))).toBe(text);
  expect((await up([first, second])).get("2026-10")?.records).toMatchObject([{ calls: 6 }]);
});

test("a file is read back as it was written, days without a record included", () => {
  const record = { client: "portal", metric: "mrr", version: 1, coordinates: [], operation: null, calls: 2 };
  const before = {
    covered: ["2026-10-02", "2026-10-05", "2026-10-06"],
    records: [{ ...record, lastSeen: "2026-10-09" }],
  };
  const file = { path: "governance/usage/2026-10.json", text: printUsage(before) };
  expect(JSON.parse(file.text)).toMatchObject({
    from: "2026-10-02",
    to: "2026-10-09",
    uncovered: ["2026-10-03", "2026-10-04", "2026-10-07", "2026-10-08", "2026-10-09"],
  });
  expect(readMonth(file)).toEqual({ ok: true, value: before });
  expect(readUsage(new Map([[file.path, file]]))?.covered).toEqual([
    ["2026-10-02", "2026-10-02"],
    ["2026-10-05", "2026-10-06"],
  ]);
});

test("only whole days that the log was kept on are covered: gaps, pauses, its first and last day, and today are not", async () => {
  const folder = newFolder();
  const log = await asked(folder, [{ day: "2026-10-03" }]);
  await log.close();
  // Nobody wrote from the 4th to the 6th. A quiet day of an open log is covered.
  const second = await asked(folder, [{ day: "2026-10-09" }], "2026-10-07");
  await second.close();
  const third = await asked(folder, [{ day: "2026-10-11" }], "2026-10-10");
  await third.close();
  const covered = (await up([folder])).get("2026-10")?.covered;
  expect(covered).toEqual(["2026-10-02", "2026-10-03", "2026-10-07", "2026-10-08", "2026-10-09", "2026-10-10"]);
  // A log that is being written covers what is behind it, up to yesterday.
  const open = await asked(folder, [], "2026-10-12");
  const now = (await up([folder], { today: "2026-10-15" })).get("2026-10")?.covered;
  expect(now?.slice(-4)).toEqual(["2026-10-11", "2026-10-12", "2026-10-13", "2026-10-14"]);
  await open.close();
});

test("the days of a gap count only once somebody has looked into it", async () => {
  const folder = newFolder();
  const log = await asked(folder, [{ day: "2026-10-03" }]);
  await log.close();
  // As a process leaves it that dies: without its last line.
  const file = path.join(folder, logFiles(folder).at(-1) ?? "");
  const text = readFileSync(file, "utf8");
  const lines = text.trimEnd().split("\n");
  expect(lines.at(-1)).toContain('"kind":"end"');
  writeFileSync(file, `${lines.slice(0, -1).join("\n")}\n`);
  const again = await asked(folder, [{ day: "2026-10-08" }], "2026-10-05");
  await again.close();
  const covered = async (gaps: readonly string[]) =>
    (await up([folder], { acceptedGaps: new Set(gaps) })).get("2026-10")?.covered;
  expect(await covered([])).toEqual(["2026-10-02", "2026-10-06", "2026-10-07"]);
  const gap = logFiles(folder)
    .flatMap((name) => readFileSync(path.join(folder, name), "utf8").trimEnd().split("\n"))
    .find((line) => line.includes('"kind":"gap"'));
  const hash: string = JSON.parse(gap ?? "{}").hash;
  expect(await covered([hash])).toEqual([
    "2026-10-02",
    "2026-10-03",
    "2026-10-04",
    "2026-10-05",
    "2026-10-06",
    "2026-10-07",
  ]);
});

test("a log that was altered tells nothing", async () => {
  const folder = newFolder();
  const log = await asked(folder, [{ day: "2026-10-03" }, { day: "2026-10-04" }]);
  await log.close();
  const file = path.join(folder, logFiles(folder).at(-1) ?? "");
  writeFileSync(file, readFileSync(file, "utf8").replace('"portal"', '"nobody"'));
  await expect(up([folder])).rejects.toThrow(UnsoundLogError);
});

const use = (metric: string, coordinates: readonly string[], more: Partial<UsageRecord> = {}): UsageRecord => ({
  client: "portal",
  metric,
  version: 1,
  coordinates,
  operation: "ab12",
  calls: 3,
  lastSeen: "2026-11-01",
  ...more,
});

const consumers = (head: ReturnType<typeof tree>, uses: readonly UsageRecord[]) =>
  consumersOf(uses, noticedOf(changesBetween(tree(), head), tree().catalog), new Map([["a", { owner: "sales" }]]));

test("consumers are those of the very metric and version, whose name another may begin with", () => {
  const head = tree(MODEL, METRICS.replace("measure: amount", "measure: amount\nfilter: status = 'paid'"));
  const uses = [use("mrr", []), use("mrr_growth", []), use("mrr", [], { version: 2 }), use("mrr", ["sale__kind"])];
  expect(consumers(head, uses)).toEqual([
    {
      client: "portal",
      owner: null,
      metric: "mrr@1",
      coordinates: ["sale__kind"],
      operations: ["ab12"],
      calls: 6,
      lastSeen: "2026-11-01",
    },
  ]);
});

/** A second version beside the first, which the bare name means, or not. */
const twoVersions = (meant: 1 | 2, filter = "status <> 'open'"): string => `metric: mrr
default_version: ${meant}
model: sales
measure: amount
---
metric: mrr
version: 2
default_version: ${meant}
model: sales
measure: amount
filter: ${filter}
---
metric: mrr_growth
inputs: [{ metric: mrr@2, as: mrr }]
expr: mrr
`;

test("each version of a metric is used by itself, however it was named", async () => {
  const folder = newFolder();
  const log = await asked(
    folder,
    [
      { day: "2026-10-02", metrics: ["mrr"], groupBy: [month] },
      { day: "2026-10-03", metrics: ["mrr@1"], groupBy: [month] },
      { day: "2026-10-04", metrics: ["mrr@2"], groupBy: [{ name: "sale__kind" }] },
      { day: "2026-10-05", metrics: ["mrr_v2", "mrr"] },
      // Who asks for what is made of a version asks for that, and not for the version.
      { day: "2026-10-06", metrics: ["mrr_growth"] },
      { day: "2026-10-07", metrics: ["mrr@3"] },
    ],
    "2026-10-01",
    twoVersions(1),
  );
  await log.close();
  const records = (await up([folder])).get("2026-10")?.records ?? [];
  expect(records.map(({ metric, version, coordinates, calls }) => [metric, version, coordinates, calls])).toEqual([
    ["mrr", 1, ["metric_time__month"], 2],
    ["mrr", 1, [], 1],
    ["mrr", 2, ["sale__kind"], 1],
    ["mrr", 2, [], 1],
    ["mrr_growth", 1, [], 1],
  ]);
  // What was written down is told of the same versions when it is read again, also when the name has come to mean another.
  const file = { path: "governance/usage/2026-10.json", text: printUsage({ covered: [], records }) };
  const read = readUsage(new Map([[file.path, file]]))?.records ?? [];
  expect(new Set(read.map(({ metric, version }) => `${metric}@${version}`))).toEqual(
    new Set(["mrr@1", "mrr@2", "mrr_growth@1"]),
  );
});

test("a change of one version concerns nobody who asks for another, and a move of the name those who use the name", () => {
  const uses = [
    use("mrr", [], { client: "a" }),
    use("mrr", ["sale__kind"], { client: "b", version: 2 }),
    use("mrr_growth", [], { client: "c" }),
  ];
  const concerned = (before: string, after: string) => {
    const [base, head] = [tree(MODEL, before), tree(MODEL, after)];
    return consumersOf(uses, noticedOf(changesBetween(base, head), base.catalog), new Map()).map(
      ({ client, metric }) => `${client} ${metric}`,
    );
  };
  expect(concerned(twoVersions(1), twoVersions(1, "status <> 'shut'"))).toEqual(["b mrr@2", "c mrr_growth@1"]);
  expect(concerned(twoVersions(1), twoVersions(1).replace("measure: amount", "measure: sales"))).toEqual(["a mrr@1"]);
  expect(concerned(twoVersions(1), twoVersions(2))).toContain("a mrr@1");
  expect(concerned(twoVersions(1), twoVersions(2))).not.toContain("c mrr_growth@1");
});

test("where a dimension goes only those are concerned who ask by it, or filter by it", () => {
  const head = tree(MODEL.replace("kind: }", "}"));
  const uses = [
    use("mrr", ["sale__kind"], { client: "a" }),
    use("mrr", ["sale__kinds"], { client: "b" }),
    use("mrr", ["sale__status"], { client: "c" }),
    use("mrr", [], { client: "d" }),
    use("mrr_growth", ["sale__kind", "metric_time__month"], { client: "e" }),
  ];
  expect(consumers(head, uses).map(({ client, owner, metric }) => [client, owner, metric])).toEqual([
    ["a", "sales", "mrr@1"],
    ["e", null, "mrr_growth@1"],
  ]);
});

test("a change of words alone concerns nobody", () => {
  expect(
    consumers(tree(MODEL, METRICS.replace("metric: mrr\n", "metric: mrr\ndescription: Money.\n")), [use("mrr", [])]),
  ).toEqual([]);
});

test("what is loaded knows who asked for each metric, and when last", () => {
  const record = (client: string, lastSeen: string) => use("revenue", [], { client, lastSeen });
  const folder = createGitRepository({
    ...startedFiles(),
    "governance/usage/2026-10.json": printUsage({
      covered: [],
      records: [record("portal", "2026-10-02"), record("board", "2026-10-05")],
    }),
    "governance/usage/2026-11.json": printUsage({ covered: [], records: [record("portal", "2026-11-03")] }),
  }).folder;
  const { catalog } = loadGoverned(path.join(folder, "metrics"), new Date("2026-11-20"), null);
  expect(catalog?.uses?.get("revenue")).toEqual([
    { client: "board", lastSeen: "2026-10-05" },
    { client: "portal", lastSeen: "2026-11-03" },
  ]);
});
