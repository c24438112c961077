import { execFileSync } from "node:child_process";
import { expect, test } from "vitest";

const from = (path: string) => JSON.stringify(new URL(`../../src/${path}`, import.meta.url));
const SHOWN = `
  import { heapShare } from ${from("std/index.ts")};
  import { cacheFrom } from ${from("settings/blocks/cache.ts")};
  import { getHeapStatistics } from "node:v8";
  const { maxBytes, answerBytes } = cacheFrom();
  const limit = getHeapStatistics().heap_size_limit;
  console.log(JSON.stringify({ limit, share: heapShare(1 / 8, 100 * 2 ** 20), maxBytes, answerBytes }));`;

/** What a process with so large a heap would hold. */
function withHeap(megabytes: number): Readonly<Record<"limit" | "share" | "maxBytes" | "answerBytes", number>> {
  const flags = [`--max-old-space-size=${megabytes}`, "--input-type=module-typescript", "--eval", SHOWN];
  return JSON.parse(execFileSync(process.execPath, flags, { encoding: "utf8" }));
}

test("a process with a small heap holds a part of it, and one with a large heap no more than it has to", () => {
  const small = withHeap(128);
  expect(small.share).toBe(Math.floor(small.limit / 8));
  expect(small.maxBytes).toBe(Math.floor(small.limit / 4));
  expect(small.answerBytes).toBe(Math.floor(small.limit / 16));
  const large = withHeap(4_096);
  expect([large.share, large.maxBytes, large.answerBytes]).toEqual([100 * 2 ** 20, 256 * 2 ** 20, 64 * 2 ** 20]);
});
