import { readFileSync } from "node:fs";

/** @param path Of what Vitest's JSON reporter wrote; nothing when it did not get that far. */
export function testCounts(path: string): { readonly passed: number; readonly failed: number } {
  try {
    const report: unknown = JSON.parse(readFileSync(path, "utf8"));
    return { passed: countIn(report, "numPassedTests"), failed: countIn(report, "numFailedTests") };
  } catch {
    return { passed: 0, failed: 0 };
  }
}

function countIn(report: unknown, key: string): number {
  const value = report !== null && typeof report === "object" ? Reflect.get(report, key) : undefined;
  return typeof value === "number" ? value : 0;
}
