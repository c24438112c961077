import { array, assert, constantFrom, property, subarray } from "fast-check";
import { describe, expect, test } from "vitest";
import { authorizationOf } from "../../src/policy/index.ts";
import { decided, OPERATOR, open, principal, refusal, refusedAs, useShop } from "./support.ts";

const shop = useShop();
const REVENUE = { metrics: ["revenue"] };
const BY_REGION = { metrics: ["revenue"], groupBy: [{ name: "order__region" }] };

describe("nobody sees what no policy grants them", () => {
  test.each([
    ["a model without a policy", open("buyers"), ["a"]],
    ["somebody without a role", open("orders"), []],
    ["a role that the policy does not name", open("orders"), ["c", "A", "a ", "constructor", "__proto__"]],
    ["a public model is not another's business", "policy: buyers\npublic: true", ["a"]],
  ])("%s", (_what, policies, roles) => {
    expect(refusedAs(policies, REVENUE, principal(roles))).toBe("UNKNOWN_METRIC");
  });

  test("the operator is not subject to policies", async () => {
    expect(await shop.rows(open("buyers"), REVENUE, OPERATOR)).toEqual([[150]]);
  });

  test("a public model shows everybody with an identity every row", async () => {
    expect(await shop.rows("policy: orders\npublic: true", REVENUE, principal([]))).toEqual([[150]]);
  });

  test("what a public model grants to one role, such as to explain, it grants to nobody else", () => {
    const policies = "policy: orders\npublic: true\nroles: { boss: { rows: all, fields: all, explain: true } }";
    expect(authorizationOf(decided(policies, REVENUE, principal([]))).mayExplain).toBe(false);
    expect(authorizationOf(decided(policies, REVENUE, principal(["boss"]))).mayExplain).toBe(true);
  });
});

describe("claims", () => {
  const byTenant = "policy: orders\nroles: { a: { rows: tenant = claim('tenant'), fields: all } }";
  const byRegions = "policy: orders\nroles: { a: { rows: \"region in (claim('regions'))\", fields: all } }";
  const notRegions = "policy: orders\nroles: { a: { rows: \"region not in (claim('regions'))\", fields: all } }";

  test("take the place of their names", async () => {
    expect(await shop.rows(byTenant, REVENUE, principal(["a"], { tenant: "T1" }))).toEqual([[110]]);
    expect(await shop.rows(byRegions, REVENUE, principal(["a"], { regions: ["APAC"] }))).toEqual([[80]]);
  });

  test.each([
    ["missing", {}],
    ["a number for a text", { tenant: 1 }],
    ["a list for one", { tenant: ["T1"] }],
    ["too long", { tenant: "T".repeat(300) }],
    ["with a control character", { tenant: "T1\u0000" }],
  ])("that are %s grant nothing", (_what, claims) => {
    expect(refusedAs(byTenant, REVENUE, principal(["a"], claims))).toBe("UNKNOWN_METRIC");
  });

  test.each(["t1", " T1", "T1 ", "Ｔ1", "T1%", "T1' or '1'='1"])(
    "are neither trimmed nor folded: %j is not T1",
    async (tenant) => {
      expect(await shop.rows(byTenant, REVENUE, principal(["a"], { tenant }))).toEqual([[null]]);
    },
  );

  test("an empty list meets no row", async () => {
    expect(await shop.rows(byRegions, BY_REGION, principal(["a"], { regions: [] }))).toEqual([]);
  });

  test("an empty list opens nothing under NOT", async () => {
    expect(refusedAs(notRegions, REVENUE, principal(["a"], { regions: [] }))).toBe("UNKNOWN_METRIC");
    expect(await shop.rows(notRegions, REVENUE, principal(["a"], { regions: ["EMEA"] }))).toEqual([[80]]);
  });

  test("one that a mandatory condition misses closes the model for every role", () => {
    const policies = "policy: orders\nmandatory: tenant = claim('tenant')\nroles: { a: { rows: all, fields: all } }";
    expect(refusedAs(policies, REVENUE, principal(["a"]))).toBe("UNKNOWN_METRIC");
  });

  test("equal sets of claims are decided alike, others are not", () => {
    const digest = (regions: readonly string[]) =>
      authorizationOf(decided(byRegions, REVENUE, principal(["a"], { regions }))).digest;
    expect(digest(["A", "B"])).toBe(digest(["B", "A", "B"]));
    expect(digest(["A", "B"])).not.toBe(digest(["A,B"]));
    expect(digest(["A"])).not.toBe(digest(["A", "B"]));
  });
});

describe("roles", () => {
  const policies = `policy: orders
mandatory: tenant = 'T1'
roles:
  open: { rows: state = 'open', fields: [region, revenue, orders] }
  emea: { rows: region = 'EMEA', fields: all }
  none: { rows: 1 = 0 or region = 'MOON', fields: [region, cost] }
${open("buyers").replaceAll("a:", "emea:")}`;

  test("their rows add up, and a mandatory condition holds for all of them", async () => {
    expect(await shop.rows(policies, BY_REGION, principal(["open"]))).toEqual([
      ["APAC", 30],
      ["EMEA", 10],
    ]);
    expect(await shop.rows(policies, BY_REGION, principal(["emea"]))).toEqual([["EMEA", 30]]);
    expect(await shop.rows(policies, BY_REGION, principal(["open", "emea"]))).toEqual([
      ["APAC", 30],
      ["EMEA", 30],
    ]);
  });

  test("serve a metric only with all that it uses: two metrics of one question by different roles", async () => {
    const question = { metrics: ["revenue", "cost"], groupBy: [{ name: "order__region" }] };
    expect(await shop.rows(policies, question, principal(["open", "emea"]))).toEqual([
      ["APAC", 30, null],
      ["EMEA", 30, 9],
    ]);
  });

  test("do not widen another metric of the question that rests on the same input", async () => {
    const who = principal(["open", "emea"]);
    const metrics = ["revenue", "margin", "cost_share"];
    expect(await shop.rows(policies, { metrics }, who)).toEqual([[60, 21, 9 / 30]]);
    expect(await shop.rows(policies, { metrics: metrics.toReversed() }, who)).toEqual([[9 / 30, 21, 60]]);
  });

  test("one more never takes rows or fields away", async () => {
    const roles = ["open", "emea", "none"];
    const questions = [
      BY_REGION,
      { metrics: ["cost"], groupBy: [{ name: "order__region" }] },
      { metrics: ["orders"], groupBy: [{ name: "order__region" }], where: ["order__region <> 'X'"] },
      { groupBy: [{ name: "order__region" }] },
    ];
    const rowsOf = async (held: readonly string[], question: (typeof questions)[number]) => {
      try {
        return await shop.rows(policies, question, principal(held));
      } catch {
        return null;
      }
    };
    for (const question of questions) {
      for (const role of roles) {
        for (const other of roles) {
          const few = await rowsOf([role], question);
          const more = await rowsOf([role, other], question);
          if (few === null) continue;
          expect(more, `${role} and ${other}`).not.toBeNull();
          for (const [region, value = 0] of few) {
            const found = more?.find(([name]) => name === region);
            expect(found, `${String(region)} of ${role} and ${other}`).toBeDefined();
            expect(Number(found?.[1] ?? 0)).toBeGreaterThanOrEqual(Number(value));
          }
        }
      }
    }
  });

  test("what is decided does not depend on the order in which they are held", () => {
    assert(
      property(subarray(["open", "emea", "none"], { minLength: 1 }), array(constantFrom("x", "y")), (held, others) => {
        const digest = (all: readonly string[]) =>
          authorizationOf(decided(policies, { groupBy: [{ name: "order__region" }] }, principal(all))).digest;
        expect(digest([...held, ...others])).toBe(digest([...others, ...held.toReversed()]));
      }),
      { numRuns: 20 },
    );
  });
});

describe("fields", () => {
  const without = (names: string) =>
    `policy: orders\nroles: { a: { rows: all, fields: { except: [${names}] } } }${open("buyers", "visits", "ranks")}`;
  const only = (names: string) =>
    `policy: orders\nroles: { a: { rows: all, fields: [${names}] } }${open("buyers", "visits", "ranks")}`;
  const a = principal(["a"]);

  test.each(["cost", "margin", "cost_share", "cost_a_day_ago", "indirect_cost"])(
    "a metric that rests on a hidden column does not exist: %s",
    (metric) => {
      expect(refusedAs(without("cost"), { metrics: [metric] }, a)).toBe("UNKNOWN_METRIC");
    },
  );

  test("a metric granted by name opens no input", async () => {
    const policies = only("margin");
    expect(await shop.rows(policies, { metrics: ["margin"] }, a)).toEqual([[120]]);
    for (const metric of ["revenue", "cost", "cost_share", "orders"]) {
      expect(refusedAs(policies, { metrics: [metric] }, a)).toBe("UNKNOWN_METRIC");
    }
    expect(refusedAs(policies, { metrics: ["margin"], where: ["metric('cost', 'order') > 1"] }, a)).toBe(
      "UNKNOWN_METRIC",
    );
  });

  test.each([
    ["grouped by", { groupBy: [{ name: "order__status" }] }],
    ["filtered by", { where: ["order__status = 'open'"] }],
    ["filtered by for one metric", { metrics: [{ name: "revenue", where: ["order__status = 'open'"] }] }],
    ["listed", { metrics: [], groupBy: [{ name: "order__status" }] }],
  ])("a hidden dimension cannot be %s", (_how, more) => {
    expect(refusedAs(without("status"), { metrics: ["revenue"], ...more }, a)).toBe("UNKNOWN_GROUP_BY");
    expect(refusedAs(without("state"), { metrics: ["revenue"], ...more }, a)).toBe("UNKNOWN_GROUP_BY");
  });

  test("a metric whose author filters by a hidden dimension does not exist", () => {
    expect(refusedAs(without("status"), { metrics: ["open_revenue"] }, a)).toBe("UNKNOWN_METRIC");
  });

  test("a list of fields needs the names of keys for joins, and rows can be counted by what it has", async () => {
    const byTier = { metrics: ["revenue"], groupBy: [{ name: "buyer__tier" }] };
    expect(refusedAs(only("revenue, region"), byTier, a)).toBe("NO_PATH");
    expect((await shop.rows(only("revenue, buyer"), byTier, a)).length).toBe(3);
    expect(await shop.rows(only("region"), { groupBy: [{ name: "order__region" }] }, a)).toEqual([["APAC"], ["EMEA"]]);
  });

  test("without the time there is no metric_time, neither in groups, ranges, running values nor earlier periods", () => {
    const policies = without("ordered_on");
    for (const question of [
      { metrics: ["revenue"], groupBy: [{ name: "metric_time" }] },
      { metrics: ["revenue_so_far"], groupBy: [{ name: "metric_time" }] },
      { metrics: ["revenue_a_day_ago"], groupBy: [{ name: "metric_time" }] },
      { metrics: ["revenue"], where: ["metric_time > '2026-01-01'"] },
    ]) {
      expect(refusedAs(policies, question, a)).toBe("NO_PATH");
    }
    const range = { metrics: ["revenue"], timeRange: { start: "2026-01-02" } };
    expect(refusedAs(policies, range, a)).toBe("NOT_ALLOWED_TOGETHER");
    expect(refusedAs(policies, { metrics: ["visit_orders"] }, a)).toBe("UNKNOWN_METRIC");
  });

  test("the dates between which a version holds are part of the join", () => {
    const byRank = { metrics: ["revenue"], groupBy: [{ name: "buyer__rank" }] };
    const ranks = (fields: string) =>
      `${open("orders", "buyers")}\n---\npolicy: ranks\nroles: { a: { rows: all, fields: ${fields} } }`;
    expect(decided(ranks("all"), byRank, a)).toBeDefined();
    for (const hidden of ["since", "until", "buyer"]) {
      expect(refusedAs(ranks(`{ except: ${hidden} }`), byRank, a)).toBe("NO_PATH");
    }
    expect(refusal(without("ordered_on"), byRank, a).code).toBe("NOT_ALLOWED_TOGETHER");
  });

  test("the keys of a join count as used, on both sides: two roles that have one part each do not serve together", () => {
    const byTier = { metrics: ["revenue"], groupBy: [{ name: "buyer__tier" }] };
    const split = (model: string, one: string, other: string) =>
      `policy: ${model}\nroles: { a: { rows: all, fields: [${one}] }, b: { rows: all, fields: [${other}] } }`;
    const both = principal(["a", "b"]);
    expect(refusedAs(`${split("orders", "revenue", "buyer")}${open("buyers")}`, byTier, both)).toBe(
      "NOT_ALLOWED_TOGETHER",
    );
    expect(refusedAs(`${split("buyers", "tier", "buyer")}${open("orders")}`, byTier, both)).toBe(
      "NOT_ALLOWED_TOGETHER",
    );
  });

  test("both sides of a conversion need a role", () => {
    expect(refusedAs(open("orders", "buyers"), { metrics: ["visit_orders"] }, a)).toBe("UNKNOWN_METRIC");
    expect(refusedAs(open("visits", "buyers"), { metrics: ["visit_orders"] }, a)).toBe("UNKNOWN_METRIC");
    expect(refusedAs(without("buyer"), { metrics: ["visit_orders"] }, a)).toBe("UNKNOWN_METRIC");
    expect(refusedAs(without("orders"), { metrics: ["visit_orders"] }, a)).toBe("UNKNOWN_METRIC");
    // Of two visits at one moment the key says which one converts.
    const keyless = `${open("orders", "buyers")}\n---\npolicy: visits\nroles: { a: { rows: all, fields: { except: id } } }`;
    expect(refusedAs(keyless, { metrics: ["visit_orders"] }, a)).toBe("UNKNOWN_METRIC");
  });
});

describe("required filters", () => {
  const policies = `policy: orders
roles:
  narrow: { rows: all, fields: all, required_filters: region }
  timed: { rows: state = 'open', fields: all, required_filters: ordered_on }
${open("buyers").replaceAll("a:", "narrow:")}`;
  const narrow = principal(["narrow"]);

  test.each([
    [["order__region = 'EMEA'"]],
    [["order__region in ('EMEA', 'X')"]],
    [["order__region = 'A' or order__region = 'EMEA'"]],
  ])("%j narrows", async (where) => {
    expect(await shop.rows(policies, { metrics: ["revenue"], where }, narrow)).toEqual([[70]]);
  });

  test.each([
    [{}],
    [{ where: ["order__region is not null"] }],
    [{ where: ["order__region = 'EMEA' or order__status = 'open'"] }],
    [{ where: ["order__region <> 'EMEA'"] }],
    [{ where: ["order__region = order__region"] }],
    [{ groupBy: [{ name: "order__region" }] }],
    [{ timeRange: { start: "2026-01-01" } }],
  ])("%j does not narrow", (more) => {
    expect(refusedAs(policies, { ...REVENUE, ...more }, narrow)).toBe("FILTER_REQUIRED");
  });

  test("a range narrows the time, and a condition beside a metric narrows that metric only", async () => {
    const timeRange = { start: "2026-01-02", end: "2026-01-02" };
    expect(await shop.rows(policies, { ...REVENUE, timeRange }, principal(["timed"]))).toEqual([[30]]);
    const one = { name: "revenue", where: ["order__region = 'EMEA'"] };
    expect(await shop.rows(policies, { metrics: [one] }, narrow)).toEqual([[70]]);
    expect(refusedAs(policies, { metrics: [one, "orders"] }, narrow)).toBe("FILTER_REQUIRED");
  });

  test("a metric of each entity in a condition is narrowed by nothing beside it", () => {
    const where = ["order__region = 'EMEA'", "metric('revenue', 'buyer') > 15"];
    expect(refusedAs(policies, { ...REVENUE, where }, narrow)).toBe("FILTER_REQUIRED");
    expect(decided(policies, { ...REVENUE, where: [...where.slice(0, 1), "revenue > 15"] }, narrow)).toBeDefined();
  });

  test("a dimension of that name in another model is another one", () => {
    const mixed = `policy: orders\nroles: { a: { rows: all, fields: all } }
---
policy: buyers
roles: { a: { rows: all, fields: all, required_filters: tier } }`;
    const question = { metrics: ["revenue"], groupBy: [{ name: "buyer__tier" }] };
    expect(refusedAs(mixed, question, principal(["a"]))).toBe("FILTER_REQUIRED");
    expect(decided(mixed, { ...question, where: ["buyer__tier = 'gold'"] }, principal(["a"]))).toBeDefined();
  });
});

test("policies of the optional side leave the totals of facts as they are", async () => {
  const policies = `${open("orders")}\n---\npolicy: buyers\nroles: { a: { rows: tenant = 'T2', fields: all } }`;
  expect(
    await shop.rows(policies, { metrics: ["revenue"], groupBy: [{ name: "buyer__tier" }] }, principal(["a"])),
  ).toEqual([
    ["gold", 40],
    [null, 110],
  ]);
});

test("smallest and greatest values are those of visible rows", async () => {
  const policies = "policy: orders\nroles: { a: { rows: tenant = 'T1' and state = 'done', fields: all } }";
  const question = { groupBy: [{ name: "order__ordered_on" }], minMaxOnly: true };
  expect(await shop.rows(policies, question, principal(["a"]))).toEqual([["2026-01-02", "2026-01-04"]]);
});
