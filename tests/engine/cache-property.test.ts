import { array, assert, asyncProperty, constant, nat, oneof, record } from "fast-check";
import { afterAll, beforeAll, expect, test } from "vitest";
import { createEngine, type Engine } from "../../src/engine/index.ts";
import { OPERATOR, type Principal } from "../../src/identity/index.ts";
import type { QueryRequest } from "../../src/request/index.ts";
import { openWarehouse, readAll, type Warehouse } from "../../src/warehouse/index.ts";
import { principal, shopWith } from "../policy/support.ts";

const POLICY = `policy: orders
roles:
  analyst: { rows: tenant = claim('tenant'), fields: all }
  masked: { rows: all, fields: all, masks: { region: { constant: hidden } } }
  small: { rows: all, fields: all }
  none: { rows: tenant = 'nobody', fields: all }`;
const definitions = shopWith(POLICY);
const catalog = {
  ...definitions,
  cache: { ttlMs: null, staleMs: 0, refresh: "event", isDeterministic: false, span: null },
} as const;

const PEOPLE: readonly Principal[] = [
  OPERATOR,
  principal(["analyst"], { tenant: "T1" }),
  principal(["analyst"], { tenant: "T2" }),
  principal(["masked"]),
  principal(["none"]),
  principal(["analyst", "small"], { tenant: "T1" }),
];

const region = [{ name: "order__region" }];
const QUESTIONS: readonly QueryRequest[] = [
  { metrics: ["revenue"] },
  { metrics: ["revenue", "cost"], groupBy: region },
  {
    metrics: [
      { name: "cost", as: "revenue" },
      { name: "revenue", as: "cost" },
    ],
    groupBy: region,
  },
  { metrics: ["revenue"], groupBy: region, orderBy: [{ name: "revenue", direction: "desc" }], limit: 1 },
  { metrics: ["revenue"], where: ["order__status = 'open'"] },
  { metrics: [{ name: "revenue", as: "x" }], where: ["'open' = order__status"] },
  { groupBy: region },
];

let warehouse: Warehouse;
beforeAll(async () => {
  warehouse = await openWarehouse("duckdb::memory:");
  await run(
    "create table orders (id int, tenant text, region text, buyer text, state text, day date, amount int, cost int)",
  );
});
afterAll(() => warehouse.close());

async function run(text: string): Promise<void> {
  await readAll(await warehouse.execute({ text, values: [] }));
}

/** What somebody is told: names, types and rows, or the code of a refusal. */
async function told(engine: Engine, who: Principal, request: QueryRequest): Promise<string> {
  const answer = await engine.query(request, who).catch((error: { code: unknown }) => ({ refused: error.code }));
  if ("refused" in answer) return JSON.stringify(answer);
  return JSON.stringify([answer.columns, answer.rows, answer.hasNextPage]);
}

const ask = record({ kind: constant("ask" as const), who: nat(PEOPLE.length - 1), what: nat(QUESTIONS.length - 1) });
const sell = record({ kind: constant("sell" as const), amount: nat(50), isOpen: nat(1) });
const tell = record({ kind: constant("tell" as const) });

test("an answer is what it was at some moment since the last word of a change, for whoever asks and nobody else", async () => {
  let hits = 0;
  await assert(
    asyncProperty(
      array(oneof({ weight: 6, arbitrary: ask }, sell, tell), { minLength: 10, maxLength: 40 }),
      async (steps) => {
        await run("delete from orders");
        await run(
          "insert into orders values (1, 'T1', 'EMEA', 'ann', 'open', '2026-01-01', 10, 4), (2, 'T2', 'APAC', 'bob', 'done', '2026-01-02', 20, 5)",
        );
        const kept = { ...warehouse, close: async () => {} };
        const count = (event: { cache: unknown }): void => void (hits += event.cache === "hit" ? 1 : 0);
        const cached = createEngine({ catalog, warehouse: kept, onQuery: count });
        const plain = createEngine({ catalog, warehouse: kept, cache: { isEnabled: false } });
        /** What an answer of each question to each person may be. */
        const allowed = new Map<string, Set<string>>();
        const look = async (): Promise<void> => {
          for (const [i, who] of PEOPLE.entries()) {
            for (const [j, question] of QUESTIONS.entries()) {
              const known = allowed.get(`${i} ${j}`) ?? new Set();
              allowed.set(`${i} ${j}`, known.add(await told(plain, who, question)));
            }
          }
        };
        await look();
        for (const [i, step] of steps.entries()) {
          if (step.kind === "sell") {
            const state = step.isOpen ? "open" : "done";
            await run(
              `insert into orders values (${i + 3}, 'T${1 + (i % 2)}', 'R${i % 3}', 'b', '${state}', '2026-01-03', ${step.amount}, ${i})`,
            );
            await look();
          } else if (step.kind === "tell") {
            cached.refreshed({ source: "orders" });
            allowed.clear();
            await look();
          } else {
            const [who, question] = [PEOPLE[step.who], QUESTIONS[step.what]];
            if (!who || !question) throw new Error("Nobody asked nothing.");
            expect([...(allowed.get(`${step.who} ${step.what}`) ?? [])]).toContain(await told(cached, who, question));
          }
        }
        await cached.close();
        await plain.close();
      },
    ),
    { numRuns: 8 },
  );
  expect(hits).toBeGreaterThan(0);
}, 120_000);
