import { describe, expect, test } from "vitest";
import { planQuery } from "../../src/engine/index.ts";
import { shareOf } from "../../src/engine/share.ts";
import { OPERATOR, type Principal } from "../../src/identity/index.ts";
import { parseRequest } from "../../src/request/index.ts";
import { principal, shopWith } from "../policy/support.ts";
import type { Question } from "../support/shop.ts";

const POLICY = `policy: orders
roles:
  analyst: { rows: tenant = claim('tenant'), fields: all }
  helper: { rows: tenant = claim('tenant'), fields: all }
  masked: { rows: tenant = claim('tenant'), fields: all, masks: { region: hash } }
  nulled: { rows: tenant = claim('tenant'), fields: all, masks: { region: null } }
  boss: { rows: all, fields: all }
  lister: { rows: region in (claim('regions')), fields: all }
---
policy: buyers
roles: { analyst: { rows: all, fields: all }, boss: { rows: all, fields: all } }`;
const catalog = shopWith(POLICY);
const ann = principal(["analyst"], { tenant: "T1" });

interface Asked {
  readonly q: Question;
  readonly who?: Principal;
  readonly hashKey?: string;
  readonly limits?: object;
}

function keyOf({ q, who = OPERATOR, hashKey = "k", limits }: Asked): string {
  const planned = planQuery(catalog, "duckdb", parseRequest(q), who, { hashKey });
  return shareOf(planned, limits, {}).key;
}

const region = [{ name: "order__region" }];
const byDay = [{ name: "metric_time", grain: "day" }];
const range = { start: "2026-01-01", end: "2026-02-01" };
const base: Question = { metrics: ["revenue"], groupBy: region };
const where = (...conditions: string[]): Asked => ({ q: { ...base, where: conditions } });
const plain = (more: Question): Asked => ({ q: { ...base, ...more } });

const EQUAL: readonly (readonly [string, Asked, Asked])[] = [
  [
    "a condition on the only metric",
    plain({ metrics: [{ name: "revenue", where: ["order__region = 'a'"] }] }),
    where("order__region = 'a'"),
  ],
  ["another name for a metric", plain({}), plain({ metrics: [{ name: "revenue", as: "earned" }] })],
  ["the order of metrics", plain({ metrics: ["revenue", "cost"] }), plain({ metrics: ["cost", "revenue"] })],
  ["a metric twice", plain({}), plain({ metrics: ["revenue", { name: "revenue", as: "again" }] })],
  [
    "names and order at once",
    plain({ metrics: ["revenue", "cost"] }),
    plain({
      metrics: [
        { name: "cost", as: "revenue" },
        { name: "revenue", as: "cost" },
      ],
    }),
  ],
  ["null and nothing", plain({}), plain({ limit: null, where: null, having: null, orderBy: null })],
  ["empty lists and nothing", plain({}), plain({ where: [], having: [], orderBy: [] })],
  ["no offset", plain({ limit: 5 }), plain({ limit: 5, offset: 0 })],
  ["the zone that holds anyhow", plain({}), plain({ timeZone: "UTC" })],
  ["roles that grant the same", { q: base, who: ann }, { q: base, who: principal(["helper"], { tenant: "T1" }) }],
  [
    "another person of the same rights",
    { q: base, who: ann },
    {
      q: base,
      who: {
        ...ann,
        kind: "user",
        issuer: "x",
        subject: "other",
        name: "o",
        roles: ["analyst"],
        claims: { tenant: "T1" },
      },
    },
  ],
  [
    "claims that no policy reads",
    { q: base, who: ann },
    { q: base, who: principal(["analyst"], { tenant: "T1", number: 4 }) },
  ],
  [
    "roles that nothing knows",
    { q: base, who: ann },
    { q: base, who: principal(["analyst", "unknown"], { tenant: "T1" }) },
  ],
  [
    "the order of a claim's list, told by policy",
    { q: base, who: principal(["lister"], { regions: ["a", "b"] }) },
    { q: base, who: principal(["lister"], { regions: ["b", "a"] }) },
  ],
  [
    "a list with a value twice",
    { q: base, who: principal(["lister"], { regions: ["a", "b"] }) },
    { q: base, who: principal(["lister"], { regions: ["a", "b", "a"] }) },
  ],
  [
    "an order of metrics below groups",
    plain({ metrics: ["revenue", "cost"], limit: 3 }),
    plain({ metrics: ["cost", "revenue"], limit: 3 }),
  ],
  [
    "the name in an order",
    plain({ orderBy: [{ name: "revenue", direction: "desc" }] }),
    plain({ metrics: [{ name: "revenue", as: "x" }], orderBy: [{ name: "x", direction: "desc" }] }),
  ],
  ...(
    [
      [
        "the order of conditions",
        ["order__region = 'a'", "order__status = 'b'"],
        ["order__status = 'b'", "order__region = 'a'"],
      ],
      ["a condition twice", ["order__region = 'a'"], ["order__region = 'a'", "order__region = 'a'"]],
      [
        "and, or a list",
        ["order__region = 'a' and order__status = 'b'"],
        ["order__region = 'a'", "order__status = 'b'"],
      ],
      ["brackets", ["order__region = 'a'"], ["((order__region = 'a'))"]],
      ["spaces", ["order__region='a'"], ["  order__region   =  'a' "]],
      [
        "capitals of words",
        ["order__region = 'a' AND order__status = 'b'"],
        ["order__region = 'a' and order__status = 'b'"],
      ],
      ["sides of =", ["order__region = 'a'"], ["'a' = order__region"]],
      ["sides of <>", ["order__region <> 'a'"], ["'a' <> order__region"]],
      ["!= for <>", ["order__region <> 'a'"], ["order__region != 'a'"]],
      ["> for <", ["order__region > 'a'"], ["'a' < order__region"]],
      [">= for <=", ["order__region >= 'a'"], ["'a' <= order__region"]],
      [
        "the order of alternatives",
        ["order__region = 'a' or order__status = 'b'"],
        ["order__status = 'b' or order__region = 'a'"],
      ],
      [
        "an alternative twice",
        ["order__region = 'a' or order__status = 'b'"],
        ["order__region = 'a' or order__status = 'b' or order__region = 'a'"],
      ],
      [
        "groups of alternatives",
        ["(order__region = 'a' or order__region = 'b') or order__region = 'c'"],
        ["order__region = 'a' or (order__region = 'b' or order__region = 'c')"],
      ],
      [
        "groups of conditions",
        ["(order__region = 'a' and order__status = 'b') and order__region <> 'c'"],
        ["order__region = 'a' and (order__status = 'b' and order__region <> 'c')"],
      ],
      ["the order of in", ["order__region in ('a', 'b')"], ["order__region in ('b', 'a')"]],
      ["a value of in twice", ["order__region in ('a', 'b')"], ["order__region in ('a', 'b', 'a')"]],
      ["MetricFlow's template", ["order__region = 'a'"], ["{{ Dimension('order__region') }} = 'a'"]],
      ["not in, another order", ["order__region not in ('a', 'b')"], ["order__region not in ('b', 'a')"]],
      [
        "alternatives within conditions",
        ["order__region = 'a' and (order__status = 'x' or order__status = 'y')"],
        ["(order__status = 'y' or order__status = 'x') and order__region = 'a'"],
      ],
    ] as const
  ).map(([name, a, b]) => [name, where(...a), where(...b)] as const),
];

const DIFFERENT: readonly (readonly [string, Asked, Asked])[] = [
  ["another metric", plain({}), plain({ metrics: ["cost"] })],
  ["one metric more", plain({}), plain({ metrics: ["revenue", "cost"] })],
  ["the name of one, the other's", plain({}), plain({ metrics: [{ name: "cost", as: "revenue" }] })],
  ["another group", plain({}), plain({ groupBy: [{ name: "order__status" }] })],
  ["no group", plain({}), plain({ groupBy: [] })],
  ["one group more", plain({}), plain({ groupBy: [...region, { name: "order__status" }] })],
  ["another grain", plain({ groupBy: byDay }), plain({ groupBy: [{ name: "metric_time", grain: "month" }] })],
  ["a limit", plain({}), plain({ limit: 5 })],
  ["another limit", plain({ limit: 5 }), plain({ limit: 6 })],
  ["an offset", plain({ limit: 5 }), plain({ limit: 5, offset: 1 })],
  [
    "a direction",
    plain({ orderBy: [{ name: "revenue" }] }),
    plain({ orderBy: [{ name: "revenue", direction: "desc" }] }),
  ],
  ["an order", plain({}), plain({ orderBy: [{ name: "revenue" }] })],
  ["what it is ordered by", plain({ orderBy: [{ name: "revenue" }] }), plain({ orderBy: [{ name: "order__region" }] })],
  ["a range", plain({ groupBy: byDay }), plain({ groupBy: byDay, timeRange: range })],
  ["the end of a range", plain({ timeRange: range }), plain({ timeRange: { ...range, end: "2026-02-02" } })],
  ["the ends of values", { q: { groupBy: byDay } }, { q: { groupBy: byDay, minMaxOnly: true } }],
  ["somebody's rights", { q: base }, { q: base, who: ann }],
  ["the operator's rights and all rows", { q: base }, { q: base, who: principal(["boss"]) }],
  ["a claim", { q: base, who: ann }, { q: base, who: principal(["analyst"], { tenant: "T2" }) }],
  ["capitals of a claim", { q: base, who: ann }, { q: base, who: principal(["analyst"], { tenant: "t1" }) }],
  ["a claim with a space", { q: base, who: ann }, { q: base, who: principal(["analyst"], { tenant: "T1 " }) }],
  ["a mask", { q: base, who: ann }, { q: base, who: principal(["masked"], { tenant: "T1" }) }],
  [
    "another mask",
    { q: base, who: principal(["nulled"], { tenant: "T1" }) },
    { q: base, who: principal(["masked"], { tenant: "T1" }) },
  ],
  [
    "the key of a mask",
    { q: base, who: principal(["masked"], { tenant: "T1" }) },
    { q: base, who: principal(["masked"], { tenant: "T1" }), hashKey: "k2" },
  ],
  ["one role more", { q: base, who: ann }, { q: base, who: principal(["analyst", "boss"], { tenant: "T1" }) }],
  [
    "lists that join to the same",
    { q: base, who: principal(["lister"], { regions: ["a", "b"] }) },
    { q: base, who: principal(["lister"], { regions: ["a,b"] }) },
  ],
  [
    "a shorter list",
    { q: base, who: principal(["lister"], { regions: ["a", "b"] }) },
    { q: base, who: principal(["lister"], { regions: ["a"] }) },
  ],
  ["the limits of an answer", { q: base, limits: { maxRows: 5 } }, { q: base, limits: { maxRows: 6 } }],
  ["the limits of its bytes", { q: base, limits: { maxRows: 5 } }, { q: base, limits: { maxBytes: 5 } }],
  ["values in place of metrics", { q: { groupBy: region } }, { q: base }],
  [
    "which metric a condition is on",
    plain({ metrics: [{ name: "revenue", where: ["order__region = 'a'"] }, "cost"] }),
    plain({ metrics: ["revenue", { name: "cost", where: ["order__region = 'a'"] }] }),
  ],
  ["a condition on groups", plain({ having: ["revenue > 1"] }), plain({ having: ["revenue > 2"] })],
  ["a condition on rows or groups", plain({ having: ["revenue > 1"] }), plain({})],
  ...(
    [
      ["a value", ["order__region = 'a'"], ["order__region = 'b'"]],
      ["capitals of a value", ["order__region = 'a'"], ["order__region = 'A'"]],
      ["a space in a value", ["order__region = 'a'"], ["order__region = 'a '"]],
      ["NULL and its name", ["order__region is null"], ["order__region = 'null'"]],
      ["NULL and nothing", ["order__region is null"], ["order__region = ''"]],
      ["is null and is not", ["order__region is null"], ["order__region is not null"]],
      ["<> and is distinct from", ["order__region <> 'a'"], ["order__region is distinct from 'a'"]],
      ["< and <=", ["order__region < 'a'"], ["order__region <= 'a'"]],
      ["the sides of <", ["order__region < 'a'"], ["'a' < order__region"]],
      ["and, or", ["order__region = 'a' and order__status = 'b'"], ["order__region = 'a' or order__status = 'b'"]],
      [
        "which field has which value",
        ["order__region = 'a' and order__status = 'b'"],
        ["order__region = 'b' and order__status = 'a'"],
      ],
      ["a field and a value of its name", ["order__region = order__status"], ["order__region = 'order__status'"]],
      ["in and not in", ["order__region in ('a', 'b')"], ["order__region not in ('a', 'b')"]],
      ["values of in that join to the same", ["order__region in ('a', 'b')"], ["order__region in ('a,b')"]],
      ["a quote in a value", ["order__region = 'a''b'"], ["order__region = 'ab'"]],
      [
        "how alternatives are bracketed",
        ["order__region = 'a' and (order__status = 'b' or order__status = 'c')"],
        ["(order__region = 'a' and order__status = 'b') or order__status = 'c'"],
      ],
      ["like and =", ["order__region like 'a'"], ["order__region = 'a'"]],
      ["like without case", ["order__region like 'a%'"], ["order__region ilike 'a%'"]],
      ["a number and its digits", ["length(order__region) = 1"], ["order__region = '1'"]],
      ["the digits of a number", ["length(order__region) = 1"], ["length(order__region) = 10"]],
      ["no condition at all", ["order__region = 'a'"], []],
      ["the order of text", ["order__region || 'a' = 'x'"], ["'a' || order__region = 'x'"]],
      ["the sides of -", ["length(order__region) - 1 = 0"], ["1 - length(order__region) = 0"]],
    ] as const
  ).map(([name, a, b]) => [name, where(...a), where(...b)] as const),
];

describe("questions share an answer", () => {
  test.each(EQUAL)("whatever differs by %s", (_, a, b) => {
    expect(keyOf(a)).toBe(keyOf(b));
  });

  const asOperator = EQUAL.filter(([, a, b]) => !a.who && !b.who);
  test.each(asOperator)("also behind a guard, whatever differs by %s", (_, a, b) => {
    expect(keyOf({ ...a, who: ann })).toBe(keyOf({ ...b, who: ann }));
    expect(keyOf({ ...a, who: ann })).not.toBe(keyOf(b));
  });

  test("in as many ways as are tried here", () => {
    expect(EQUAL.length + asOperator.length).toBeGreaterThanOrEqual(50);
    expect(DIFFERENT.length).toBeGreaterThanOrEqual(50);
  });
});

describe("questions share no answer", () => {
  test.each(DIFFERENT)("where they differ by %s", (_, a, b) => {
    expect(keyOf(a)).not.toBe(keyOf(b));
  });
});
