import { describe, expect, test } from "vitest";
import { groupBysOf } from "../../src/catalog/index.ts";
import { visibleTo } from "../../src/policy/index.ts";
import { OPERATOR, open, principal, refusal, shopWith } from "./support.ts";

const a = principal(["a"]);
const HIDING = `policy: orders
roles: { a: { rows: all, fields: { except: [cost, state, ordered_on] } } }
---
policy: buyers
roles: { a: { rows: all, fields: { except: [mail] } }, b: { rows: tenant = claim('tenant'), fields: all } }`;

describe("the catalog as somebody sees it", () => {
  const catalog = shopWith(HIDING);
  const view = visibleTo(catalog, a);

  test("holds the models, metrics and saved queries that they may use, and no others", () => {
    expect([...view.models.keys()]).toEqual(["orders", "buyers"]);
    expect([...view.metrics.keys()].sort()).toEqual(
      [
        "members",
        "orders",
        "orders_or_zero",
        "revenue",
        "revenue_3d_mean",
        "revenue_a_day_ago",
        "revenue_so_far",
        "spenders",
      ].sort(),
    );
    expect([...view.savedQueries.keys()]).toEqual(["revenue_by_region"]);
  });

  test("lists no hidden dimension, no metric_time of a hidden time, and nothing behind a hidden model", () => {
    const revenue = view.metrics.get("revenue");
    const names = revenue ? groupBysOf(view, revenue).map(({ name }) => name) : [];
    expect(names.sort()).toEqual(["buyer", "buyer__born", "buyer__tier", "order", "order__region"].sort());
  });

  test("is one object for equal sets of names, whatever the claims", () => {
    expect(visibleTo(catalog, principal(["a"], { tenant: "T1" }))).toBe(view);
    expect(visibleTo(catalog, principal(["a", "b"], { tenant: "T1" }))).not.toBe(view);
    expect(visibleTo(catalog, principal(["a", "b"]))).toBe(view);
    expect(visibleTo(catalog, OPERATOR)).toBe(catalog);
  });
});

test("a dimension that is a column under another name hides the column", () => {
  const hiding = (name: string) =>
    `${open("buyers", "ranks", "visits")}\n---\npolicy: orders\nroles: { a: { rows: all, fields: { except: ${name} } } }
---
model: aliases
description: One row an order.
owner: data
table: orders
primary_key: id
columns: { id: int, state: string }
entities: { alias: primary }
dimensions: { status: { expr: state }, is_open: { expr: state = 'open' }, first: { expr: "substring(state, 1, 1)" } }
---
policy: aliases\nroles: { a: { rows: all, fields: { except: ${name === "region" ? "status" : "is_open"} } } }`;
  const ask = (excepted: string, name: string) => () => refusal(hiding(excepted), { groupBy: [{ name }] }, a).code;
  expect(ask("region", "alias__status")()).toBe("UNKNOWN_GROUP_BY");
  expect(ask("region", "alias__first")()).toBe("UNKNOWN_GROUP_BY");
  // What is computed from a column is not that column.
  expect(ask("cost", "alias__first")).toThrow("Answered");
});

describe("what is hidden is answered as what does not exist", () => {
  /** The same question with another name. Suggestions and messages may name what was asked only. */
  const said = (question: (name: string) => Record<string, unknown>, name: string) => {
    const { code, message, suggestions, path } = refusal(HIDING, question(name), a);
    return JSON.stringify({ code, message, suggestions, path }).replaceAll(name, "NAME");
  };

  test.each([
    ["a metric", "cost", "xoxt", (name: string) => ({ metrics: [name] })],
    ["a derived metric", "margin", "xxxxin", (name: string) => ({ metrics: [name] })],
    ["a metric of a hidden model", "visits", "xisixx", (name: string) => ({ metrics: [name] })],
    ["a saved query", "margin_by_region", "mxrgxn_xx_regxxn", (name: string) => ({ savedQuery: name })],
    ["a group", "order__status", "order__xtaxus", (name: string) => ({ metrics: ["revenue"], groupBy: [{ name }] })],
    [
      "a group of a joined model",
      "buyer__mail",
      "buyer__xaix",
      (name: string) => ({ metrics: ["revenue"], groupBy: [{ name }] }),
    ],
    [
      "a group of a hidden model",
      "buyer__rank",
      "buyer__xaxx",
      (name: string) => ({ metrics: ["revenue"], groupBy: [{ name }] }),
    ],
    [
      "a condition",
      "order__status",
      "order__xtaxus",
      (name: string) => ({ metrics: ["revenue"], where: [`${name} = 'x'`] }),
    ],
    [
      "a condition on a metric",
      "margin",
      "xxxxin",
      (name: string) => ({ metrics: ["members"], where: [`metric('${name}', 'buyer') > 1`] }),
    ],
    [
      "a group beyond a join that multiplies rows",
      "order__status",
      "order__xtaxus",
      (name: string) => ({ metrics: ["members"], groupBy: [{ name }] }),
    ],
    [
      "a group that is named by such a join",
      "buyer__status",
      "buyer__xtaxus",
      (name: string) => ({ metrics: ["members"], groupBy: [{ name }] }),
    ],
    ["a listed value", "buyer__mail", "buyer__xaix", (name: string) => ({ groupBy: [{ name }] })],
    ["rows of a model", "visits", "xisixx", (name: string) => ({ metrics: ["revenue"], rowsOf: name })],
  ])("%s", (_what, hidden, unheard, question) => {
    expect(said(question, hidden)).toBe(said(question, unheard));
  });

  test("nothing hidden is suggested", () => {
    const near = [
      refusal(HIDING, { metrics: ["cosst"] }, a),
      refusal(HIDING, { metrics: ["revenue"], groupBy: [{ name: "order__statuss" }] }, a),
      refusal(HIDING, { groupBy: [{ name: "buyer__mial" }] }, a),
    ];
    expect(JSON.stringify(near.map(({ message, suggestions }) => [message, suggestions]))).not.toMatch(
      /"cost|status"|mail"|visit/,
    );
  });

  test("a refusal for an input names the metric that was asked for", () => {
    const policies = `policy: orders
roles: { a: { rows: all, fields: [indirect_cost, order, ordered_on] } }
${open("buyers").replaceAll("a:", "z:")}`;
    for (const question of [
      { metrics: ["indirect_cost"] },
      { metrics: ["indirect_cost"], groupBy: [{ name: "buyer" }, { name: "metric_time" }] },
      { metrics: ["indirect_cost"], groupBy: [{ name: "metric_time", datePart: "dow" }] },
      { metrics: ["indirect_cost"], groupBy: [{ name: "order__region" }, { name: "metric_time" }] },
    ]) {
      expect(() => {
        const { message } = refusal(policies, question, a);
        expect(message).not.toMatch(/"cost|cost_a_day_ago/);
      }).not.toThrow(/cost_a_day_ago/);
    }
  });
});

describe("what a policy says of a metric", () => {
  const versions = (fields: string) =>
    shopWith(`${open("buyers", "ranks", "visits")}
---
policy: orders
roles: { a: { rows: all, fields: ${fields} } }
---
metric: sold
version: 2
default_version: 2
model: orders
measure: sum(amount)
---
metric: sold
version: 1
model: orders
measure: sum(amount)
---
metric: turnover
alias_of: sold
sunset: 2027-03-31
---
metric: doubled
expr: sold_v1 * 2`);
  const seen = (fields: string) => {
    const { metrics } = visibleTo(versions(fields), a);
    return ["sold", "sold_v1", "turnover", "doubled"].filter((name) => metrics.has(name));
  };

  test("it says of all its versions, of its former names and of what is made of them", () => {
    expect(seen("all")).toEqual(["sold", "sold_v1", "turnover", "doubled"]);
    expect(seen("{ except: [sold] }")).toEqual([]);
    expect(seen("{ except: [turnover] }")).toEqual([]);
    expect(seen("[sold]")).toEqual(["sold", "sold_v1", "turnover", "doubled"]);
  });
});
