import { describe, expect, test } from "vitest";
import type { MetricStyle } from "../../src/cli/output/numbers.ts";
import { toTable } from "../../src/cli/output/table.ts";
import type { AnswerColumn } from "../../src/engine/index.ts";
import { toCsv } from "../../src/export/index.ts";
import type { Cell, CellType } from "../../src/warehouse/index.ts";

const group = (name: string, type: CellType, label = name): AnswerColumn => ({
  name,
  type,
  label,
  metric: null,
  reaggregation: "none",
  hidesSmallGroups: false,
});
const metric = (name: string, type: CellType, label = name): AnswerColumn => ({
  ...group(name, type, label),
  metric: name,
});
const styles = (entries: Record<string, MetricStyle>) => new Map(Object.entries(entries));

/** The cells of one metric's column, as the table writes them. */
function written(style: MetricStyle, type: CellType, cells: readonly Cell[]): readonly string[] {
  const rows = cells.map((cell) => [cell]);
  const lines = toTable({ columns: [metric("m", type)], rows }, styles({ m: style })).split("\n");
  return lines.slice(2, -1).map((line) => line.trim());
}

describe("tables for people", () => {
  test("numbers stand right with their units, periods have their usual names, NULL is a dash", () => {
    const columns = [
      group("metric_time__month", "DATE", "Month"),
      group("customer__segment", "STRING", "Segment"),
      metric("revenue", "DECIMAL", "Revenue"),
      metric("nrr", "FLOAT", "Net revenue retention"),
      metric("orders", "INT", "Orders"),
    ];
    const rows = [
      ["2026-01-01", "Enterprise", "1234567.5", 0.9421, "1200"],
      ["2026-02-01", null, "-20.00", null, "7"],
    ];
    const metrics = styles({
      revenue: { format: "currency", unit: "USD" },
      nrr: { format: "percent", unit: "%" },
      orders: { format: "integer", unit: "orders" },
    });
    expect(toTable({ columns, rows }, metrics)).toMatchInlineSnapshot(`
      "Month     Segment      Revenue (USD)   Net revenue retention   Orders
      ───────   ──────────   ─────────────   ─────────────────────   ──────
      2026-01   Enterprise    1,234,567.50                  94.2 %    1,200
      2026-02   –                   -20.00                       –        7
      "
    `);
  });

  test("no rows leave the header", () => {
    expect(toTable({ columns: [metric("orders", "INT", "Orders")], rows: [] }, new Map())).toMatchInlineSnapshot(`
      "Orders
      ──────
      "
    `);
  });

  test("dates are shown at their grain, and clocks without empty seconds", () => {
    const columns = [
      group("metric_time__year", "DATE"),
      group("metric_time__quarter", "DATE"),
      group("metric_time__month__min", "DATE"),
      group("metric_time__week", "DATE"),
      group("metric_time__hour", "TIMESTAMP"),
      group("paid_at", "TIMESTAMP"),
    ];
    const rows = [
      ["2026-01-01", "2026-10-01", "2026-02-01", "2026-01-05", "2026-01-01T13:00:00", "2026-01-01T13:00:05Z"],
    ];
    expect(toTable({ columns, rows }, new Map())).toMatchInlineSnapshot(`
      "metric_time__year   metric_time__quarter   metric_time__month__min   metric_time__week   metric_time__hour   paid_at
      ─────────────────   ────────────────────   ───────────────────────   ─────────────────   ─────────────────   ───────────────────────
      2026                2026 Q4                2026-02                   2026-01-05          2026-01-01 13:00    2026-01-01 13:00:05 UTC
      "
    `);
  });

  test("numbers that are no metric stay as they are, because a year is not 2,026", () => {
    const columns = [group("metric_time__extract_year", "INT", "Year"), group("is_new", "BOOLEAN", "New")];
    expect(toTable({ columns, rows: [["2026", true]] }, new Map())).toMatchInlineSnapshot(`
      "Year   New
      ────   ────
      2026   true
      "
    `);
  });

  test("wide characters keep the columns straight, and data cannot steer the terminal", () => {
    const columns = [group("city", "STRING", "City"), metric("orders", "INT", "Orders")];
    const rows = [
      ["東京", "1"],
      ["Zürich", "22"],
      ["a\u001b[31mb\n\u202e", "3"],
    ];
    expect(toTable({ columns, rows }, new Map())).toMatchInlineSnapshot(`
      "City        Orders
      ─────────   ──────
      東京             1
      Zürich          22
      a�[31mb��        3
      "
    `);
  });
});

describe("numbers", () => {
  test("digits beyond a float's are kept", () => {
    expect(written({ format: "integer", unit: null }, "INT", ["12345678901234567890"])).toEqual([
      "12,345,678,901,234,567,890",
    ]);
    expect(written({ format: "currency", unit: "USD" }, "DECIMAL", ["90071992547409931.15"])).toEqual([
      "90,071,992,547,409,931.15",
    ]);
  });

  test("a column has the decimals that its numbers need, two at most", () => {
    expect(written({ format: "number", unit: null }, "FLOAT", [1234.5678, 2, null])).toEqual(["1,234.57", "2.00", "–"]);
    expect(written({ format: "number", unit: null }, "FLOAT", [3, 2])).toEqual(["3", "2"]);
  });

  test("small numbers do not vanish", () => {
    expect(written({ format: "ratio", unit: null }, "FLOAT", [0.00123, 0.5])).toEqual(["0.0012", "0.5000"]);
  });

  test("a currency has its own decimals, and nothing is minus zero", () => {
    expect(written({ format: "currency", unit: "JPY" }, "DECIMAL", ["1200.00"])).toEqual(["1,200"]);
    expect(written({ format: "currency", unit: "credits" }, "DECIMAL", ["-0.001"])).toEqual(["0.00"]);
  });
});

describe("CSV", () => {
  test("cells are as in the contract, quoted where needed; NULL is empty and empty text is not", () => {
    const columns = [group("customer__name", "STRING"), metric("revenue", "DECIMAL")];
    const rows = [
      ['Say "hi", twice', "1200.50"],
      [null, null],
      ["", "0"],
      ["two\nlines", "1"],
      [" spaced ", "2"],
      ["=1+1", "-3"],
    ];
    expect(toCsv({ columns, rows })).toBe(
      'customer__name,revenue\n"Say ""hi"", twice",1200.50\n,\n"",0\n"two\nlines",1\n" spaced ",2\n\'=1+1,-3\n',
    );
  });
});
