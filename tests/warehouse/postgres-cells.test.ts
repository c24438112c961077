import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { openWarehouse, type Row, readAll, type Warehouse } from "../../src/warehouse/index.ts";
import { emptyPostgres } from "../support/postgres.ts";

let warehouse: Warehouse;
beforeAll(async () => {
  warehouse = await openWarehouse(await emptyPostgres());
});
afterAll(() => warehouse.close());

async function cellOf(expression: string) {
  const result = await warehouse.execute({ text: `SELECT ${expression} AS cell`, values: [] });
  const [row] = await readAll(result);
  return [result.columns[0]?.type, row?.[0]];
}

describe("a value comes out in the spelling of the contract", () => {
  test.each([
    ["'Grüße 🌍'::text", "STRING", "Grüße 🌍"],
    ["''::varchar(3)", "STRING", ""],
    ["NULL::text", "STRING", null],
    ["'{\"a\":1}'::jsonb", "STRING", '{"a": 1}'],
    ["'0191E1FC-0000-7000-8000-000000000001'::uuid", "STRING", "0191e1fc-0000-7000-8000-000000000001"],
    ["'13:05:00.5'::time", "STRING", "13:05:00.5"],
    ["ARRAY[1, 2]", "STRING", "{1,2}"],
    ["'NaN'::text", "STRING", "NaN"],
    ["32767::smallint", "INT", "32767"],
    ["(-2147483648)::integer", "INT", "-2147483648"],
    ["9223372036854775807::bigint", "INT", "9223372036854775807"],
    ["count(*)", "INT", "1"],
    ["NULL::bigint", "INT", null],
    ["1200.50::numeric(18,2)", "DECIMAL", "1200.50"],
    ["-0.05::numeric", "DECIMAL", "-0.05"],
    ["0::numeric(9,3)", "DECIMAL", "0.000"],
    ["sum(9223372036854775807::bigint)", "DECIMAL", "9223372036854775807"],
    [
      "12345678901234567890123456789012345678901234567890.12::numeric",
      "DECIMAL",
      "12345678901234567890123456789012345678901234567890.12",
    ],
    ["0.1::double precision", "FLOAT", 0.1],
    ["0.5::real", "FLOAT", 0.5],
    ["1e300::double precision", "FLOAT", 1e300],
    ["NULL::double precision", "FLOAT", null],
    ["true", "BOOLEAN", true],
    ["false", "BOOLEAN", false],
    ["NULL::boolean", "BOOLEAN", null],
    ["DATE '2026-03-29'", "DATE", "2026-03-29"],
    ["DATE '1969-12-31'", "DATE", "1969-12-31"],
    ["DATE '0044-03-15'", "DATE", "0044-03-15"],
    ["DATE '20260-01-01'", "DATE", "+020260-01-01"],
    ["DATE '0001-03-15 BC'", "DATE", "0000-03-15"],
    ["DATE '0044-03-15 BC'", "DATE", "-000043-03-15"],
    ["NULL::date", "DATE", null],
    ["TIMESTAMP '2026-01-01 13:00:00'", "TIMESTAMP", "2026-01-01T13:00:00"],
    ["TIMESTAMP '2026-01-01 13:00:00.250'", "TIMESTAMP", "2026-01-01T13:00:00.25"],
    ["TIMESTAMP '1969-12-31 23:59:59.999999'", "TIMESTAMP", "1969-12-31T23:59:59.999999"],
    ["TIMESTAMP '0099-01-01 00:00:00'", "TIMESTAMP", "0099-01-01T00:00:00"],
    ["TIMESTAMP '20260-01-01 00:00:00'", "TIMESTAMP", "+020260-01-01T00:00:00"],
    ["TIMESTAMPTZ '2026-03-29 03:30:00+02'", "TIMESTAMP", "2026-03-29T01:30:00Z"],
    ["TIMESTAMPTZ '2026-03-29 12:00:00'", "TIMESTAMP", "2026-03-29T12:00:00Z"],
    ["TIMESTAMPTZ '0044-03-15 12:00:00.5Z BC'", "TIMESTAMP", "-000043-03-15T12:00:00.5Z"],
    ["NULL::timestamptz", "TIMESTAMP", null],
  ])("%s", async (expression, type, cell) => {
    expect(await cellOf(expression)).toEqual([type, cell]);
  });

  test.each([
    "'NaN'::double precision",
    "'-Infinity'::real",
    "'NaN'::numeric",
    "'infinity'::numeric",
    "'infinity'::date",
    "'-infinity'::timestamp",
    "'infinity'::timestamptz",
    "DATE '5000000-01-01'",
  ])("%s has no spelling and is refused, not printed", async (expression) => {
    const message = expect.stringContaining('Column "cell"');
    await expect(cellOf(expression)).rejects.toMatchObject({ name: "WarehouseError", kind: "out-of-range", message });
  });

  test("rows come in order, in batches, with their NULLs in place", async () => {
    const text = "SELECT i, CASE WHEN i % 3 = 0 THEN NULL ELSE 'r' || i END FROM generate_series(0, 49999) AS r(i)";
    const result = await warehouse.execute({ text, values: [] });
    const sizes: number[] = [];
    const rows: Row[] = [];
    for await (const batch of result.batches) {
      sizes.push(batch.length);
      rows.push(...batch);
    }
    expect(rows).toEqual(Array.from({ length: 50_000 }, (_, i) => [String(i), i % 3 === 0 ? null : `r${i}`]));
    expect(Math.max(...sizes)).toBeLessThanOrEqual(1000);
  });

  test("without rows there are columns all the same", async () => {
    const result = await warehouse.execute({ text: "SELECT 1::bigint AS a, 'b'::text AS b WHERE false", values: [] });
    expect(result.columns).toEqual([
      { name: "a", type: "INT" },
      { name: "b", type: "STRING" },
    ]);
    expect(await readAll(result)).toEqual([]);
  });
});
