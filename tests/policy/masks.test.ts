import { describe, expect, test } from "vitest";
import { explainQuery } from "../../src/engine/index.ts";
import { catalogFrom } from "../support/shop.ts";
import { open, principal, refusal, refusedAs, useShop } from "./support.ts";

const shop = useShop();
const a = principal(["a"]);
const masked = (masks: string, more = "") =>
  `${open("orders", "ranks", "visits")}\n---\npolicy: buyers\nroles:\n  a: { rows: all, fields: all, masks: { ${masks} } }\n${more}`;
const MAIL = [{ name: "buyer__mail" }];

describe("a masked dimension is shown", () => {
  test.each([
    ["null", [[null]]],
    ["{ constant: hidden }", [["hidden"]]],
    ["last_four", [["…test"]]],
  ])("as %s", async (mask, rows) => {
    expect(await shop.rows(masked(`mail: ${mask}`), { groupBy: MAIL }, a)).toEqual(rows);
  });

  test("as a digest, by which groups stay apart", async () => {
    const rows = await shop.rows(masked("mail: hash"), { metrics: ["members"], groupBy: MAIL }, a);
    expect(rows.length).toBe(3);
    for (const [digest] of rows) expect(digest).toMatch(/^[0-9a-f]{64}$/);
  });

  test("as the first of its month", async () => {
    const groupBy = [{ name: "buyer__born", grain: "day" }];
    expect(await shop.rows(masked("born: month"), { groupBy }, a)).toEqual([
      ["1990-05-01"],
      ["1991-06-01"],
      ["1992-07-01"],
    ]);
  });

  test("as a month that is the same whatever zone is asked for", async () => {
    const policies = `policy: moments
roles: { a: { rows: all, fields: all, masks: { at: month } } }
---
model: moments
description: One row a moment.
owner: data
sql: SELECT 1 AS id, TIMESTAMPTZ '2026-03-31 23:30:00+00' AS at
primary_key: id
columns: { id: int, at: timestamptz }
entities: { moment: primary }
dimensions: { at: { type: time, grain: second } }`;
    const groupBy = [{ name: "moment__at", grain: "day" }];
    for (const timeZone of ["UTC", "Pacific/Kiritimati", "America/Los_Angeles"]) {
      expect(await shop.rows(policies, { groupBy, timeZone }, a), timeZone).toEqual([["2026-03-01"]]);
    }
  });

  test("groups add up by what is shown", async () => {
    const question = { metrics: ["revenue"], groupBy: MAIL };
    expect(await shop.rows(masked("mail: { constant: hidden }"), question, a)).toEqual([
      ["hidden", 100],
      [null, 50],
    ]);
  });
});

describe("a masked dimension is not computed with", () => {
  test.each([
    ["filtered by", { metrics: ["members"], where: ["buyer__mail = 'ann@mail.test'"] }],
    ["filtered by through a join", { metrics: ["revenue"], where: ["starts_with(buyer__mail, 'a')"] }],
    ["filtered by for one metric", { metrics: [{ name: "revenue", where: ["buyer__mail is not null"] }] }],
    ["filtered by in a list", { groupBy: [{ name: "buyer__tier" }], where: ["buyer__mail like 'a%'"] }],
    ["ordered by", { metrics: ["members"], groupBy: MAIL, orderBy: [{ name: "buyer__mail" }] }],
    [
      "ordered by under another name",
      { metrics: ["members"], groupBy: [{ name: "buyer__mail", as: "x" }], orderBy: [{ name: "x" }] },
    ],
    ["ordered by in a list", { groupBy: MAIL, orderBy: [{ name: "buyer__mail", direction: "desc" }] }],
  ])("%s", (_how, question) => {
    const no = refusal(masked("mail: hash"), question, a);
    expect(no.code).toBe("MASKED_FIELD");
    expect(no.message).toContain('"mail"');
  });

  test("a metric that counts it does not exist", () => {
    expect(refusedAs(masked("mail: hash"), { metrics: ["mails"] }, a)).toBe("UNKNOWN_METRIC");
  });

  test("where one role counts it and the other joins, no role does both", async () => {
    const policies = `${open("orders", "ranks", "visits")}
---
policy: buyers
roles:
  a: { rows: tenant = 'T1', fields: all, masks: { mail: hash } }
  clear: { rows: tenant = 'T2', fields: all }`;
    const both = principal(["a", "clear"]);
    const where = ["buyer__mail like '%@%'"];
    // Only rows of the role that shows it are filtered by it.
    expect(await shop.rows(policies, { metrics: ["members"], where }, both)).toEqual([[1]]);
    expect(await shop.rows(policies, { metrics: ["mails"] }, both)).toEqual([[1]]);
  });

  test("a masked time neither places running values nor earlier periods, nor picks versions of a row", () => {
    const policies = `${open("buyers", "ranks", "visits")}\n---\npolicy: orders\nroles: { a: { rows: all, fields: all, masks: { ordered_on: month } } }`;
    const byTime = [{ name: "metric_time", grain: "day" }];
    for (const metric of ["revenue_so_far", "revenue_a_day_ago", "visit_orders"]) {
      expect(["MASKED_FIELD", "UNKNOWN_METRIC"], metric).toContain(
        refusedAs(policies, { metrics: [metric], groupBy: byTime }, a),
      );
    }
    expect(refusedAs(policies, { metrics: ["revenue"], groupBy: [{ name: "buyer__rank" }] }, a)).toBe("MASKED_FIELD");
    expect(refusedAs(policies, { metrics: ["revenue"], timeRange: { start: "2026-01-02" } }, a)).toBe("MASKED_FIELD");
  });
});

test("each row shows what the most telling role of that row shows", async () => {
  const policies = `${open("orders", "ranks", "visits")}
---
policy: buyers
roles:
  dark: { rows: all, fields: all, masks: { mail: null } }
  tail: { rows: tier = 'gold', fields: all, masks: { mail: last_four } }
  clear: { rows: tenant = 'T2', fields: all }`;
  const list = { groupBy: [{ name: "buyer" }, { name: "buyer__mail" }] };
  expect(await shop.rows(policies, list, principal(["dark"]))).toEqual([
    ["ann", null],
    ["bob", null],
    ["cat", null],
  ]);
  expect(await shop.rows(policies, list, principal(["dark", "tail"]))).toEqual([
    ["ann", "…test"],
    ["bob", null],
    ["cat", "…test"],
  ]);
  expect(await shop.rows(policies, list, principal(["dark", "tail", "clear"]))).toEqual([
    ["ann", "…test"],
    ["bob", null],
    ["cat", "cat@mail.test"],
  ]);
});

test("a masked column is masked for whatever else is computed from it", () => {
  const policies = `${open("buyers", "ranks", "visits")}\n---\npolicy: orders\nroles: { a: { rows: all, fields: all, masks: { region: hash } } }`;
  const code = refusedAs(policies, { metrics: ["revenue"], where: ["order__region = 'EMEA'"] }, a);
  expect(code).toBe("MASKED_FIELD");
});

test("the month of an instant is that of the project's zone, and begins in the question's", () => {
  const catalog = catalogFrom(`
model: pings
description: One row a ping.
owner: data
table: pings
primary_key: id
columns: { id: int, moment: timestamptz }
entities: { ping: { type: primary, key: id } }
dimensions: { at: { type: time, grain: second, expr: moment } }
---
policy: pings
roles: { a: { rows: all, fields: all, masks: { at: month } } }`);
  const request = { groupBy: [{ name: "ping__at", grain: "day" }], timeZone: "America/New_York" };
  const { text } = explainQuery(catalog, "duckdb", request, a).statement;
  expect(text).toContain("date_trunc('month', (pings.moment at time zone 'UTC')) at time zone 'America/New_York'");
});
