import { mkdirSync, mkdtempSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { afterEach, beforeEach, expect, test } from "vitest";
import { watchFolder } from "../../src/server/watch-folder.ts";

let home: string;
let folder: string;
let told: number;
let stop: () => void;
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), "assay-watch-"));
  folder = join(home, "metrics");
  mkdirSync(join(folder, "models", "sales"), { recursive: true });
  for (const path of ["a.yaml", "models/b.yaml", "models/sales/c.yaml"]) write(path, "1");
  told = 0;
  stop = watchFolder(folder, () => void (told += 1));
});
afterEach(() => {
  stop();
  rmSync(home, { recursive: true, force: true });
});

const write = (path: string, text: string): void => writeFileSync(join(folder, path), text);

/** As editors and git do it: whole under another name, then under its own. */
function replace(path: string, text: string): void {
  write(`${path}.part`, text);
  renameSync(join(folder, `${path}.part`), join(folder, path));
}

/** Until nothing is told any more, so that what follows is told by itself. */
async function quiet(): Promise<void> {
  for (let before = -1; before !== told; await delay(10)) before = told;
}

async function isTold(change: () => void): Promise<void> {
  await quiet();
  const before = told;
  change();
  await expect.poll(() => told, { timeout: 30_000, interval: 5 }).toBeGreaterThan(before);
}

test.each(["a.yaml", "models/b.yaml", "models/sales/c.yaml"])(
  "%s is noticed each time, written in place or replaced by its name",
  async (path) => {
    for (let turn = 0; turn < 4; turn += 1) {
      await isTold(() => replace(path, `replaced ${turn}`));
      await isTold(() => write(path, `written ${turn}`));
    }
    await isTold(() => rmSync(join(folder, path)));
  },
);

test("so is what lies in folders that come later, and in one that takes the place of another", async () => {
  await isTold(() => mkdirSync(join(folder, "late", "later"), { recursive: true }));
  await isTold(() => replace("late/later/d.yaml", "1"));
  for (let turn = 0; turn < 3; turn += 1) {
    await isTold(() => rmSync(join(folder, "models"), { recursive: true }));
    await isTold(() => mkdirSync(join(folder, "models", "sales"), { recursive: true }));
    await isTold(() => replace("models/sales/c.yaml", `of the new one ${turn}`));
  }
});

test("so is the folder itself when it is removed, made again, and moved into its place", async () => {
  await isTold(() => rmSync(folder, { recursive: true }));
  await isTold(() => mkdirSync(folder));
  await isTold(() => write("a.yaml", "again"));
  mkdirSync(join(home, "next"));
  await isTold(() => renameSync(folder, join(home, "old")));
  await isTold(() => renameSync(join(home, "next"), folder));
  await isTold(() => replace("a.yaml", "moved"));
});

test("what lies beside the folder is none of its changes, and nothing is told after the end", async () => {
  await quiet();
  const before = told;
  writeFileSync(join(home, "warehouse.db"), "1");
  await quiet();
  expect(told).toBe(before);
  stop();
  write("a.yaml", "2");
  await quiet();
  expect(told).toBe(before);
});
