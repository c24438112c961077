import { readdir, readFile, unlink, writeFile } from "node:fs/promises";
import { hostname } from "node:os";
import { join } from "node:path";

/** A chain that only this process writes, until it is released. */
export interface Slot {
  readonly name: string;
  release(): Promise<void>;
}

/**
 * The first slot of the writer that no other process has: `assay`, else `assay~2` …
 *
 * Node has no file locks that end with their process, so the holder is a file `assay.7.lock` that names it. Whoever takes
 * over makes the next number, which the file system gives to one process only; numbers never go back, so nobody can
 * hold an older one by mistake.
 */
export async function takeSlot(folder: string, writer: string): Promise<Slot> {
  for (let n = 1; ; n++) {
    const slot = await take(folder, n === 1 ? writer : `${writer}~${n}`);
    if (slot) return slot;
  }
}

async function take(folder: string, name: string): Promise<Slot | null> {
  for (;;) {
    const top = await highest(folder, name);
    if (top > 0 && (await stateOf(folder, name, top)) !== "free") return null;
    const file = join(folder, lockFile(name, top + 1));
    const holder = { host: hostname(), pid: process.pid };
    try {
      await writeFile(file, JSON.stringify(holder), { flag: "wx", mode: 0o600 });
    } catch (error) {
      if (isCode(error, "EEXIST")) continue;
      throw error;
    }
    if ((await highest(folder, name)) !== top + 1) {
      await unlink(file);
      continue;
    }
    for (const old of (await numbers(folder, name)).filter((number) => number <= top)) {
      await unlink(join(folder, lockFile(name, old))).catch(() => {});
    }
    held.add(file);
    return {
      name,
      async release() {
        held.delete(file);
        await writeFile(file, "{}");
      },
    };
  }
}

/** Locks of this process: a dead one before it may have had the same id. */
const held = new Set<string>();

export type Holding = "free" | "held" | "unknown";

/** Whether a process holds the slot now; `unknown`: one of another host did, and did not release it. */
export async function holdingOf(folder: string, name: string): Promise<Holding> {
  const top = await highest(folder, name);
  return top === 0 ? "free" : stateOf(folder, name, top);
}

async function stateOf(folder: string, name: string, number: number): Promise<Holding> {
  const file = join(folder, lockFile(name, number));
  const { host, pid, isEmpty } = await holderIn(file);
  if (isEmpty) return "free";
  // A file that is just being written names nobody yet.
  if (typeof host !== "string" || typeof pid !== "number" || host !== hostname()) return "unknown";
  if (pid === process.pid) return held.has(file) ? "held" : "free";
  return isAlive(pid) ? "held" : "free";
}

async function holderIn(file: string): Promise<{ host: unknown; pid: unknown; isEmpty: boolean }> {
  try {
    const data: unknown = JSON.parse(await readFile(file, "utf8"));
    const holder = typeof data === "object" && data !== null ? data : {};
    return {
      host: "host" in holder ? holder.host : null,
      pid: "pid" in holder ? holder.pid : null,
      isEmpty: Object.keys(holder).length === 0,
    };
  } catch {
    return { host: null, pid: null, isEmpty: false };
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return isCode(error, "EPERM");
  }
}

/** Every slot that was ever taken in the folder. */
export async function slotsIn(folder: string): Promise<readonly string[]> {
  const names = (await readdir(folder)).flatMap((file) => LOCK.exec(file)?.[1] ?? []);
  return [...new Set(names)];
}

const LOCK = /^([a-z0-9][a-z0-9_~-]*)\.(\d+)\.lock$/;

async function highest(folder: string, name: string): Promise<number> {
  return Math.max(0, ...(await numbers(folder, name)));
}

async function numbers(folder: string, name: string): Promise<readonly number[]> {
  return (await readdir(folder)).flatMap((file) => {
    const [, slot, number] = LOCK.exec(file) ?? [];
    return slot === name ? [Number(number)] : [];
  });
}

function lockFile(name: string, number: number): string {
  return `${name}.${number}.lock`;
}

export function isCode(error: unknown, code: string): boolean {
  return error instanceof Error && "code" in error && error.code === code;
}
