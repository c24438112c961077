import { describe, expect, test } from "vitest";
import { createNames } from "../../src/plan/names.ts";

describe("names of columns", () => {
  test("are the wanted ones, the same for the same thing", () => {
    const names = createNames([]);
    expect([names.of("a", "amount"), names.of("b", "day"), names.of("a", "other")]).toEqual([
      "amount",
      "day",
      "amount",
    ]);
  });

  test("are never taken twice, whatever their case, nor from the groups of the query", () => {
    const names = createNames(["Status"]);
    expect([names.of("a", "status"), names.of("b", "STATUS"), names.of("c", "status_2")]).toEqual([
      "status_2",
      "STATUS_3",
      "status_2_2",
    ]);
  });

  test("leave room for a number within PostgreSQL's 63 letters", () => {
    const names = createNames([]);
    const long = "x".repeat(100);
    const given = Array.from({ length: 12 }, (_, i) => names.of(`${i}`, long));
    expect(new Set(given).size).toBe(12);
    expect(Math.max(...given.map((name) => name.length))).toBeLessThanOrEqual(63);
  });
});
