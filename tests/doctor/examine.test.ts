import { describe, expect, test } from "vitest";
import { type Case, ENGINES, examineShop, lineOf, problems, readEverything } from "./support.ts";

describe.each(ENGINES)("on %s", (engine) => {
  test("a warehouse that agrees with the definitions is told to be as it should be", async () => {
    const findings = await examineShop(engine);
    expect(problems(findings)).toEqual([]);
    expect(findings.map(({ code, subject }) => `${code} ${subject}`)).toEqual([
      "warehouse/connected warehouse",
      expect.stringMatching(/^grant\/read-only /),
      "columns/present orders",
      "columns/present customers",
      "columns/present order_lines",
      "columns/present prices",
      "columns/present days",
      "key/unique orders.order_id",
      "join/complete orders.customer_id",
      "key/unique customers.customer_id",
      "key/unique order_lines.order_id+line_no",
      "join/complete order_lines.order_id",
      "history/sound prices",
      "key/unique days.day",
    ]);
  });

  test.each<{ readonly what: string; readonly given: Case; readonly finding: object }>([
    {
      what: "a table is missing",
      given: { sql: "DROP TABLE shop.orders" },
      finding: {
        code: "table/missing",
        severity: "error",
        subject: "orders",
        message: "The warehouse has no table shop.orders, or hides it from us.",
        line: lineOf("model: orders"),
      },
    },
    {
      what: "a calendar's table is missing",
      given: { sql: "DROP TABLE shop.days" },
      finding: { code: "table/missing", subject: "days", line: lineOf("calendar: days") },
    },
    {
      what: "the author's SQL reads a table that is missing",
      given: { sql: "DROP TABLE shop.lines" },
      finding: {
        code: "source/refused",
        severity: "error",
        subject: "order_lines",
        message: expect.stringContaining("lines"),
        line: lineOf("model: order_lines"),
      },
    },
    {
      what: "a column is missing, though keys and joins read it",
      given: { sql: "ALTER TABLE shop.orders RENAME COLUMN customer_id TO custmer_id" },
      finding: {
        code: "column/missing",
        severity: "error",
        subject: "orders.customer_id",
        message: 'Model "orders" needs the column "customer_id", which shop.orders does not have.',
        help: 'did you mean "custmer_id"?',
        line: lineOf("  customer_id: int"),
      },
    },
    {
      what: "a column that is missing was never declared",
      given: {
        sql: "ALTER TABLE shop.orders DROP COLUMN amount",
        yaml: ["columns:\n  order_id: int\n  customer_id: int\n  amount: decimal\n  ordered_at: timestamptz\n", ""],
      },
      finding: {
        code: "column/missing",
        subject: "orders.amount",
        message: 'Measure "amount" of model "orders" needs the column "amount", which shop.orders does not have.',
        line: lineOf("measures: { amount: sum }") - 5,
      },
    },
    {
      what: "a calendar's column is missing",
      given: { sql: "ALTER TABLE shop.days DROP COLUMN fiscal_year_start" },
      finding: { code: "column/missing", subject: "days.fiscal_year_start", line: lineOf("calendar: days") },
    },
    {
      what: "a calendar's column is no time",
      given: { sql: "ALTER TABLE shop.days ALTER COLUMN day TYPE VARCHAR" },
      finding: { code: "column/not-a-time", severity: "error", subject: "days.day" },
    },
    {
      what: "a column has become text",
      given: { sql: "ALTER TABLE shop.orders ALTER COLUMN amount TYPE VARCHAR" },
      finding: {
        code: "column/type-changed",
        severity: "error",
        subject: "orders.amount",
        message: expect.stringMatching(
          /^The column "amount" is declared decimal, but is (VARCHAR|character varying) in shop\.orders\.$/,
        ),
        line: lineOf("  amount: decimal"),
      },
    },
    {
      what: "a key has become text, which no join compares with a number",
      given: { sql: "ALTER TABLE shop.customers ALTER COLUMN customer_id TYPE VARCHAR" },
      finding: { code: "column/type-changed", subject: "customers.customer_id" },
    },
    {
      what: "a time has lost its zone",
      given: { sql: "ALTER TABLE shop.orders ALTER COLUMN ordered_at TYPE TIMESTAMP" },
      finding: { code: "column/type-changed", severity: "error", subject: "orders.ordered_at" },
    },
    {
      what: "the author's SQL gives another type than is declared",
      given: { yaml: ["upper(sku) as sku", "42 as sku"] },
      finding: {
        code: "column/type-changed",
        subject: "order_lines.sku",
        line: lineOf("columns: { order_id: int, line"),
      },
    },
    {
      what: "a column has become another kind of number, which answers survive",
      given: { sql: "ALTER TABLE shop.orders ALTER COLUMN amount TYPE BIGINT" },
      finding: { code: "column/other-number", severity: "warning", subject: "orders.amount" },
    },
    {
      what: "a key is repeated",
      given: { sql: "INSERT INTO shop.orders VALUES (1, 1, 7, NULL), (2, 1, 7, NULL), (2, 1, 7, NULL)" },
      finding: {
        code: "key/repeated",
        severity: "error",
        subject: "orders.order_id",
        message: "order_id is not unique: 2 values stand in 5 rows.",
        line: lineOf("model: orders"),
        evidence: { rows: 6, nullRows: 0, repeatedKeys: 2, repeatedRows: 5 },
      },
    },
    {
      what: "a composite key is repeated",
      given: { sql: "INSERT INTO shop.lines VALUES (1, 2, 'c')" },
      finding: {
        code: "key/repeated",
        subject: "order_lines.order_id+line_no",
        message: "(order_id, line_no) is not unique: 1 value stands in 2 rows.",
      },
    },
    {
      what: "a calendar has a day twice",
      given: { sql: "INSERT INTO shop.days VALUES ('2026-01-02', '2025-02-01')" },
      finding: { code: "key/repeated", subject: "days.day" },
    },
    {
      what: "a primary key is NULL",
      given: { sql: "INSERT INTO shop.customers VALUES (NULL, 'EMEA'), (NULL, 'AMER')" },
      finding: {
        code: "key/null",
        severity: "error",
        subject: "customers.customer_id",
        message: "customer_id is NULL in 2 rows.",
        evidence: { rows: 4, nullRows: 2, repeatedKeys: 0, repeatedRows: 0 },
      },
    },
    {
      what: "some foreign keys find no partner",
      given: { sql: "INSERT INTO shop.orders VALUES (4, 7, 1, NULL), (5, 7, 1, NULL), (6, 8, 1, NULL)" },
      finding: {
        code: "join/orphans",
        severity: "warning",
        subject: "orders.customer_id",
        message: "60.0 % of rows have a customer_id that customers does not have: 3 rows, 2 values.",
        line: lineOf("  customer: customer_id"),
        evidence: { rows: 5, orphanRows: 3, orphanKeys: 2 },
      },
    },
    {
      what: "no foreign key finds a partner",
      given: { sql: "UPDATE shop.orders SET customer_id = customer_id + 100" },
      finding: { code: "join/no-partner", severity: "error", subject: "orders.customer_id" },
    },
    {
      what: "two keys that should join are declared as a number and a text",
      given: {
        sql: "ALTER TABLE shop.customers ALTER COLUMN customer_id TYPE VARCHAR",
        yaml: ["  customer_id: int\n  region", "  customer_id: string\n  region"],
      },
      finding: { code: "join/types-differ", severity: "error", line: lineOf("  customer: customer_id") },
    },
    {
      what: "the periods of a history overlap",
      given: { sql: "INSERT INTO shop.prices VALUES ('b', 8, '2025-01-01', '2025-07-01')" },
      finding: {
        code: "history/overlap",
        severity: "error",
        subject: "prices",
        message: "1 row still holds when the next of the same sku starts.",
        line: lineOf("  valid_from: { type: time"),
      },
    },
    {
      what: "a period of a history ends before it starts",
      given: { sql: "INSERT INTO shop.prices VALUES ('c', 8, '2025-07-01', '2025-01-01')" },
      finding: { code: "history/inverted", severity: "error", message: "1 row ends before it starts." },
    },
  ])("$what: one finding says so", async ({ given, finding }) => {
    const found = problems(await examineShop(engine, given));
    expect(found).toEqual([expect.objectContaining(finding)]);
    expect(found[0]?.file).toBe("metrics/fixture.yaml");
  });

  test("a unique key may be NULL, but is doubted", async () => {
    const found = await examineShop(engine, {
      sql: "INSERT INTO shop.customers VALUES (3, NULL)",
      yaml: ["  region: string\nentities:", "  region: string\nentities:\n  home: { type: unique, key: region }"],
    });
    expect(problems(found)).toMatchObject([{ code: "key/null", severity: "warning", subject: "customers.region" }]);
  });

  test("what is no type of ours is text in an answer, and may be declared so", async () => {
    const found = await examineShop(engine, {
      sql: `CREATE TYPE shop.region AS ENUM ('EMEA', 'APAC');
        ALTER TABLE shop.customers ALTER COLUMN region TYPE shop.region USING region::shop.region;
        ALTER TABLE shop.prices ALTER COLUMN price TYPE TIME USING NULL;`,
    });
    expect(problems(found)).toMatchObject([{ code: "column/type-changed", subject: "prices.price" }]);
  });

  test("what a table repeats for each partition is unique within one", async () => {
    const sql = "ALTER TABLE shop.customers ADD COLUMN loaded DATE; UPDATE shop.customers SET loaded = '2026-01-01';";
    const yaml: Case["yaml"] = [
      "primary_key: customer_id\ncolumns:\n  customer_id: int\n  region: string\nentities:\n  customer: primary\n",
      `columns: { customer_id: int, region: string, loaded: date }
entities: { customer: { type: primary, key: customer_id } }
dimensions: { loaded: { type: time, grain: day, partition: true } }
`,
    ];
    const again = "INSERT INTO shop.customers SELECT customer_id, region, '2026-01-02' FROM shop.customers;";
    expect(problems(await examineShop(engine, { sql: sql + again, yaml }))).toEqual([]);
    expect(problems(await examineShop(engine, { sql: sql + again + again, yaml }))).toMatchObject([
      { code: "key/repeated", subject: "customers.customer_id+loaded" },
    ]);
  });

  test("a key that only a table of history has is looked for there", async () => {
    const yaml: Case["yaml"] = [
      "  order: order_id\n---",
      "  order: order_id\n  sku: { type: foreign, key: lower(sku) }\n---",
    ];
    const found = await examineShop(engine, { sql: "INSERT INTO shop.lines VALUES (3, 2, 'z')", yaml });
    expect(problems(found)).toMatchObject([
      { code: "join/orphans", subject: "order_lines.lower(sku)", evidence: { rows: 4, orphanRows: 1, orphanKeys: 1 } },
    ]);
  });

  test("keys may be expressions", async () => {
    const found = await examineShop(engine, {
      sql: "INSERT INTO shop.customers VALUES (3, 'emea')",
      yaml: [
        "  region: string\nentities:",
        "  region: string\nentities:\n  home: { type: unique, key: lower(region) }",
      ],
    });
    expect(problems(found)).toMatchObject([{ code: "key/repeated", subject: "customers.lower(region)" }]);
  });

  test("a value that stops a check is not repeated", async () => {
    const found = await examineShop(engine, {
      yaml: ["  customer: primary\n", "  customer: primary\n  area: { type: unique, key: cast(region as int) }\n"],
    });
    expect(problems(found)).toEqual([
      expect.objectContaining({
        code: "check/failed",
        message:
          "It cannot be told whether CAST(region AS int) is unique: A value cannot be converted to the type that it is cast to.",
      }),
    ]);
  });

  describe("freshness", () => {
    const promise = (text: string): Case => ({ yaml: ["primary_key: order_id\n", `primary_key: order_id\n${text}\n`] });

    test.each([
      ["freshness: { column: ordered_at, warn_after: 1 hour, error_after: 23 hours }", "error", "24 hours", "23 hours"],
      [
        "freshness: { column: ordered_at, warn_after: 23 hours, error_after: 1 week }",
        "warning",
        "24 hours",
        "23 hours",
      ],
    ])("%s is broken: %s", async (text, severity, age, limit) => {
      expect(problems(await examineShop(engine, promise(text)))).toEqual([
        expect.objectContaining({
          code: "freshness/stale",
          severity,
          subject: "orders",
          message: `The latest rows are ${age} old (2026-01-07T10:00:00Z); at most ${limit} are promised.`,
          line: 4,
          evidence: { ageMs: 86_400_000 },
        }),
      ]);
    });

    test("rows as old as is promised are fresh", async () => {
      const found = await examineShop(engine, promise("freshness: { column: ordered_at, error_after: 24 hours }"));
      expect(problems(found)).toEqual([]);
      expect(found).toContainEqual(expect.objectContaining({ code: "freshness/fresh", subject: "orders" }));
    });

    test("a column without a value and a table that nobody remembers are doubted", async () => {
      const empty = await examineShop(engine, {
        ...promise("freshness: { column: ordered_at, error_after: 1 day }"),
        sql: "UPDATE shop.orders SET ordered_at = NULL",
      });
      expect(problems(empty)).toMatchObject([{ code: "freshness/unknown", severity: "warning" }]);
      const probed = await examineShop(engine, promise("cache: { refresh: probe }"));
      expect(problems(probed)).toMatchObject([
        {
          code: "freshness/unknown",
          line: 4,
          message: expect.stringContaining("With refresh: probe no answer from them is ever kept."),
          help: expect.stringContaining("name a column"),
        },
      ]);
      expect(
        problems(await examineShop(engine, promise("cache: { refresh: probe }\nfreshness: { column: ordered_at }"))),
      ).toEqual([]);
      const forgotten = await examineShop(engine, promise("freshness: { error_after: 1 day }"));
      expect(problems(forgotten)).toMatchObject([{ code: "freshness/unknown", severity: "warning" }]);
    });

    test("the rows of an author's SELECT have an age too", async () => {
      const declared = await examineShop(engine, {
        yaml: [
          "sql: select order_id, line_no, upper(sku) as sku from shop.lines\nprimary_key: [order_id, line_no]\ncolumns: { order_id: int, line_no: int, sku: string }\n",
          "sql: select order_id, line_no, sku, cast('2026-01-06' as date) as loaded from shop.lines\nprimary_key: [order_id, line_no]\nfreshness: { column: loaded, error_after: 2 days }\n",
        ],
      });
      expect(problems(declared)).toMatchObject([
        { code: "freshness/stale", evidence: { ageMs: 2 * 86_400_000 + 36_000_000 } },
      ]);
    });
  });

  describe("large tables", () => {
    /** Of 4,000 orders every tenth is there twice, the second time far away from the first. */
    const many = `DELETE FROM shop.lines; DELETE FROM shop.orders;
      INSERT INTO shop.orders SELECT n, 1 + n % 4, 1, NULL FROM generate_series(1, 4000) AS t(n);
      INSERT INTO shop.orders SELECT n * 10, 1, 1, NULL FROM generate_series(1, 400) AS t(n);
      ${engine === "postgres" ? "ANALYZE;" : ""}`;

    test("a sample of the keys is looked at, with all the rows of each", async () => {
      const [repeated, orphans] = problems(await examineShop(engine, { sql: many, manyRows: 500 }));
      expect(repeated?.message).toMatch(
        /^order_id is not unique: \d+ values stand in \d+ rows \(sampled \d+ rows of ~4,40\d\)\.$/,
      );
      const { rows = 0, repeatedKeys = 0, repeatedRows } = repeated?.evidence ?? {};
      expect(rows).toBeGreaterThan(100);
      expect(rows).toBeLessThan(500);
      expect(repeatedKeys).toBeGreaterThan(5);
      expect(repeatedRows).toBe(2 * repeatedKeys);
      // Of the few customers a sample would hold next to none, so all of them are looked at.
      expect(orphans).toMatchObject({
        code: "join/orphans",
        evidence: { rows: 4400, orphanRows: 2000, orphanKeys: 2 },
      });
    });

    test("--full looks at every row", async () => {
      const found = problems(await examineShop(engine, { sql: many, manyRows: 500, isFull: true }));
      expect(found.map(({ message }) => message)).toEqual([
        "order_id is not unique: 400 values stand in 800 rows.",
        "45.5 % of rows have a customer_id that customers does not have: 2,000 rows, 2 values.",
      ]);
    });
  });
});

describe("grants", () => {
  test("a role that may write is told to have too many rights, naming them once", async () => {
    const found = await examineShop("postgres", {
      grants: (role) => `${readEverything(role)} GRANT INSERT ON shop.orders, shop.lines, shop.days TO ${role};`,
    });
    expect(problems(found)).toEqual([
      expect.objectContaining({
        code: "grant/can-write",
        severity: "warning",
        message: expect.stringMatching(/^"reader_of_\w+" can write to shop\.orders, shop\.days; reading is all/),
        help: expect.stringMatching(
          /SELECT only: REVOKE INSERT, UPDATE, DELETE, TRUNCATE ON shop\.orders, shop\.days FROM/,
        ),
      }),
    ]);
  });

  test("a table that may not be read is named with the grant that is missing, and not asked", async () => {
    const found = await examineShop("postgres", {
      grants: (role) => `${readEverything(role)} REVOKE SELECT ON shop.orders FROM ${role};`,
    });
    expect(problems(found)).toEqual([
      expect.objectContaining({
        code: "grant/cannot-read",
        severity: "error",
        subject: "orders",
        message: expect.stringMatching(/^"reader_of_\w+" may not read shop\.orders\.$/),
        help: expect.stringMatching(/GRANT SELECT ON shop\.orders TO reader_of_\w+;$/),
        line: 1,
      }),
    ]);
  });

  test("names that PostgreSQL would read otherwise are in quotes, so that the grant can be pasted", async () => {
    const found = await examineShop("postgres", {
      sql: 'ALTER TABLE shop.orders RENAME TO "Orders-2"',
      yaml: ["table: shop.orders", "table: shop.Orders-2"],
      grants: (role) => `${readEverything(role)} REVOKE SELECT ON shop."Orders-2" FROM ${role};`,
    });
    expect(problems(found)).toMatchObject([
      { code: "grant/cannot-read", help: expect.stringContaining('GRANT SELECT ON shop."Orders-2" TO ') },
    ]);
  });

  test("so is what an author's SQL may not read", async () => {
    const found = await examineShop("postgres", {
      grants: (role) => `${readEverything(role)} REVOKE SELECT ON shop.lines FROM ${role};`,
    });
    expect(problems(found)).toMatchObject([
      {
        code: "grant/cannot-read",
        severity: "error",
        subject: "order_lines",
        message: "Our user may not read what its SQL reads.",
        help: "grant our user the right to read every table that the SQL names",
      },
    ]);
  });

  test("a grant on some columns only is found where the others are read", async () => {
    const found = await examineShop("postgres", {
      grants: (role) =>
        `${readEverything(role)} REVOKE SELECT ON shop.customers FROM ${role}; GRANT SELECT (region) ON shop.customers TO ${role};`,
    });
    expect(problems(found)).toEqual([
      expect.objectContaining({
        code: "grant/cannot-read",
        severity: "error",
        subject: "customers",
        message: expect.stringMatching(/^"\w+" may not read shop\.customers\.$/),
        help: expect.stringMatching(/; GRANT SELECT ON shop\.customers TO \w+;$/),
      }),
    ]);
  });

  test("a DuckDB file that is opened to be written is doubted", async () => {
    const found = await examineShop("duckdb", { warehouse: { duckdb: { access: "read-write" } } });
    expect(problems(found)).toMatchObject([
      { code: "grant/can-write", severity: "warning", help: "open the file read-only", file: null },
    ]);
  });
});
