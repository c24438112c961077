import * as fc from "fast-check";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import {
  CUSTOM_GRAIN,
  grainFormat,
  partFormat,
  TYPED_GRAINS,
  type TypedGrain,
  wholeDate,
} from "../../src/data-studio/date-types.ts";
import { DATE_PARTS } from "../../src/expression/index.ts";
import { openWarehouse, type Row, readAll, type Warehouse } from "../../src/warehouse/index.ts";

const day = (grain: TypedGrain) => grainFormat(grain, "date", true);
const clock = (grain: TypedGrain) => grainFormat(grain, "timestamptz", true);

describe("a time is written in Data Studio's own format", () => {
  test.each([
    ["year", "2027-01-01", "YEAR", "2027"],
    ["quarter", "2027-01-01", "YEAR_QUARTER", "20271"],
    ["month", "2027-01-01", "YEAR_MONTH", "202701"],
    ["week", "2026-12-28", "YEAR_WEEK", "202653"],
    ["day", "2027-01-03", "YEAR_MONTH_DAY", "20270103"],
    ["hour", "2027-01-03T14:00:00Z", "YEAR_MONTH_DAY_HOUR", "2027010314"],
    ["minute", "2027-01-03T14:05:00", "YEAR_MONTH_DAY_SECOND", "20270103140500"],
    ["second", "2027-01-03T14:05:09Z", "YEAR_MONTH_DAY_SECOND", "20270103140509"],
  ] as const)("%s", (grain, cell, semanticType, written) => {
    const format = grainFormat(grain, "timestamptz", true);
    expect([format.semanticType, format.write(cell)]).toEqual([semanticType, written]);
  });

  test.each([
    ["quarter", "1", "QUARTER", "1"],
    ["month", "1", "MONTH", "01"],
    ["day", "3", "DAY", "03"],
    ["dow", "7", "DAY_OF_WEEK", "0"],
    ["dow", "1", "DAY_OF_WEEK", "1"],
    ["dow", "6", "DAY_OF_WEEK", "6"],
    ["doy", "3", "NUMBER", "3"],
    ["year", "2027", "YEAR", "2027"],
  ] as const)("part %s of %s", (part, cell, semanticType, written) => {
    const format = partFormat(part);
    expect([format.semanticType, format.write(cell)]).toEqual([semanticType, written]);
    expect(format.read(written)).toEqual({ type: "int", value: cell });
  });

  test("a period of a calendar by its first day, which sorts as text", () => {
    expect([CUSTOM_GRAIN.semanticType, CUSTOM_GRAIN.write("2027-02-01")]).toEqual(["TEXT", "2027-02-01"]);
    expect(CUSTOM_GRAIN.read("2027-02-01")).toEqual({ type: "date", value: "2027-02-01" });
    expect(CUSTOM_GRAIN.read("20270201")).toBeNull();
  });

  test("an hour by its minute, where hours of the zone may begin at half past", () => {
    const format = grainFormat("hour", "timestamptz", false);
    expect([format.semanticType, format.write("2027-01-03T14:30:00Z")]).toEqual([
      "YEAR_MONTH_DAY_SECOND",
      "20270103143000",
    ]);
    expect(format.read("20270103143000")).toEqual({ type: "time", value: "2027-01-03T14:30:00Z" });
  });

  test("what is no time is an error, never a wrong time", () => {
    expect(() => wholeDate().write("soon")).toThrow("no time");
    expect(() => wholeDate().write("12027-02-28")).toThrow("no time");
  });
});

describe("a value of a filter", () => {
  test.each([
    ["day", "20270103", "2027-01-03"],
    ["day", "2027-01-03", "2027-01-03"],
    ["week", "202653", "2026-12-28"],
    ["week", "2027-01-03", "2026-12-28"],
    ["week", "202601", "2025-12-29"],
    ["month", "202702", "2027-02-01"],
    ["month", "2027-02-17", "2027-02-01"],
    ["quarter", "20274", "2027-10-01"],
    ["quarter", "2027-12-31", "2027-10-01"],
    ["year", "2027", "2027-01-01"],
    ["year", "2027-12-31", "2027-01-01"],
  ] as const)("of a field by %s, %s, begins on %s", (grain, text, start) => {
    expect(day(grain).read(text)).toEqual({ type: "date", value: start });
  });

  test.each([
    ["hour", "2027010314", "2027-01-03T14:00:00Z"],
    ["hour", "2027-01-03T14:20:00", "2027-01-03T14:00:00Z"],
    ["minute", "20270103140500", "2027-01-03T14:05:00Z"],
    ["second", "20270103140509", "2027-01-03T14:05:09Z"],
  ] as const)("of a field of instants by %s, %s, is %s", (grain, text, instant) => {
    expect(clock(grain).read(text)).toEqual({ type: "time", value: instant });
    expect(grainFormat(grain, "timestamp", true).read(text)).toEqual({ type: "time", value: instant.slice(0, -1) });
  });

  test.each([
    ["day", "20270229"],
    ["day", "2027-02-30"],
    ["day", "2027-1-3"],
    ["day", "20270103 "],
    ["day", "' or true --"],
    ["day", "2027-01-03T00:00:00"],
    ["month", "202713"],
    ["month", "202700"],
    ["month", "2027"],
    ["quarter", "20275"],
    ["quarter", "20270"],
    ["week", "202553"],
    ["week", "202600"],
    ["week", "202654"],
    ["year", "27"],
    ["year", "２０２７"],
    ["year", ""],
    ["hour", "2027010324"],
    ["hour", "2027-01-03"],
    ["second", "20270103140560"],
  ] as const)("of a field by %s cannot be %j", (grain, text) => {
    expect(clock(grain).read(text)).toBeNull();
  });

  test.each([
    ["dow", "7"],
    ["dow", "-1"],
    ["month", "13"],
    ["month", "0"],
    ["quarter", "5"],
    ["day", "32"],
    ["doy", "367"],
    ["year", "0"],
    ["month", "1.0"],
    ["month", ""],
  ] as const)("of the part %s cannot be %j", (part, text) => {
    expect(partFormat(part).read(text)).toBeNull();
  });

  test("is read or refused whatever it is, and what is read is written as it was", () => {
    const formats = [...TYPED_GRAINS.map(clock), ...DATE_PARTS.map(partFormat), CUSTOM_GRAIN];
    const texts = fc.oneof(fc.string(), fc.stringMatching(/^\d{0,15}$/), fc.stringMatching(/^\d{4}-\d\d-\d\d$/));
    fc.assert(
      fc.property(fc.constantFrom(...formats), texts, (format, text) => {
        const found = format.read(text);
        if (found === null) return;
        const again = format.read(format.write(String(found.value)));
        expect(again).toEqual(found);
      }),
      { seed: 20_270_103, numRuns: 3_000 },
    );
  });
});

describe("held against an engine's own calendar, for the ends of the years of a century and days between", () => {
  let warehouse: Warehouse;
  let days: readonly Row[];
  beforeAll(async () => {
    warehouse = await openWarehouse("duckdb::memory:");
    const grains = ["year", "quarter", "month", "week", "day"].map(
      (grain) => `strftime(date_trunc('${grain}', d), '%Y-%m-%d')`,
    );
    days = await readAll(
      await warehouse.execute({
        text: `select strftime(d, '%Y-%m-%d'), ${grains.join(", ")}, strftime(d, '%Y'), strftime(d, '%Y') || quarter(d),
            strftime(d, '%Y%m'), strftime(d, '%G%V'), strftime(d, '%Y%m%d'),
            quarter(d)::text, strftime(d, '%m'), strftime(d, '%d'), strftime(d, '%w'), dayofyear(d)::text,
            quarter(d), month(d), day(d), isodow(d), dayofyear(d)
          from generate_series(timestamp '1980-01-01', timestamp '2079-12-31', interval 1 day) t(d)
          where dayofyear(d) < 10 or dayofyear(d) > 356 or dayofyear(d) % 11 = 0`,
        values: [],
      }),
    );
  });
  afterAll(() => warehouse.close());

  test("each period is written as there, and read back as its first day", () => {
    const grains = (["year", "quarter", "month", "week", "day"] as const).map(day);
    expect(days.length).toBeGreaterThan(4_000);
    for (const [date, ...cells] of days) {
      const [starts, written] = [cells.slice(0, 5), cells.slice(5, 10)];
      const found = grains.map((format, i) => format.write(String(starts[i])));
      const ofAnyDay = grains.map((format) => format.read(String(date))?.value);
      const back = written.map((text, i) => grains[i]?.read(String(text))?.value);
      if ([...found, ...ofAnyDay, ...back].join() !== [...written, ...starts, ...starts].join()) {
        expect({ date, found, ofAnyDay, back }).toEqual({ date, found: written, ofAnyDay: starts, back: starts });
      }
    }
  });

  test("and so is each part of a date", () => {
    const parts = (["quarter", "month", "day", "dow", "doy"] as const).map(partFormat);
    for (const [date, ...cells] of days) {
      const [written, ours] = [cells.slice(10, 15), cells.slice(15).map(String)];
      const found = parts.map((format, i) => format.write(ours[i] ?? ""));
      const back = written.map((text, i) => parts[i]?.read(String(text))?.value);
      if ([...found, ...back].join() !== [...written, ...ours].join()) {
        expect({ date, found, back }).toEqual({ date, found: written, back: ours });
      }
    }
  });
});
