import { expect, test } from "vitest";
import { Refusal } from "../../src/diagnostics/index.ts";
import { absoluteRange, type Period, type TimeRange } from "../../src/request/index.ts";

const NOON = new Date("2026-11-21T12:30:15Z");

test.each([
  [{ n: 1, unit: "day" }, "2026-11-20", "2026-11-20"],
  [{ n: 1, unit: "week" }, "2026-11-09", "2026-11-15"],
  [{ n: 3, unit: "MONTH" }, "2026-08-01", "2026-10-31"],
  [{ n: 4, unit: "quarter" }, "2025-10-01", "2026-09-30"],
  [{ n: 1, unit: "year" }, "2025-01-01", "2025-12-31"],
  [{ n: 2, unit: "hour" }, "2026-11-21 10:00:00", "2026-11-21 11:59:59.999"],
])("last %j is complete periods only", (last, start, end) => {
  const unit = last.unit.toLowerCase();
  expect(absoluteRange({ last }, "UTC", NOON)).toEqual({ start, end, step: { n: last.n, unit } });
});

test.each([
  ["day", "2026-11-21"],
  ["week", "2026-11-16"],
  ["month", "2026-11-01"],
  ["quarter", "2026-10-01"],
  ["year", "2026-01-01"],
])("%s to date ends today", (toDate, start) => {
  expect(absoluteRange({ toDate }, "UTC", NOON)).toEqual({ start, end: "2026-11-21", step: { n: 1, unit: toDate } });
});

test("today is the zone's, not the server's", () => {
  const late = new Date("2026-03-31T23:30:00Z");
  const start = (timeZone: string) => absoluteRange({ toDate: "month" }, timeZone, late).start;
  expect([start("UTC"), start("Europe/Berlin"), start("America/New_York")]).toEqual([
    "2026-03-01",
    "2026-04-01",
    "2026-03-01",
  ]);
});

test("leap days, ends of years and long months are counted on the calendar", () => {
  const at = (text: string, n: number, unit: string) => {
    const { start, end } = absoluteRange({ last: { n, unit } }, "UTC", new Date(`${text}T00:00:00Z`));
    return `${start}..${end}`;
  };
  expect(at("2024-03-01", 1, "month")).toBe("2024-02-01..2024-02-29");
  expect(at("2026-01-01", 1, "day")).toBe("2025-12-31..2025-12-31");
  expect(at("2026-01-01", 2, "week")).toBe("2025-12-15..2025-12-28");
  expect(at("2026-05-31", 1, "month")).toBe("2026-04-01..2026-04-30");
});

const FISCAL: readonly Period[] = [
  { start: "2026-02-02", end: "2026-05-04" },
  { start: "2026-05-04", end: "2026-08-03" },
  { start: "2026-08-03", end: "2026-11-02" },
  { start: "2026-11-02", end: "2027-02-01" },
  { start: "2027-02-01", end: null },
];

test("periods of a custom calendar are those that it holds", () => {
  const unit = "fiscal_quarter";
  expect(absoluteRange({ last: { n: 2, unit } }, "UTC", NOON, FISCAL)).toEqual({
    start: "2026-05-04",
    end: "2026-11-01",
    before: null,
  });
  expect(absoluteRange({ toDate: unit }, "UTC", NOON, FISCAL)).toMatchObject({
    start: "2026-11-02",
    end: "2026-11-21",
  });
  expect(() => absoluteRange({ last: { n: 4, unit } }, "UTC", NOON, FISCAL)).toThrow(Refusal);
  expect(() => absoluteRange({ toDate: unit }, "UTC", NOON), "where nothing is read").toThrow(/none is known here/);
  const later = new Date("2027-06-01T00:00:00Z");
  expect(() => absoluteRange({ toDate: unit }, "UTC", later, FISCAL), "the calendar has ended").toThrow(Refusal);
});

test("the period before one of a custom calendar is the calendar's, whatever its length", () => {
  const months: readonly Period[] = [
    { start: "2026-06-29", end: "2026-08-03" },
    { start: "2026-08-03", end: "2026-08-31" },
    { start: "2026-08-31", end: "2026-09-28" },
    { start: "2026-09-28", end: "2026-11-02" },
  ];
  const unit = "fiscal_month";
  const before = (range: TimeRange, day: string) =>
    absoluteRange(range, "UTC", new Date(`${day}T12:00:00Z`), months).before;
  expect(before({ last: { n: 1, unit } }, "2026-08-31")).toEqual({ start: "2026-06-29", end: "2026-08-02" });
  expect(before({ toDate: unit }, "2026-08-10")).toEqual({ start: "2026-06-29", end: "2026-07-06" });
  expect(before({ toDate: unit }, "2026-08-30"), "all of it once it is over").toEqual({
    start: "2026-06-29",
    end: "2026-08-02",
  });
  expect(before({ toDate: unit }, "2026-10-30"), "no more than there is").toEqual({
    start: "2026-08-31",
    end: "2026-09-27",
  });
});

test.each([
  [{ last: { n: 0, unit: "day" } }],
  [{ last: { n: 1.5, unit: "day" } }],
  [{ last: { n: 10_001, unit: "day" } }],
  [{ last: { n: 1, unit: "day" }, start: "2026-01-01" }],
  [{ last: { n: 1, unit: "day" }, toDate: "month" }],
])("%j is refused", (range) => {
  expect(() => absoluteRange(range, "UTC", NOON)).toThrow(Refusal);
});

test("a range that is absolute stays as it is, its step included", () => {
  const once = absoluteRange({ last: { n: 2, unit: "month" } }, "UTC", NOON);
  expect(absoluteRange(once, "UTC", new Date("2030-01-01"))).toEqual(once);
});
