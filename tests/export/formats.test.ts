import { type Schema, tableFromIPC } from "apache-arrow";
import { parquetMetadata } from "hyparquet";
import { describe, expect, test } from "vitest";
import { FORMATS, type Format, type WriteOptions } from "../../src/export/index.ts";
import type { Row } from "../../src/warehouse/index.ts";
import { type Column, csvFields, plain, readBack, roughly } from "./readers.ts";

const columns: readonly Column[] = [
  { name: "text", type: "STRING" },
  { name: "whole", type: "INT" },
  { name: "exact", type: "DECIMAL" },
  { name: "rough", type: "FLOAT" },
  { name: "flag", type: "BOOLEAN" },
  { name: "day", type: "DATE" },
  { name: "local", type: "TIMESTAMP" },
  { name: "instant", type: "TIMESTAMP" },
];

const rows: readonly Row[] = [
  ["plain", "1", "1200.50", 0.1, true, "2026-01-01", "2026-01-01T13:00:00", "2026-01-01T13:00:00Z"],
  [null, null, null, null, null, null, null, null],
  ["", "0", "0", 0, false, "1970-01-01", "1970-01-01T00:00:00", "1970-01-01T00:00:00Z"],
  [
    'Say "hi",\r\nthen go',
    "-1",
    "-0.01",
    -1.5,
    true,
    "1969-12-31",
    "1899-12-31T23:59:59.5",
    "1969-12-31T23:59:59.999999Z",
  ],
  [
    " 漢字 🙂 é\u2028",
    "9007199254740993",
    "12345678901234567890.123456789",
    1e300,
    false,
    "9999-12-31",
    "2026-06-30T00:00:00.000001",
    "2026-10-25T01:30:00.1Z",
  ],
  [
    ";\ufeff\t'",
    "9223372036854775807",
    "-99999999999999999999999999999",
    5e-324,
    true,
    "0001-01-01",
    "0001-01-01T00:00:00",
    "9999-12-31T23:59:59.999999Z",
  ],
  [
    "NULL",
    "-9223372036854775808",
    "0.000000001",
    123_456_789.125,
    false,
    "2024-02-29",
    "2024-02-29T23:00:00.123",
    "2024-02-29T23:00:00.12Z",
  ],
];

const OPTIONS: WriteOptions = { numbers: null, formulas: "defuse", bom: false };

async function written(
  format: Format | undefined,
  of: readonly Column[],
  batches: readonly (readonly Row[])[],
  options: Partial<WriteOptions> = {},
): Promise<Buffer> {
  if (!format) throw new Error("There is no such format");
  const chunks: Uint8Array[] = [];
  const table = { columns: of, batches: inTurn(batches) };
  for await (const chunk of format.write(table, { ...OPTIONS, ...options })) chunks.push(chunk);
  return Buffer.concat(chunks);
}

async function* inTurn<T>(items: readonly T[]): AsyncGenerator<T> {
  yield* items;
}

const formatOf = (name: Format["name"]) => FORMATS.find((format) => format.name === name);
const csv = async (of: readonly Column[], batch: readonly Row[], options: Partial<WriteOptions> = {}) =>
  (await written(formatOf("csv"), of, [batch], options)).toString();

describe.each(FORMATS)("$name", (format) => {
  test.each([
    ["in one batch", [rows]],
    ["a row a batch", rows.map((row) => [row])],
    ["with empty batches", [[], rows, []]],
    ["without rows", []],
    ["with an empty batch only", [[]]],
  ])("reads back as what was answered, %s", async (_, batches) => {
    const bytes = await written(format, columns, batches);
    const expected = plain(batches.flat(), columns);
    const read = await readBack(format.name, bytes, columns);
    for (const [reader, found] of Object.entries(read)) {
      expect(found, reader).toEqual(reader === "hyparquet" ? roughly(expected, columns) : expected);
    }
  });

  test("many groups of rows read back in order", async () => {
    const [a, b] = columns;
    if (!a || !b) throw new Error("There are columns");
    const batches = Array.from({ length: 60 }, (_, i) =>
      Array.from({ length: 1_000 }, (_, j) => [`row ${i}`, j % 7 === 0 ? null : String(i * 1_000 + j)] as const),
    );
    const bytes = await written(format, [a, b], batches);
    for (const found of Object.values(await readBack(format.name, bytes, [a, b]))) {
      expect(found).toHaveLength(60_000);
      expect(found.map(([, cell]) => (cell === null ? null : Number(cell)))).toEqual(
        batches.flat().map(([, cell]) => (cell === null ? null : Number(cell))),
      );
    }
  });

  test("takes no rows beyond what is read, and lets go of them when the reader leaves", async () => {
    let taken = 0;
    let hasEnded = false;
    async function* endless(): AsyncGenerator<readonly Row[]> {
      try {
        for (;;) {
          taken += 1_000;
          yield Array.from({ length: 1_000 }, () => rows[0] ?? []);
        }
      } finally {
        hasEnded = true;
      }
    }
    for await (const _ of format.write({ columns, batches: endless() }, OPTIONS)) break;
    expect(taken).toBeLessThan(20_000);
    expect(hasEnded).toBe(true);
  });

  test("what fails midway fails the file", async () => {
    async function* broken(): AsyncGenerator<readonly Row[]> {
      yield rows;
      throw new Error("the warehouse is gone");
    }
    const read = async () => {
      for await (const _ of format.write({ columns, batches: broken() }, OPTIONS));
    };
    await expect(read()).rejects.toThrow("the warehouse is gone");
  });
});

describe("types", () => {
  const schemaOf = async (batch: readonly Row[], options: Partial<WriteOptions> = {}) =>
    tableFromIPC(await written(formatOf("arrow"), columns, [batch], options)).schema;
  const names = (schema: Schema) => schema.fields.map(({ type }) => String(type));

  test("Arrow's are those of the answer", async () => {
    expect(names(await schemaOf(rows))).toEqual([
      "Utf8",
      "Int64",
      "Decimal[38e+9]",
      "Float64",
      "Bool",
      "Date32<DAY>",
      "Timestamp<MICROSECOND>",
      "Timestamp<MICROSECOND, UTC>",
    ]);
  });

  test("Parquet's say whether a time is of UTC", async () => {
    const bytes = await written(formatOf("parquet"), columns, [rows]);
    const { schema } = parquetMetadata(new Uint8Array(bytes).buffer);
    expect(schema.slice(-2).map(({ logical_type }) => logical_type)).toEqual([
      { type: "TIMESTAMP", isAdjustedToUTC: false, unit: "MICROS" },
      { type: "TIMESTAMP", isAdjustedToUTC: true, unit: "MICROS" },
    ]);
    expect(schema[3]).toMatchObject({ type: "FIXED_LEN_BYTE_ARRAY", precision: 38, scale: 9 });
  });

  test("digits are text on demand", async () => {
    expect(names(await schemaOf(rows, { numbers: "text" })).slice(1, 3)).toEqual(["Utf8", "Utf8"]);
  });

  const one = (type: Column["type"]): readonly Column[] => [{ name: "n", type }];
  test.each([
    ["a whole number beyond 64 bits", "INT", ["12345678901234567890", "-1"], "Decimal[38e0]"],
    ["one beyond 38 digits", "INT", ["1".repeat(39), "1"], "Utf8"],
    ["more than nine decimals", "DECIMAL", ["0.1234567890123", "-12"], "Decimal[38e+13]"],
    [
      "more digits before the point than nine decimals leave room for",
      "DECIMAL",
      ["1".repeat(36), "-0.25"],
      "Decimal[38e+2]",
    ],
    ["more digits than 38 on both sides", "DECIMAL", ["1".repeat(30), "0.1234567891"], "Utf8"],
    ["a time finer than a microsecond", "TIMESTAMP", ["2026-01-01T00:00:00.123456789"], "Utf8"],
  ] as const)("%s keeps every digit", async (_, type, cells, expected) => {
    const batch = cells.map((cell) => [cell]);
    const arrow = await written(formatOf("arrow"), one(type), [batch]);
    expect(names(tableFromIPC(arrow).schema)).toEqual([expected]);
    expect((await readBack("arrow", arrow, one(type)))["apache-arrow"]).toEqual(batch);
    const parquet = await written(formatOf("parquet"), one(type), [batch]);
    expect((await readBack("parquet", parquet, one(type)))["DuckDB"]).toEqual(batch);
  });

  test.each(["arrow", "parquet"] as const)(
    "%s breaks off at a later value that its column cannot hold",
    async (name) => {
      const many = Array.from({ length: 60_000 }, () => ["1"]);
      const write = (cell: string, options = {}) => written(formatOf(name), one("INT"), [many, [[cell]]], options);
      await expect(write("9223372036854775808")).rejects.toThrow('Column "n" began as int64');
      await expect(write("9223372036854775808", { numbers: "text" })).resolves.toBeDefined();
      await expect(write("9223372036854775807")).resolves.toBeDefined();
    },
  );
});

describe("CSV", () => {
  const one: readonly Column[] = [{ name: "name", type: "STRING" }];

  test("ends lines as RFC 4180 does, and quotes what would be lost", async () => {
    expect(
      await csv(
        columns.slice(0, 2),
        rows.slice(0, 4).map((row) => row.slice(0, 2)),
      ),
    ).toBe('text,whole\r\nplain,1\r\n,\r\n"",0\r\n"Say ""hi"",\r\nthen go",-1\r\n');
  });

  test.each(["=1+1", "+A1", "-2+3", "@SUM(A1)", "\t=1", "\r=1", "  =1", "＝1", "-", '=HYPERLINK("http://x")', "−1"])(
    "text that a spreadsheet would run is defused: %j",
    async (text) => {
      const read = async (options: Partial<WriteOptions>) => csvFields(await csv(one, [[text]], options))[1]?.[0];
      expect(await read({})).toBe(`'${text}`);
      expect(await read({ formulas: "keep" })).toBe(text);
    },
  );

  test.each(["-5", "+49123", "-1.5", "a=b", "1-2", "'=1", "é"])("other text stays as it is: %j", async (text) => {
    expect(csvFields(await csv(one, [[text]]))[1]?.[0]).toBe(text);
  });

  test("a column's name is text like any other", async () => {
    expect(await csv([{ name: "=1+1", type: "INT" }], [["-5"]])).toBe("'=1+1\r\n-5\r\n");
  });

  test("a byte order mark stands first, once, and only on demand", async () => {
    const bytes = await written(formatOf("csv"), one, [[["é"]], [["ü"]]], { bom: true });
    expect(bytes.toString()).toBe("\ufeffname\r\né\r\nü\r\n");
    expect((await csv(one, [["é"]])).startsWith("name")).toBe(true);
    expect((await written(formatOf("csv"), one, [], { bom: true })).toString()).toBe("\ufeffname\r\n");
  });
});

describe("JSON", () => {
  const numbers: readonly Column[] = [
    { name: "whole", type: "INT" },
    { name: "exact", type: "DECIMAL" },
    { name: "__proto__", type: "STRING" },
  ];
  const row = ["12345678901234567890", "-0.50", "x"];

  test("digits are text, or on demand numbers of as many digits", async () => {
    const lines = async (options: Partial<WriteOptions>) =>
      (await written(formatOf("ndjson"), numbers, [[row]], options)).toString();
    expect(await lines({})).toBe('{"whole":"12345678901234567890","exact":"-0.50","__proto__":"x"}\n');
    expect(await lines({ numbers: "json" })).toBe('{"whole":12345678901234567890,"exact":-0.50,"__proto__":"x"}\n');
  });

  test("the document is the command line's", async () => {
    expect(JSON.parse((await written(formatOf("json"), numbers, [[row], [row]])).toString())).toEqual({
      columns: numbers,
      rows: [row, row],
    });
  });
});
