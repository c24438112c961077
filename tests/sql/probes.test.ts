import { expect, test } from "vitest";
import { call, ref } from "../../src/expression/index.ts";
import { type KeyedRows, probeHistory, probePartners, probeReading, probeUniqueness } from "../../src/sql/index.ts";

const orders: KeyedRows = {
  rows: { name: "orders", source: { kind: "table", path: ["acme", "shop", "orders"] }, typeOf: () => "string" },
  key: [ref("tenant"), call("lower", ref("code"))],
};
const codes: KeyedRows = {
  rows: { name: "codes", source: { kind: "sql", text: "select 1 -- all", file: "codes.yaml" }, typeOf: () => "string" },
  key: [ref("tenant"), ref("code")],
};

test("a key is told to be unique by its groups, in a sample by their digests, with what lacks a part", () => {
  expect(probeUniqueness("bigquery", orders, { zeros: 2 }).text).toMatchInlineSnapshot(`
    "select
      coalesce(cast(sum(n) as int64), 0) as row_count,
      coalesce(cast(sum(case when key_1 is null or key_2 is null then n else 0 end) as int64), 0) as null_rows,
      coalesce(cast(sum(case when n > 1 and not (key_1 is null or key_2 is null) then 1 else 0 end) as int64), 0) as repeated_keys,
      coalesce(cast(sum(case when n > 1 and not (key_1 is null or key_2 is null) then n else 0 end) as int64), 0) as repeated_rows
    from (
      select key_1, key_2, count(*) as n
      from (
        select orders.tenant as key_1, lower(orders.code) as key_2
        from acme.shop.orders as orders
      ) as keyed_rows
      where (key_1 is null or key_2 is null) or left(to_hex(sha256(concat(cast(key_1 as string), '|', cast(key_2 as string)))), 2) = '00'
      group by key_1, key_2
    ) as key_groups"
  `);
});

test("keys are looked for among the distinct ones of their partner", () => {
  expect(probePartners("bigquery", orders, codes, { zeros: 0 }).text).toMatchInlineSnapshot(`
    "select
      coalesce(cast(sum(n) as int64), 0) as row_count,
      coalesce(cast(sum(case when partners.key_1 is null then n else 0 end) as int64), 0) as orphan_rows,
      coalesce(cast(sum(case when partners.key_1 is null then 1 else 0 end) as int64), 0) as orphan_keys
    from (
      select key_1, key_2, count(*) as n
      from (
        select orders.tenant as key_1, lower(orders.code) as key_2
        from acme.shop.orders as orders
      ) as keyed_rows
      where not (key_1 is null or key_2 is null) and true
      group by key_1, key_2
    ) as key_groups
    left join (
      select distinct key_1, key_2
      from (
        select codes.tenant as key_1, codes.code as key_2
        from (
    select 1 -- all
    ) as codes
      ) as keyed_rows
      where not (key_1 is null or key_2 is null)
    ) as partners on key_groups.key_1 = partners.key_1 and key_groups.key_2 = partners.key_2"
  `);
});

test("each row of a history is held against the next of its key", () => {
  const validity = { start: ref("from"), end: ref("to") };
  expect(
    probeHistory("bigquery", { ...codes, key: [ref("code")] }, validity, { zeros: 1 }).text,
  ).toMatchInlineSnapshot(`
    "select
      count(*) as row_count,
      coalesce(cast(sum(case when valid_to < valid_from then 1 else 0 end) as int64), 0) as inverted_rows,
      coalesce(cast(sum(case when next_from is not null and (valid_to is null or valid_to > next_from) then 1 else 0 end) as int64), 0) as overlapping_rows
    from (
      select valid_from, valid_to, lead(valid_from) over (partition by key_1 order by valid_from) as next_from
      from (
        select codes.code as key_1, codes.\`from\` as valid_from, codes.\`to\` as valid_to
        from (
    select 1 -- all
    ) as codes
      ) as keyed_rows
      where not (key_1 is null) and left(to_hex(sha256(cast(key_1 as string))), 1) = '0'
    ) as periods"
  `);
});

test("a table is read by the columns that are wanted, or by none", () => {
  expect(probeReading("postgres", orders.rows, ["tenant", "Code"]).text).toBe(
    'select orders.tenant, orders."Code" from acme.shop.orders as orders',
  );
  expect(probeReading("duckdb", orders.rows, []).text).toBe("select 1 as one from acme.shop.orders as orders");
});
