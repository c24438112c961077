import { describe, expect, test } from "vitest";
import { widen } from "../../src/request/range.ts";

describe("a range becomes whole periods: its first start, and the start after its last", () => {
  test.each([
    ["day", "2024-02-29", "2024-03-01"],
    ["week", "2024-02-26", "2024-03-04"],
    ["month", "2024-02-01", "2024-03-01"],
    ["quarter", "2024-01-01", "2024-04-01"],
    ["year", "2024-01-01", "2025-01-01"],
    ["hour", "2024-02-29", "2024-03-01"],
    ["second", "2024-02-29", "2024-03-01"],
  ] as const)("of a %s for the one day 2024-02-29", (grain, start, end) => {
    expect(widen({ start: "2024-02-29", end: "2024-02-29" }, grain)).toEqual({ start, end });
  });

  test.each([
    ["minute", "2024-02-29 13:45:00", "2024-02-29 13:46:00"],
    ["hour", "2024-02-29 13:00:00", "2024-02-29 14:00:00"],
    ["day", "2024-02-29", "2024-03-01"],
    ["second", "2024-02-29 13:45:10", "2024-02-29 13:45:11"],
    ["millisecond", "2024-02-29 13:45:10.250", "2024-02-29 13:45:10.251"],
  ] as const)("of a %s for a moment", (grain, start, end) => {
    const moment = "2024-02-29T13:45:10.25";
    expect(widen({ start: moment, end: moment }, grain)).toEqual({ start, end });
  });

  test("weeks start on Monday, also across the year's end and before 1970", () => {
    expect(widen({ start: "2025-01-01", end: "2025-01-05" }, "week")).toEqual({
      start: "2024-12-30",
      end: "2025-01-06",
    });
    expect(widen({ start: "1969-12-31", end: "1969-12-31" }, "week")).toEqual({
      start: "1969-12-29",
      end: "1970-01-05",
    });
  });

  test("an end that is missing bounds nothing", () => {
    expect(widen({ start: "2024-01-15" }, "month")).toEqual({ start: "2024-01-01", end: null });
    expect(widen({ end: "2024-01-15" }, "month")).toEqual({ start: null, end: "2024-02-01" });
  });

  test("from the first year to the last", () => {
    expect(widen({ start: "0001-01-02", end: "0099-12-31" }, "year")).toEqual({
      start: "0001-01-01",
      end: "0100-01-01",
    });
    expect(widen({ start: "9999-12-31", end: "9999-12-31" }, "quarter")).toEqual({
      start: "9999-10-01",
      end: "10000-01-01",
    });
  });
});

describe("a moment is refused", () => {
  test.each([
    "2023-02-29",
    "2024-13-01",
    "2024-1-1",
    "24-01-01",
    "2024-01-01T24:00:00",
    "2024-01-01T10",
    "0000-01-01",
    "now",
    "2024-01-01Z",
    "",
  ])("when it is %j, unless it is empty, which is none", (start) => {
    if (start === "") expect(widen({ start }, "day")).toEqual({ start: null, end: null });
    else expect(() => widen({ start }, "day")).toThrow("is not a date");
  });

  test("when it starts after its end, and not on the same day", () => {
    expect(() => widen({ start: "2024-01-02", end: "2024-01-01" }, "month")).toThrow("after it ends");
    expect(() => widen({ start: "2024-01-01T10:00", end: "2024-01-01T09:59" }, "day")).toThrow("after it ends");
    expect(widen({ start: "2024-01-01T10:00", end: "2024-01-01" }, "day").end).toBe("2024-01-02");
  });
});
