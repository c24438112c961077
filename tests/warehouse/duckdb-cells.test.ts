import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { openDuckDb, type Row, readAll, type Warehouse } from "../../src/warehouse/index.ts";

let warehouse: Warehouse;
beforeAll(async () => {
  warehouse = await openDuckDb(":memory:");
});
afterAll(() => warehouse.close());

async function cellOf(expression: string) {
  const result = await warehouse.execute({ text: `SELECT ${expression} AS cell`, values: [] });
  const [row] = await readAll(result);
  return [result.columns[0]?.type, row?.[0]];
}

describe("a value comes out in the spelling of the contract", () => {
  test.each([
    ["'Grüße 🌍'", "STRING", "Grüße 🌍"],
    ["''", "STRING", ""],
    ["NULL::VARCHAR", "STRING", null],
    ["'a'::ENUM ('a', 'b')", "STRING", "a"],
    ["'{\"a\":1}'::JSON", "STRING", '{"a":1}'],
    ["'0191E1FC-0000-7000-8000-000000000001'::UUID", "STRING", "0191e1fc-0000-7000-8000-000000000001"],
    ["TIME '13:05:00.5'", "STRING", "13:05:00.5"],
    ["[1, 2]", "STRING", "[1, 2]"],
    ["(-7)::TINYINT", "INT", "-7"],
    ["32767::SMALLINT", "INT", "32767"],
    ["(-2147483648)::INTEGER", "INT", "-2147483648"],
    ["9223372036854775807::BIGINT", "INT", "9223372036854775807"],
    ["18446744073709551615::UBIGINT", "INT", "18446744073709551615"],
    ["(-170141183460469231731687303715884105728)::HUGEINT", "INT", "-170141183460469231731687303715884105728"],
    ["sum(9223372036854775807)", "INT", "9223372036854775807"],
    ["NULL::BIGINT", "INT", null],
    ["1200.50::DECIMAL(18,2)", "DECIMAL", "1200.50"],
    ["-0.05::DECIMAL(4,2)", "DECIMAL", "-0.05"],
    ["0::DECIMAL(9,3)", "DECIMAL", "0.000"],
    ["7::DECIMAL(5,0)", "DECIMAL", "7"],
    ["12345678901234567890123456789012345.678::DECIMAL(38,3)", "DECIMAL", "12345678901234567890123456789012345.678"],
    ["0.1::DOUBLE", "FLOAT", 0.1],
    ["0.5::FLOAT", "FLOAT", 0.5],
    ["0.1::FLOAT", "FLOAT", 0.1],
    ["(-3.4028235e38)::FLOAT", "FLOAT", -3.4028235e38],
    ["1e-45::FLOAT", "FLOAT", 1e-45],
    ["16777216::FLOAT", "FLOAT", 16_777_216],
    ["0::FLOAT", "FLOAT", 0],
    ["NULL::DOUBLE", "FLOAT", null],
    ["true", "BOOLEAN", true],
    ["false", "BOOLEAN", false],
    ["NULL::BOOLEAN", "BOOLEAN", null],
    ["DATE '2026-03-29'", "DATE", "2026-03-29"],
    ["DATE '1969-12-31'", "DATE", "1969-12-31"],
    ["DATE '0044-03-15'", "DATE", "0044-03-15"],
    ["DATE '20260-01-01'", "DATE", "+020260-01-01"],
    ["DATE '0044-03-15 (BC)'", "DATE", "-000043-03-15"],
    ["NULL::DATE", "DATE", null],
    ["TIMESTAMP '2026-01-01 13:00:00'", "TIMESTAMP", "2026-01-01T13:00:00"],
    ["TIMESTAMP '2026-01-01 13:00:00.25'", "TIMESTAMP", "2026-01-01T13:00:00.25"],
    ["TIMESTAMP '1969-12-31 23:59:59.999999'", "TIMESTAMP", "1969-12-31T23:59:59.999999"],
    ["TIMESTAMP '1969-12-31 23:59:59'", "TIMESTAMP", "1969-12-31T23:59:59"],
    ["TIMESTAMP '0099-01-01 00:00:00'", "TIMESTAMP", "0099-01-01T00:00:00"],
    ["'2026-01-01 13:00:00'::TIMESTAMP_S", "TIMESTAMP", "2026-01-01T13:00:00"],
    ["'2026-01-01 13:00:00.005'::TIMESTAMP_MS", "TIMESTAMP", "2026-01-01T13:00:00.005"],
    ["'2026-01-01 13:00:00.000000001'::TIMESTAMP_NS", "TIMESTAMP", "2026-01-01T13:00:00.000000001"],
    ["TIMESTAMPTZ '2026-03-29 03:30:00+02'", "TIMESTAMP", "2026-03-29T01:30:00Z"],
    ["TIMESTAMPTZ '2026-03-29 12:00:00'", "TIMESTAMP", "2026-03-29T12:00:00Z"],
    ["TIMESTAMPTZ '2026-03-29 12:00:00.5Z'", "TIMESTAMP", "2026-03-29T12:00:00.5Z"],
    ["NULL::TIMESTAMPTZ", "TIMESTAMP", null],
  ])("%s", async (expression, type, cell) => {
    expect(await cellOf(expression)).toEqual([type, cell]);
  });

  test("numbers without a spelling are refused, not printed", async () => {
    const outOfRange = {
      name: "WarehouseError",
      kind: "out-of-range",
      message: expect.stringContaining('Column "cell"'),
    };
    for (const expression of ["'NaN'::DOUBLE", "1 / 0", "'-Infinity'::FLOAT"]) {
      await expect(cellOf(expression)).rejects.toMatchObject(outOfRange);
    }
    for (const expression of [
      "'infinity'::DATE",
      "'infinity'::TIMESTAMP_NS",
      "'infinity'::TIMESTAMP",
      "'-infinity'::TIMESTAMPTZ",
    ]) {
      await expect(cellOf(expression)).rejects.toMatchObject(outOfRange);
    }
  });

  test("dates and times are those of the engine, over all years", async () => {
    const text = `SELECT d, strftime(d, '%Y-%m-%d'), d + INTERVAL 86399 SECOND, strftime(d, '%Y-%m-%dT23:59:59')
      FROM (SELECT DATE '0001-01-01' + (i * 97)::INTEGER AS d FROM range(37600) r(i))`;
    const rows = await readAll(await warehouse.execute({ text, values: [] }));
    expect(rows.at(-1)?.[0]).toMatch(/^998/);
    expect(rows.filter(([date, dateText, time, timeText]) => date !== dateText || time !== timeText)).toEqual([]);
  });

  test("rows come in order, in batches, with their NULLs in place", async () => {
    const text = "SELECT i, CASE WHEN i % 3 = 0 THEN NULL ELSE 'r' || i END FROM range(5000) r(i) ORDER BY i";
    const result = await warehouse.execute({ text, values: [] });
    const sizes: number[] = [];
    const rows: Row[] = [];
    for await (const batch of result.batches) {
      sizes.push(batch.length);
      rows.push(...batch);
    }
    expect(rows).toEqual(Array.from({ length: 5000 }, (_, i) => [String(i), i % 3 === 0 ? null : `r${i}`]));
    expect(sizes.length).toBeGreaterThan(1);
    expect(Math.max(...sizes)).toBeLessThanOrEqual(2048);
  });
});
