import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { appendFileSync, existsSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { AuditError, verifyAuditLog } from "../../src/audit/index.ts";
import { decision, linesIn, logFiles, newFolder, openLog, textOf } from "./support.ts";

const WRITER = join(import.meta.dirname, "writer.ts");

async function kindsIn(folder: string): Promise<readonly string[]> {
  return (await verifyAuditLog({ folder })).findings.map(({ kind }) => kind);
}

function reasons(folder: string): readonly unknown[] {
  return linesIn(folder)
    .filter(({ kind }) => kind === "authentication")
    .map(({ record }) => record["reason"]);
}

async function outputOf(child: ChildProcess): Promise<string> {
  let output = "";
  child.stdout?.on("data", (chunk: Buffer) => {
    output += chunk.toString();
  });
  await once(child, "close");
  return output;
}

test("lines stand in the order in which decisions were made, however many at once", async () => {
  const folder = newFolder();
  const log = await openLog(folder, { rotateBytes: 20_000 });
  const names = Array.from({ length: 1_500 }, (_, i) => `no ${i}`);
  await Promise.all(names.map((name) => log.append(decision(name))));
  await log.close();
  expect(reasons(folder)).toEqual(names);
  expect(linesIn(folder).map(({ seq }) => seq)).toEqual(Array.from({ length: 1_502 }, (_, i) => i + 1));
  expect(await kindsIn(folder)).toEqual([]);
});

test("nothing that a caller typed can end a line, colour a terminal or turn the writing direction", async () => {
  const folder = newFolder();
  const log = await openLog(folder);
  const hostile = 'a\r\n{"seq":1}\u2028\u001b[31m\u202e\u2066\u200b\u009b\ud800é';
  await log.append(decision(hostile));
  await log.close();
  const text = textOf(folder);
  expect(text.split("\n")).toHaveLength(4);
  expect(text).not.toMatch(/[^\n\P{C}]|[\p{Zl}\p{Zp}]/u);
  expect(reasons(folder)).toEqual([hostile]);
});

test("a process that is killed leaves every decision that it was told is taken, and the next one says so", async () => {
  const folder = newFolder();
  const child = spawn(process.execPath, [WRITER, folder, "closed", "1000000"], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  let taken = "";
  child.stdout.on("data", (chunk: Buffer) => {
    taken += chunk.toString();
    if (taken.includes("taken 200\n")) child.kill("SIGKILL");
  });
  await once(child, "close");
  const last = taken.match(/taken \d+(?=\n)/g)?.length ?? 0;
  expect(last).toBeGreaterThanOrEqual(200);
  expect(reasons(folder).length).toBeGreaterThanOrEqual(last);
  expect(await kindsIn(folder)).toEqual(["not-closed"]);

  const log = await openLog(folder);
  await log.append(decision("after"));
  await log.close();
  const { findings, chains } = await verifyAuditLog({ folder });
  expect(findings).toMatchObject([{ kind: "gap", message: expect.stringContaining("without closing the log") }]);
  expect(chains).toMatchObject([{ slot: "assay", files: 1, state: "closed" }]);
});

test("half a line that a crash left is kept beside the log, and missed when it is gone", async () => {
  const folder = newFolder();
  await (await openLog(folder)).close();
  const [file = ""] = logFiles(folder);
  const half = '{"seq":3,"time":"2026-';
  appendFileSync(join(folder, file), half);
  expect(await kindsIn(folder)).toContain("torn-line");
  await (await openLog(folder)).close();
  expect(await kindsIn(folder)).toEqual(["gap"]);
  const [gap] = linesIn(folder).filter(({ kind }) => kind === "gap");
  expect(gap?.record).toMatchObject({ reason: "not-closed", torn: [{ bytes: half.length }] });

  const torn = join(folder, `${file}.torn-${textOf(folder).indexOf('{"seq":3')}`);
  expect(readFileSync(torn, "utf8")).toBe(half);
  writeFileSync(torn, "something else");
  expect(await kindsIn(folder)).toEqual(["gap", "altered-file"]);
  rmSync(torn);
  expect(await kindsIn(folder)).toEqual(["gap", "altered-file"]);
});

test("processes that write at the same time have a chain each, and the next one goes on with the first", async () => {
  const folder = newFolder();
  const children = Array.from({ length: 3 }, () =>
    spawn(process.execPath, [WRITER, folder, "open", "300"], { stdio: ["ignore", "pipe", "inherit"] }),
  );
  await Promise.all(children.map(outputOf));
  expect(reasons(folder)).toHaveLength(900);
  expect(await kindsIn(folder)).toEqual([]);

  const before = logFiles(folder);
  const [one, two] = [await openLog(folder), await openLog(folder)];
  await Promise.all([one.append(decision("one")), two.append(decision("two"))]);
  expect((await verifyAuditLog({ folder })).chains.filter(({ state }) => state === "written")).toHaveLength(2);
  await one.close();
  await two.close();
  expect(logFiles(folder)).toEqual([...new Set([...before, ...logFiles(folder)])].sort());
  expect(await kindsIn(folder)).toEqual([]);
});

test.each(["closed", "open"])("where the disk is full and the log is %s, nothing is lost unsaid", async (onFailure) => {
  const folder = newFolder();
  // Files of 8 blocks of 1,024 bytes; a write beyond fails, as on a full disk.
  const command = `ulimit -f 8; exec "${process.execPath}" "${WRITER}" "${folder}" ${onFailure} 60`;
  const output = await outputOf(spawn("bash", ["-c", command], { stdio: ["ignore", "pipe", "inherit"] }));
  const count = (word: string) => output.split("\n").filter((line) => line.startsWith(word)).length;
  const written = reasons(folder).length;
  expect(written).toBeGreaterThan(10);
  expect(written).toBeLessThan(60);
  expect(count("lost")).toBe(60 - written);
  expect(count("refused")).toBe(onFailure === "closed" ? 60 - written : 0);
  expect(textOf(folder).endsWith("}\n")).toBe(true);

  await (await openLog(folder)).close();
  expect(await kindsIn(folder)).toEqual(["gap"]);
});

test("questions are refused while it cannot be written, and a gap is told once it can again", async () => {
  const folder = newFolder();
  const lost: number[] = [];
  const problems: string[] = [];
  const log = await openLog(folder, {
    rotateBytes: 1,
    onLost: (count) => lost.push(count),
    onProblem: (message) => problems.push(message),
  });
  await log.append(decision("before"));
  renameSync(folder, `${folder}-away`);
  await expect(log.append(decision("never"))).rejects.toThrow(AuditError);
  await expect(log.ready()).rejects.toThrow(/cannot be written/);
  renameSync(`${folder}-away`, folder);
  await log.ready();
  await log.append(decision("after"));
  await log.close();
  expect(reasons(folder)).toEqual(["before", "after"]);
  const [gap] = linesIn(folder).filter(({ kind }) => kind === "gap");
  expect(gap?.record).toMatchObject({ reason: "unwritten", lost: 1, error: "ENOENT" });
  expect(lost).toEqual([1]);
  expect(problems).toHaveLength(1);
  expect(await kindsIn(folder)).toEqual(["gap"]);
});

test("a log that may be missing is begun as soon as it can be", async () => {
  const folder = join(newFolder(), "log");
  writeFileSync(folder, "in the way");
  await expect(openLog(folder)).rejects.toThrow(AuditError);
  const log = await openLog(folder, { onFailure: "open" });
  await log.ready();
  await log.append(decision("unseen"));
  rmSync(folder);
  await log.append(decision("seen"));
  await log.close();
  expect(reasons(folder)).toEqual(["seen"]);
  const [gap] = linesIn(folder).filter(({ kind }) => kind === "gap");
  expect(gap?.record).toMatchObject({ reason: "unwritten", lost: 1 });
});

test("lines that are taken away under a running process are missed", async () => {
  const folder = newFolder();
  const log = await openLog(folder);
  for (const name of ["one", "two", "three"]) await log.append(decision(name));
  const [file = ""] = logFiles(folder);
  const lines = readFileSync(join(folder, file), "utf8").split("\n");
  writeFileSync(join(folder, file), `${lines.slice(0, 3).join("\n")}\n`);
  await expect(log.append(decision("four"))).rejects.toThrow(/changed by somebody else/);
  await log.append(decision("five"));
  await log.close();
  expect(await kindsIn(folder)).toEqual(["missing-line", "gap"]);
});

test("a file ends with its day, or when it is large", async () => {
  const folder = newFolder();
  let now = "2026-03-01T23:59:59.000Z";
  const log = await openLog(folder, { rotateBytes: 700 }, () => new Date(now));
  await log.append(decision("first"));
  await log.append(decision("second"));
  now = "2026-03-02T00:00:01.000Z";
  await log.append(decision("third"));
  await log.close();
  const names = ["000001.2026-03-01", "000002.2026-03-01", "000003.2026-03-02"];
  expect(logFiles(folder)).toEqual(names.map((name) => `assay.${name}.jsonl`));
  expect(await kindsIn(folder)).toEqual([]);
});

test("whole files are removed when every line is older than what is kept, and the log says which", async () => {
  const folder = newFolder();
  const on = async (day: string, ...names: readonly string[]) => {
    const log = await openLog(folder, {}, () => new Date(`${day}T12:00:00Z`));
    for (const name of names) await log.append(decision(name));
    await log.close();
  };
  await on("2025-01-01", "old");
  await on("2025-01-02", "younger");
  await on("2026-02-04", "399 days later");
  expect(logFiles(folder)).toHaveLength(3);
  await on("2026-02-05", "400 days later");
  expect(logFiles(folder)).toHaveLength(3);
  expect(reasons(folder)).toEqual(["younger", "399 days later", "400 days later"]);
  expect(await kindsIn(folder)).toEqual([]);

  // What is removed by hand is not.
  rmSync(join(folder, logFiles(folder)[0] ?? ""));
  expect(await kindsIn(folder)).toEqual(["missing-file"]);
});

test("less than 400 days, and a key that is none, are refused", async () => {
  await expect(openLog(newFolder(), { keepDays: 399 })).rejects.toThrow("400 days or more");
  const folder = newFolder();
  const keyFile = join(folder, "key.pem");
  writeFileSync(keyFile, "-----BEGIN SECRET-----");
  const opening = openLog(folder, { onFailure: "open", checkpoint: { folder, keyFile } });
  await expect(opening).rejects.toThrow(/key\.pem holds no Ed25519 key/);
  await expect(opening).rejects.not.toThrow(/SECRET/);
  expect(existsSync(join(folder, "assay.1.lock"))).toBe(false);
});
