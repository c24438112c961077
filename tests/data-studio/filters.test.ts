import { describe, expect, test } from "vitest";
import { CHANNELS } from "./definitions.ts";
import { type Chart, type ChartFilter, refusalOf, rowsOf, useShops } from "./fixture.ts";

const shops = useShops();

const DAY = "cast({ordered} as date)";

/** A filter, and the condition that is true for the rows it includes, written by hand; NULL for rows without a value. */
const INCLUDED: readonly (readonly [ChartFilter, string])[] = [
  [["order__region", "EQUALS", ["EMEA"]], "o.region = 'EMEA'"],
  [["order__region", "IN_LIST", ["EMEA", "AMER", "EMEA"]], "o.region in ('EMEA', 'AMER')"],
  [["order__region", "BETWEEN", ["AMER", "APZZ"]], "o.region in ('AMER', 'APAC')"],
  [["order__channel", "EQUALS", ["web"]], "o.channel = 'web'"],
  [["order__channel", "EQUALS", [""]], "o.channel = ''"],
  [["order__channel", "CONTAINS", ["%"]], "strpos(o.channel, '%') > 0"],
  [["order__channel", "CONTAINS", ["a_b"]], "o.channel = 'a_b'"],
  [["order__channel", "CONTAINS", ["\\"]], "strpos(o.channel, '\\') > 0"],
  [["order__channel", "CONTAINS", ["'"]], "strpos(o.channel, '''') > 0"],
  [["order__channel", "CONTAINS", ["$5.00"]], "o.channel = 'cost $5.00'"],
  [["order__channel", "REGEXP_PARTIAL_MATCH", ["cost [$]5.00"]], "o.channel in ('cost $5.00', 'cost $5x00')"],
  [["order__channel", "REGEXP_PARTIAL_MATCH", ["\\$5\\.00"]], "o.channel = 'cost $5.00'"],
  [["order__channel", "REGEXP_PARTIAL_MATCH", ["eb"]], "o.channel = 'web'"],
  [["order__channel", "REGEXP_EXACT_MATCH", ["eb"]], "o.channel = 'never'"],
  [["order__channel", "REGEXP_EXACT_MATCH", ["web|a_b"]], "o.channel in ('web', 'a_b')"],
  [["order__channel", "REGEXP_EXACT_MATCH", ["a.b"]], "o.channel in ('a_b', 'axb')"],
  [["order__priority", "EQUALS", ["2"]], "o.priority = 2"],
  [["order__priority", "IN_LIST", ["0", "4.0", "7"]], "o.priority in (0, 4)"],
  [["order__priority", "BETWEEN", ["1", "3"]], "o.priority >= 1 and o.priority <= 3"],
  [["order__priority", "NUMERIC_GREATER_THAN", ["2"]], "o.priority > 2"],
  [["order__priority", "NUMERIC_GREATER_THAN_OR_EQUAL", ["2"]], "o.priority >= 2"],
  [["order__priority", "NUMERIC_LESS_THAN", ["2.5"]], "o.priority < 2.5"],
  [["order__priority", "EQUALS", ["1e0"]], "o.priority = 1"],
  [["order__priority", "NUMERIC_LESS_THAN_OR_EQUAL", ["-1"]], "o.priority <= -1"],
  [["order__discount", "EQUALS", ["0.13"]], "o.discount = 0.13"],
  [["order__discount", "NUMERIC_GREATER_THAN", ["0.2"]], "o.discount > 0.2"],
  [["order__is_gift", "EQUALS", ["true"]], "o.is_gift"],
  [["order__is_gift", "IN_LIST", ["false"]], "not o.is_gift"],
  [["order__shipped_on__day", "EQUALS", ["20260310"]], "o.shipped_on = date '2026-03-10'"],
  [
    ["order__shipped_on__day", "BETWEEN", ["2026-03-01", "20260331"]],
    "o.shipped_on between date '2026-03-01' and date '2026-03-31'",
  ],
  [["order__shipped_on__month", "EQUALS", ["202603"]], "date_trunc('month', o.shipped_on) = date '2026-03-01'"],
  [
    ["order__shipped_on__week", "IN_LIST", ["202653", "202701"]],
    "o.shipped_on between date '2026-12-28' and date '2027-01-10'",
  ],
  [["customer__segment", "EQUALS", ["big"]], "c.segment = 'big'"],
  [["metric_time__year", "EQUALS", ["2027"]], `${DAY} >= date '2027-01-01'`],
  [["metric_time__quarter", "EQUALS", ["20261"]], `${DAY} between date '2026-01-01' and date '2026-03-31'`],
  [
    ["metric_time__month", "IN_LIST", ["202602", "2026-12-01"]],
    `extract(month from ${DAY}) in (2, 12) and ${DAY} > date '2026-01-01'`,
  ],
  [["metric_time__week", "EQUALS", ["202653"]], `${DAY} between date '2026-12-28' and date '2027-01-03'`],
  [["metric_time__day", "NUMERIC_LESS_THAN", ["20260301"]], `${DAY} < date '2026-03-01'`],
  [
    ["metric_time__second", "EQUALS", ["20270103140509"]],
    "o.ordered_at = timestamp with time zone '2027-01-03 14:05:09+00'",
  ],
  [["metric_time__extract_dow", "EQUALS", ["0"]], "extract(dow from {ordered}) = 0"],
  [["metric_time__extract_dow", "BETWEEN", ["0", "3"]], "extract(dow from {ordered}) <= 3"],
  [["metric_time__extract_dow", "NUMERIC_GREATER_THAN", ["5"]], "extract(dow from {ordered}) = 6"],
  [["metric_time__extract_month", "EQUALS", ["03"]], "extract(month from {ordered}) = 3"],
  [["metric_time__extract_quarter", "IN_LIST", ["1", "4"]], "extract(quarter from {ordered}) in (1, 4)"],
  [["metric_time__fiscal_quarter", "EQUALS", ["2026-02-01"]], `${DAY} between date '2026-02-01' and date '2026-04-30'`],
];

const FROM = "from orders o left join customers c on c.customer_id = o.customer_id";

/** Numbers that show every row that is there too much or too little, and some that do not add up. */
const FIELDS = ["revenue", "buyers", "cost_share", "orders"];
const VALUES =
  "sum(amount), count(distinct o.customer_id), sum(cost) / cast(nullif(sum(amount), 0) as double precision), nullif(count(*), 0)";

describe.each(INCLUDED)("%j", (filter, condition) => {
  test("keeps what it says, as SQL by hand does", async () => {
    const filters = [[filter]];
    expect(await rowsOf(shops, { fields: FIELDS, filters })).toEqual(
      await shops.sql(`select ${VALUES} ${FROM} where ${condition}`),
    );
    const byChannel = await shops.sql(`select channel, ${VALUES} ${FROM} where ${condition} group by 1`);
    expect(await rowsOf(shops, { fields: ["order__channel", ...FIELDS], filters })).toEqual(byChannel);
  });

  test("excluded, keeps all others, those without a value too", async () => {
    const [field, operator, values = []] = filter;
    const filters = [[[field, operator, values, "EXCLUDE"]]] as const;
    const expected = await shops.sql(`select ${VALUES} ${FROM} where (${condition}) is not true`);
    expect(await rowsOf(shops, { fields: FIELDS, filters })).toEqual(expected);
  });
});

test("every channel there is can be filtered by, and finds its own rows", async () => {
  for (const channel of CHANNELS) {
    const filters: Chart["filters"] = [
      [channel === null ? ["order__channel", "IS_NULL"] : ["order__channel", "EQUALS", [channel]]],
    ];
    const [row, another] = await rowsOf(shops, { fields: ["order__channel", "orders"], filters });
    const quoted = channel === null ? "is null" : `= '${channel.replaceAll("'", "''")}'`;
    expect([row, another]).toEqual([
      ...(await shops.sql(`select channel, count(*) from orders where channel ${quoted} group by 1`)),
      undefined,
    ]);
  }
});

describe("IS_NULL", () => {
  test("keeps the rows without a value, and EXCLUDE drops them", async () => {
    for (const [field, column] of [
      ["order__region", "region"],
      ["order__priority", "priority"],
      ["order__is_gift", "is_gift"],
      ["order__shipped_on__month", "shipped_on"],
      ["customer__segment", "c.segment"],
    ] as const) {
      for (const [type, test] of [
        ["INCLUDE", "is null"],
        ["EXCLUDE", "is not null"],
      ] as const) {
        const expected = await shops.sql(`select ${VALUES} ${FROM} where ${column} ${test}`);
        expect(await rowsOf(shops, { fields: FIELDS, filters: [[[field, "IS_NULL", [], type]]] })).toEqual(expected);
      }
    }
  });
});

describe("several filters", () => {
  test("hold together, and the alternatives of a group one by one, each negated for itself", async () => {
    const filters: Chart["filters"] = [
      [
        ["order__channel", "CONTAINS", ["O'Brien"]],
        ["order__region", "IN_LIST", ["EMEA", "APAC"], "EXCLUDE"],
      ],
      [
        ["order__priority", "NUMERIC_GREATER_THAN", ["0"]],
        ["order__priority", "IS_NULL"],
      ],
      [["order__is_gift", "EQUALS", ["true"], "EXCLUDE"]],
    ];
    const expected = await shops.sql(`
      select region, ${VALUES} ${FROM}
      where (channel = 'O''Brien' or region is null or region not in ('EMEA', 'APAC'))
        and (priority > 0 or priority is null) and is_gift is not true group by 1`);
    expect(expected.length).toBeGreaterThan(1);
    expect(await rowsOf(shops, { fields: ["order__region", ...FIELDS], filters })).toEqual(expected);
  });

  test("work on fields that are for filters only, or are asked for nowhere", async () => {
    const filters: Chart["filters"] = [[["order__region", "EQUALS", ["EMEA"]]]];
    const expected = await shops.sql(`select ${VALUES} ${FROM} where region = 'EMEA'`);
    expect(await rowsOf(shops, { fields: FIELDS, filters })).toEqual(expected);
    const fields = [{ name: "order__region", forFilterOnly: true }, ...FIELDS];
    expect(await rowsOf(shops, { fields, filters })).toEqual(expected);
  });
});

describe("a filter that cannot be applied exactly", () => {
  const refused: readonly (readonly [ChartFilter, string])[] = [
    [["revenue", "NUMERIC_GREATER_THAN", ["1"]], "a metric cannot be filtered by"],
    [["order__priority", "EQUALS", ["two"]], '"two" is no value of this field (NUMBER)'],
    [["order__priority", "NUMERIC_LESS_THAN", ["1; drop table orders"]], "is no value of this field"],
    [["order__priority", "EQUALS", ["1e-999"]], '"1e-999" is no value of this field (NUMBER)'],
    [["order__priority", "EQUALS", [`0.${"0".repeat(400)}1`]], "is no value of this field (NUMBER)"],
    [["order__discount", "NUMERIC_LESS_THAN", ["1e309"]], '"1e309" is no value of this field (NUMBER)'],
    [["order__discount", "NUMERIC_GREATER_THAN", ["-1e309"]], "is no value of this field (NUMBER)"],
    [["order__priority", "CONTAINS", ["1"]], "only texts can be searched"],
    [["order__shipped_on__day", "REGEXP_PARTIAL_MATCH", ["2026"]], "only texts can be searched"],
    [["order__shipped_on__day", "EQUALS", ["2026-02-30"]], "is no value of this field"],
    [["metric_time__week", "EQUALS", ["202554"]], "is no value of this field"],
    [["metric_time__day", "EQUALS", ["0000-01-01"]], "is no value of this field"],
    [["metric_time__year", "NUMERIC_GREATER_THAN", ["0000"]], "is no value of this field"],
    [["metric_time__second", "EQUALS", ["2026-01-01"]], "is no value of this field"],
    [["metric_time__extract_dow", "EQUALS", ["7"]], "is no value of this field"],
    [["order__is_gift", "EQUALS", ["maybe"]], "is no value of this field"],
    [["order__is_gift", "BETWEEN", ["false", "true"]], "the field has no order"],
    [["order__region", "NUMERIC_GREATER_THAN", ["1"]], "the field has no numbers"],
    [["order__region", "EQUALS", []], "it takes one value, not 0"],
    [["order__region", "EQUALS", ["a", "b"]], "it takes one value, not 2"],
    [["order__region", "BETWEEN", ["a"]], "it takes two values, not 1"],
    [["order__region", "IN_LIST", []], "it takes at least one value, not 0"],
    [["order__region", "IS_NULL", ["x"]], "it takes no value, not 1"],
    [["order__region", "EQUALS", ["a\0b"]], "is no value of this field"],
    [["order__region", "EQUALS", ["a\ud800b"]], "is no value of this field"],
    [["order__channel", "REGEXP_PARTIAL_MATCH", ["(?<=a)b"]], "the regular expression cannot be used"],
    [["order__channel", "REGEXP_EXACT_MATCH", ["a)|(b"]], "the regular expression cannot be used"],
    [["order__channel", "REGEXP_PARTIAL_MATCH", ["("]], "the regular expression cannot be used"],
  ];

  test.each(refused)("is refused with its name: %j", async (filter, reason) => {
    const { code, message } = await refusalOf(shops, { fields: ["orders"], filters: [[filter]] });
    expect([code, message]).toEqual(["INVALID_FILTER", expect.stringContaining(reason)]);
    expect(message).toContain(`The filter INCLUDE ${filter[1]} on the field "${filter[0]}" cannot be applied`);
    expect(message.toWellFormed()).toBe(message);
  });

  test("as is a group without a condition", async () => {
    expect(await refusalOf(shops, { fields: ["orders"], filters: [[]] })).toMatchObject({ code: "INVALID_FILTER" });
  });

  test("and one that is longer than what is read, by its own name", async () => {
    const long: ChartFilter = [
      "order__channel",
      "IN_LIST",
      Array.from({ length: 500 }, (_, i) => `Some channel no. ${i}`),
    ];
    const filters: Chart["filters"] = [[["order__region", "EQUALS", ["EMEA"]]], [["order__region", "IS_NULL"], long]];
    const { code, message, path } = await refusalOf(shops, { fields: ["orders"], filters });
    expect([code, path]).toEqual(["INVALID_FILTER", ["dimensionsFilters", "1", "1"]]);
    expect(message).toContain(
      'The filter INCLUDE IN_LIST on the field "order__channel" cannot be applied: it is longer',
    );
    expect(message).not.toContain("Some channel");
  });

  test("and one on a field that is not there", async () => {
    const { message } = await refusalOf(shops, { fields: ["orders"], filters: [[["order__colour", "IS_NULL"]]] });
    expect(message).toContain('There is no field "order__colour"');
  });

  test("or more filters and values than any report has", async () => {
    const one: ChartFilter = ["order__region", "IS_NULL"];
    for (const filters of [
      Array.from({ length: 101 }, () => [one]),
      [Array.from({ length: 201 }, () => one)],
      [[["order__region", "IN_LIST", Array.from({ length: 2_001 }, String)] as const]],
    ]) {
      expect(await refusalOf(shops, { fields: ["orders"], filters })).toMatchObject({ code: "LIMIT_EXCEEDED" });
    }
    const most: Chart["filters"] = [[["order__region", "IN_LIST", Array.from({ length: 2_000 }, String)]]];
    expect(await rowsOf(shops, { fields: ["buyers"], filters: most })).toEqual([["0"]]);
  });
});
