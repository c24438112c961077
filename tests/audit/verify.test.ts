import { cpSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { assert, asyncProperty, constantFrom, integer, nat } from "fast-check";
import { beforeAll, expect, test } from "vitest";
import { type Verified, verifyAuditLog } from "../../src/audit/index.ts";
import { decision, logFiles, makeKeys, newFolder, openLog } from "./support.ts";

const keys = makeKeys();
let log: string;
let checkpoints: string;

beforeAll(async () => {
  log = newFolder();
  checkpoints = newFolder();
  for (const run of ["first", "second"]) {
    const audit = await openLog(log, {
      rotateBytes: 1_500,
      checkpoint: { folder: checkpoints, keyFile: keys.keyFile },
    });
    for (let i = 0; i < 12; i++) await audit.append(decision(`${run} ${i}`));
    await audit.close();
  }
});

function verify(folder: string, isSigned = true): Promise<Verified> {
  const checkpoint = { folder: checkpoints, keyFile: keys.publicFile };
  return verifyAuditLog({ folder, ...(isSigned && { checkpoint }) });
}

/** A copy of the log, one file of it rewritten. */
function changed(file: string, change: (bytes: Buffer) => Buffer): string {
  const folder = newFolder();
  cpSync(log, folder, { recursive: true });
  writeFileSync(join(folder, file), change(readFileSync(join(folder, file))));
  return folder;
}

function kindsOf({ findings }: Verified): readonly string[] {
  return findings.map(({ kind }) => kind);
}

test("a log that nobody touched is whole", async () => {
  const { findings, chains } = await verify(log);
  expect(findings).toEqual([]);
  expect(chains).toMatchObject([{ slot: "assay", lines: 28, state: "closed" }]);
  expect(logFiles(log).length).toBeGreaterThan(3);
});

test("any single byte that is changed, taken away or put in is found, without any key", async () => {
  const files = logFiles(log);
  await assert(
    asyncProperty(
      constantFrom(...files),
      nat(),
      integer({ min: 0, max: 255 }),
      constantFrom("change", "remove", "insert"),
      async (file, where, byte, how) => {
        const folder = changed(file, (bytes) => {
          const at = where % bytes.length;
          const other = bytes[at] === byte ? (byte + 1) % 256 : byte;
          const put = how === "remove" ? [] : [how === "change" ? other : byte];
          return Buffer.concat([
            bytes.subarray(0, at),
            Buffer.from(put),
            bytes.subarray(how === "insert" ? at : at + 1),
          ]);
        });
        const { findings } = await verify(folder, false);
        rmSync(folder, { recursive: true });
        expect(findings.filter(({ severity }) => severity === "error")).not.toEqual([]);
      },
    ),
    { numRuns: 400, seed: 5 },
  );
});

test("any line that is taken away, repeated or moved is found", async () => {
  const files = logFiles(log);
  await assert(
    asyncProperty(
      constantFrom(...files),
      nat(),
      nat(),
      constantFrom("remove", "repeat", "swap"),
      async (file, first, second, how) => {
        let isSame = false;
        const folder = changed(file, (bytes) => {
          const lines = bytes.toString().split("\n").slice(0, -1);
          const [a, b] = [first % lines.length, second % lines.length];
          const after = [...lines];
          if (how === "remove") after.splice(a, 1);
          if (how === "repeat") after.splice(b, 0, lines[a] ?? "");
          if (how === "swap") [after[a], after[b]] = [lines[b] ?? "", lines[a] ?? ""];
          isSame = after.join() === lines.join();
          return Buffer.from(after.map((line) => `${line}\n`).join(""));
        });
        const { findings } = await verify(folder);
        rmSync(folder, { recursive: true });
        expect(findings.length > 0).toBe(!isSame);
      },
    ),
    { numRuns: 200, seed: 5 },
  );
});

test("a finding names the line", async () => {
  const [, file = ""] = logFiles(log);
  const altered = changed(file, (bytes) => Buffer.from(bytes.toString().replace("test", "best")));
  expect((await verify(altered)).findings).toMatchObject([{ kind: "altered-line", file, line: 1 }]);

  const lines = readFileSync(join(log, file), "utf8").split("\n");
  const removed = changed(file, () => Buffer.from([lines[0], ...lines.slice(2)].join("\n")));
  expect((await verify(removed, false)).findings).toMatchObject([{ kind: "missing-line", file, line: 2 }]);
});

test("a file that is missing is found, wherever it stood", async () => {
  const files = logFiles(log);
  for (const [i, file] of files.entries()) {
    const folder = newFolder();
    cpSync(log, folder, { recursive: true });
    rmSync(join(folder, file));
    expect(kindsOf(await verify(folder))).toContain(i === files.length - 1 ? "cut-tail" : "missing-file");
  }
});

test("a log of which nothing is left is missed", async () => {
  const folder = newFolder();
  expect(kindsOf(await verify(folder))).toEqual(["missing-file", "cut-tail"]);
});

test("an end that was cut off is found: as not closed without a key, and by checkpoints", async () => {
  const last = logFiles(log).at(-1) ?? "";
  const folder = changed(last, (bytes) => Buffer.from(`${bytes.toString().split("\n").slice(0, -2).join("\n")}\n`));
  expect(kindsOf(await verify(folder, false))).toEqual(["not-closed"]);
  expect(kindsOf(await verify(folder))).toEqual(["not-closed", "cut-tail"]);
});

test("a log that was written anew is found by its checkpoints only", async () => {
  const forged = newFolder();
  const audit = await openLog(forged);
  for (let i = 0; i < 40; i++) await audit.append(decision(`forged ${i}`));
  await audit.close();
  expect(kindsOf(await verify(forged, false))).toEqual([]);
  expect(new Set(kindsOf(await verify(forged)))).toEqual(new Set(["rewritten"]));
});

test("a checkpoint that was altered, or signed by another key, is found", async () => {
  const name = "assay.checkpoints.jsonl";
  const text = readFileSync(join(checkpoints, name), "utf8");
  const folder = newFolder();
  writeFileSync(join(folder, name), text.replace(/"seq":\d+/, '"seq":9'));
  const checked = await verifyAuditLog({ folder: log, checkpoint: { folder, keyFile: keys.publicFile } });
  expect(checked.findings).toMatchObject([{ kind: "bad-signature", file: name, line: 1 }]);

  const other = { folder: checkpoints, keyFile: makeKeys().publicFile };
  const foreign = await verifyAuditLog({ folder: log, checkpoint: other });
  expect(new Set(kindsOf(foreign))).toEqual(new Set(["missing-checkpoint", "bad-signature"]));
});

test("checkpoints that are gone are missed", async () => {
  const checked = await verifyAuditLog({ folder: log, checkpoint: { folder: newFolder(), keyFile: keys.publicFile } });
  expect(kindsOf(checked)).toEqual(["missing-checkpoint"]);
});
