/** What one request may hold: signed ids, few sets of totals, and a budget of all its answers together. */
import { afterAll, beforeAll, expect, test } from "vitest";
import type { Answer } from "../../src/engine/index.ts";
import { createHeldAnswers } from "../../src/graphql/held-answers.ts";
import { decodeQueryId, encodeQueryId } from "../../src/graphql/query-id.ts";
import { createResponseBudget } from "../../src/graphql/response-budget.ts";
import { OPERATOR } from "../../src/identity/index.ts";
import { makeUser } from "../../src/identity/principal.ts";
import { type Api, startShop } from "./support.ts";

const ROWS = 30_000;
let shop: Api;
beforeAll(async () => {
  const tables = `insert into shop.orders select 100 + i, 1, i, 1.0, i, 'paid', false, 'n' || i, date '2026-01-01', null from range(${ROWS}) t(i);`;
  shop = await startShop({ tables });
});
afterAll(() => shop.close());

const PARTS = {
  main: "a",
  totals: ["b"],
  count: null,
  hasPreviousPage: true,
  isCapped: false,
  ignoresHaving: false,
  periods: null,
};

test("an id of several questions is read where we have signed it, and stands for itself anywhere else", () => {
  const id = encodeQueryId(PARTS);
  expect(decodeQueryId(id)).toEqual(PARTS);
  const [written = "", signature = ""] = id.split(".");
  const more = Buffer.from(JSON.stringify(["a", ["b", "b"], null, true, false, false])).toString("base64url");
  for (const forged of [written, more, `${more}.${signature}`, `${written}.`, `${written}.${signature}AA`, "", "."]) {
    expect(decodeQueryId(forged)).toMatchObject({ main: forged, totals: [] });
  }
});

test("nobody gets an answer's rows many times by an id of their own making", async () => {
  const asked = `{ query(waitMs: 0, input: { metrics: ["revenue"], groupBy: [{ name: "order__note" }] }) { pending { queryId } } }`;
  const release = shop.pause();
  const { queryId } = (await shop.ask(asked)).data.query.pending;
  release();
  const own = decodeQueryId(queryId).main;
  const many = Buffer.from(JSON.stringify([own, Array(90).fill(own), null, false, false, false])).toString("base64url");
  const result = `query ($id: ID!) { queryResult(queryId: $id) { rows totals { rows } refusal { code } pending { queryId } } }`;
  expect((await shop.ask(result, { id: many })).data.queryResult).toMatchObject({
    rows: null,
    refusal: { code: expect.any(String) },
  });
  for (;;) {
    const { data } = await shop.ask(result, { id: queryId });
    if (data.queryResult.rows) break;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  const aliases = Array.from(
    { length: 20 },
    (_, i) => `a${i}: queryResult(queryId: $id) { rows refusal { code message } }`,
  );
  const { data } = await shop.ask(`query ($id: ID!) { ${aliases.join(" ")} }`, { id: queryId });
  const answers = Object.values<{ rows: unknown[] | null; refusal: unknown }>(data);
  expect(answers.filter(({ rows }) => rows !== null)).toHaveLength(8);
  expect(answers.find(({ rows }) => rows === null)?.refusal).toEqual({
    code: "LIMIT_EXCEEDED",
    message: expect.stringContaining("more than 250,000 rows"),
  });
});

test("the bytes of one response are bounded by what they are, whatever letters they are written in", () => {
  const megabytes = (count: number, letter: string): Pick<Answer, "rows"> => ({
    rows: Array.from({ length: count }, () => [letter.repeat(2 ** 20 / Buffer.byteLength(letter)), null]),
  });
  const budget = createResponseBudget();
  budget.spend(megabytes(40, "a"));
  budget.spend(megabytes(23, "é"));
  expect(() => budget.spend(megabytes(2, "a"))).toThrow("more than 64 MB of values");
});

test("sets of totals are at most 20, and no two are the same", async () => {
  const asked = `query ($totals: [[String!]!]) { query(input: { metrics: ["revenue"], groupBy: [{ name: "order__note" }, { name: "order__status" }], totals: $totals }) { refusal { code path } } }`;
  shop.statements.length = 0;
  const refusal = async (totals: unknown) => (await shop.ask(asked, { totals })).data.query.refusal;
  expect(await refusal(Array.from({ length: 60 }, () => ["order__note"]))).toEqual({
    code: "LIMIT_EXCEEDED",
    path: ["totals"],
  });
  const twice = [
    ["order__note", "order__status"],
    ["order__status", "order__note"],
  ];
  expect(await refusal(twice)).toEqual({ code: "INVALID_REQUEST", path: ["totals", "1"] });
  expect(shop.statements).toEqual([]);
});

test("rows of one response are bounded together, whichever fields they come of", async () => {
  const field = `query(input: { metrics: ["revenue"], groupBy: [{ name: "order__note" }], totals: [["order__note"], []] }) { rows totals { rows } refusal { code message } }`;
  const { data } = await shop.ask(`{ ${Array.from({ length: 6 }, (_, i) => `a${i}: ${field}`).join(" ")} }`);
  const refused = Object.values<{ rows: unknown; refusal: { code: string } | null }>(data).filter(({ rows }) => !rows);
  expect(refused.map(({ refusal }) => refusal?.code)).toEqual(["LIMIT_EXCEEDED", "LIMIT_EXCEEDED"]);
});

test("answers that wait for others are few for each person and in all, and the newest stay", () => {
  const held = createHeldAnswers();
  const answer = (queryId: string) => ({ rows: [[1]], provenance: { queryId } }) as unknown as Answer;
  const hold = (owner: Parameters<typeof held.hold>[1], name: string, count: number) => {
    for (let i = 0; i < count; i++) held.hold(answer(`${name}${i}`), owner);
  };
  const has = (owner: Parameters<typeof held.hold>[1], id: string) => held.get(id, owner) !== null;
  hold(OPERATOR, "o", 1);
  const user = (name: string) =>
    makeUser({ issuer: "https://issuer.test", subject: name, name, roles: [], claims: {} });
  hold(user("a"), "a", 101);
  expect([has(user("a"), "a0"), has(user("a"), "a1"), has(user("a"), "a100"), has(OPERATOR, "o0")]).toEqual([
    false,
    true,
    true,
    true,
  ]);
  for (let i = 0; i < 10; i++) hold(user(`b${i}`), `b${i}-`, 100);
  expect([has(OPERATOR, "o0"), has(user("a"), "a100"), has(user("b0"), "b0-0"), has(user("b9"), "b9-99")]).toEqual([
    false,
    false,
    true,
    true,
  ]);
});
