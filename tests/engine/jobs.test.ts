import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { Refusal } from "../../src/diagnostics/index.ts";
import { type Answer, createEngine, createQuotas, type Engine, type Pending } from "../../src/engine/index.ts";
import { OPERATOR, type Principal } from "../../src/identity/index.ts";
import type { QueryRequest } from "../../src/request/index.ts";
import { openWarehouse, readAll, type Warehouse } from "../../src/warehouse/index.ts";
import { principal, shopWith } from "../policy/support.ts";
import { type Watched, watched } from "./support.ts";

const POLICY = "policy: orders\nroles: { analyst: { rows: tenant = claim('tenant'), fields: all } }";
const catalog = shopWith(POLICY);
const ann = principal(["analyst"], { tenant: "T1" });
/** The same person with other claims. */
const movedAnn = principal(["analyst"], { tenant: "T2" });
const bob: Principal = {
  kind: "user",
  issuer: "i",
  subject: "bob",
  name: "b",
  roles: ["analyst"],
  claims: { tenant: "T1" },
};

const revenue: QueryRequest = { metrics: ["revenue"], groupBy: [{ name: "order__region" }] };
const members: QueryRequest = { metrics: ["members"] };

let inner: Warehouse;
let watch: Watched;
let engine: Engine;

beforeAll(async () => {
  inner = await openWarehouse("duckdb::memory:");
  for (const text of [
    "create table orders (id int, tenant text, region text, buyer text, state text, day date, amount int, cost int)",
    "insert into orders values (1, 'T1', 'EMEA', 'ann', 'open', '2026-01-01', 10, 4), (2, 'T2', 'APAC', 'bob', 'done', '2026-01-02', 20, 5)",
    "create table buyers (buyer text, tenant text, mail text, tier text, born date)",
  ]) {
    await readAll(await inner.execute({ text, values: [] }));
  }
});
afterAll(() => inner.close());

beforeEach(() => {
  watch = watched({ ...inner, close: async () => {} });
  engine = createEngine({ catalog, warehouse: watch.warehouse });
  return () => engine.close();
});

async function ask(request: QueryRequest, who: Principal, waitMs: number, signal?: AbortSignal) {
  const [told] = await engine.askAll([request], who, { waitMs, ...(signal && { signal }) });
  if (!told) throw new Error("Nothing was told.");
  return told;
}

function pendingOf(told: Answer | Pending | Error): Pending {
  if ("pollAfterMs" in told) return told;
  throw told instanceof Error ? told : new Error("It was answered at once.");
}

async function outcomeOf(queryId: string, who: Principal): Promise<readonly unknown[] | string> {
  try {
    const told = await engine.jobs.result(queryId, who);
    return "rows" in told ? told.rows : told.stage;
  } catch (thrown) {
    return thrown instanceof Refusal ? thrown.code : String(thrown);
  }
}

describe("a question that takes longer than its caller waits", () => {
  test("is pending, runs on, and its answer is fetched by its id", async () => {
    const letGo = watch.hold();
    const pending = pendingOf(await ask(revenue, ann, 0));
    expect(pending).toMatchObject({ stage: "running", bytesProcessed: null });
    expect(pending.pollAfterMs).toBeGreaterThan(0);
    expect(await outcomeOf(pending.queryId, ann)).toBe("running");
    letGo();
    await expect.poll(() => outcomeOf(pending.queryId, ann)).toEqual([["EMEA", "10"]]);
    expect(await outcomeOf(pending.queryId, ann)).toEqual([["EMEA", "10"]]);
    expect(watch.texts).toHaveLength(1);
  });

  test("is answered at once where it ends in time, and then not kept", async () => {
    const told = await ask(revenue, ann, 30_000);
    expect(told).toMatchObject({ rows: [["EMEA", "10"]] });
    if (!("provenance" in told)) throw new Error("It was not answered.");
    expect(await outcomeOf(told.provenance.queryId, ann)).toBe("UNKNOWN_QUERY");
    await ask(revenue, ann, 30_000);
    expect(watch.texts).toHaveLength(2);
  });

  test("tells of its going on to who watches, and its answer at last", async () => {
    const letGo = watch.hold();
    const { queryId } = pendingOf(await ask(revenue, ann, 0));
    const seen: (Answer | Pending)[] = [];
    for await (const told of engine.jobs.watch(queryId, ann)) {
      seen.push(told);
      letGo();
    }
    expect(seen.length).toBeGreaterThan(1);
    expect(seen.slice(0, -1).every((told) => "stage" in told)).toBe(true);
    expect(seen.at(-1)).toMatchObject({ rows: [["EMEA", "10"]] });
  });

  test("fails for who fetches it as it would have failed for who waited", async () => {
    await readAll(await inner.execute({ text: "alter table buyers rename to away", values: [] }));
    const letGo = watch.hold();
    const { queryId } = pendingOf(await ask(members, OPERATOR, 0));
    letGo();
    await expect.poll(() => outcomeOf(queryId, OPERATOR)).toMatch("WarehouseError");
    await readAll(await inner.execute({ text: "alter table away rename to buyers", values: [] }));
  });

  test("does not end with the signal of who asked", async () => {
    const letGo = watch.hold();
    const caller = new AbortController();
    const { queryId } = pendingOf(await ask(revenue, ann, 0, caller.signal));
    caller.abort();
    letGo();
    await expect.poll(() => outcomeOf(queryId, ann)).toEqual([["EMEA", "10"]]);
  });
});

describe("asking again", () => {
  test("joins the running question, whatever the spelling, and has its answer", async () => {
    const letGo = watch.hold();
    const first = pendingOf(await ask(revenue, ann, 0));
    expect(pendingOf(await ask({ ...revenue, where: [], limit: null }, ann, 0)).queryId).toBe(first.queryId);
    const waiting = ask(revenue, ann, 30_000);
    letGo();
    const joined = await waiting;
    expect(joined).toMatchObject({ rows: [["EMEA", "10"]] });
    expect(await ask(revenue, ann, 30_000)).toMatchObject({ rows: [["EMEA", "10"]] });
    expect(watch.texts).toHaveLength(1);
  });

  test("is asked anew where word of its source has come since, while it runs and when it has ended", async () => {
    const letGo = watch.hold();
    const before = pendingOf(await ask(revenue, ann, 10));
    engine.refreshed({ source: "orders" });
    const asked = ask(revenue, ann, 30_000);
    await expect.poll(() => watch.texts.length).toBe(2);
    letGo();
    expect(await asked).toMatchObject({ provenance: { cache: "miss" } });
    await expect.poll(() => outcomeOf(before.queryId, ann)).toEqual([["EMEA", "10"]]);

    const again = watch.hold();
    const { queryId } = pendingOf(await ask(revenue, ann, 10));
    again();
    await expect.poll(() => outcomeOf(queryId, ann)).toEqual([["EMEA", "10"]]);
    expect(await ask(revenue, ann, 30_000)).toMatchObject({ provenance: { cache: "coalesced" } });
    engine.refreshed({ source: "buyers" });
    expect(await ask(revenue, ann, 30_000)).toMatchObject({ provenance: { cache: "coalesced" } });
    engine.refreshed({ source: "orders" });
    expect(await ask(revenue, ann, 30_000)).toMatchObject({ provenance: { cache: "miss" } });
    expect(watch.texts).toHaveLength(4);
  });

  test("shares the statement of who has equal rights, and nothing of other claims or of another question", async () => {
    const letGo = watch.hold();
    const asked = [
      pendingOf(await ask(revenue, ann, 0)),
      pendingOf(await ask(revenue, bob, 0)),
      pendingOf(await ask(revenue, movedAnn, 0)),
      pendingOf(await ask({ ...revenue, limit: 5 }, ann, 0)),
      pendingOf(await ask({ ...revenue, where: ["order__region <> 'x'"] }, ann, 0)),
    ];
    letGo();
    expect(new Set(asked.map(({ queryId }) => queryId)).size).toBe(5);
    await expect.poll(() => outcomeOf(asked[2]?.queryId ?? "", movedAnn)).toEqual([["APAC", "20"]]);
    await expect.poll(() => outcomeOf(asked[0]?.queryId ?? "", ann)).toEqual([["EMEA", "10"]]);
    expect(watch.texts).toHaveLength(4);
    await expect.poll(() => outcomeOf(asked[1]?.queryId ?? "", bob)).toEqual([["EMEA", "10"]]);
  });

  test("a caller who leaves ends the statement, unless somebody else waits for it", async () => {
    watch.hold();
    const [first, second] = [new AbortController(), new AbortController()];
    const asked = [ask(revenue, ann, 60_000, first.signal), ask(revenue, ann, 60_000, second.signal)];
    await expect.poll(() => watch.texts.length).toBe(1);
    first.abort();
    expect(await asked[0]).toMatchObject({ kind: "aborted" });
    expect(watch.aborted()).toBe(0);
    second.abort();
    expect(await asked[1]).toMatchObject({ kind: "aborted" });
    await expect.poll(() => watch.aborted()).toBe(1);
    expect(watch.texts).toHaveLength(1);
  });
});

describe("an id", () => {
  test("that is unknown, somebody else's or of other claims or definitions is refused in the same words", async () => {
    const letGo = watch.hold();
    const { queryId } = pendingOf(await ask(revenue, ann, 0));
    const said = async (id: string, who: Principal) =>
      engine.jobs.result(id, who).catch((thrown: unknown) => (thrown instanceof Refusal ? thrown : null));
    const unknown = await said("00000000-0000-0000-0000-000000000000", ann);
    expect(unknown).toMatchObject({ code: "UNKNOWN_QUERY" });
    for (const who of [bob, movedAnn, OPERATOR]) expect(await said(queryId, who)).toEqual(unknown);
    expect(engine.jobs.cancel(queryId, bob)).toBe(false);
    letGo();
    await expect.poll(() => outcomeOf(queryId, ann)).toEqual([["EMEA", "10"]]);
    expect(await said(queryId, bob)).toEqual(unknown);
    engine.swap(shopWith(POLICY.replace("fields: all", "fields: [region]")));
    expect(await said(queryId, ann)).toEqual(unknown);
  });

  test("cancels its question in the warehouse, and who fetches it or waits is told", async () => {
    watch.hold();
    const { queryId } = pendingOf(await ask(revenue, ann, 0));
    const waiting = ask(revenue, ann, 60_000);
    await expect.poll(() => watch.texts.length).toBe(1);
    expect(engine.jobs.cancel(queryId, ann)).toBe(true);
    expect(await waiting).toMatchObject({ code: "CANCELLED" });
    expect(await outcomeOf(queryId, ann)).toBe("CANCELLED");
    expect(engine.jobs.cancel(queryId, ann)).toBe(false);
    await expect.poll(() => watch.aborted()).toBe(1);
  });

  test("of a question that shares its statement cancels it alone", async () => {
    const letGo = watch.hold();
    const other = { metrics: ["cost"] };
    const told = await engine.askAll([revenue, other, members], OPERATOR, { waitMs: 0 });
    const [first, second, third] = told.map(pendingOf);
    expect(watch.texts).toHaveLength(2);
    expect(engine.jobs.cancel(first?.queryId ?? "", OPERATOR)).toBe(true);
    expect(watch.aborted()).toBe(0);
    letGo();
    await expect.poll(() => outcomeOf(second?.queryId ?? "", OPERATOR)).toEqual([["9"]]);
    await expect.poll(() => outcomeOf(third?.queryId ?? "", OPERATOR)).toEqual([[null]]);
    expect(await outcomeOf(first?.queryId ?? "", OPERATOR)).toBe("CANCELLED");
  });
});

describe("questions that run by themselves", () => {
  test("end with the engine", async () => {
    watch.hold();
    await ask(revenue, ann, 0);
    await engine.close();
    expect(watch.aborted()).toBe(1);
  });

  test("count as under way to the quotas of who asked", async () => {
    const quotas = createQuotas({ everybody: { concurrentQuestions: 1 }, byRole: new Map() });
    engine = createEngine({ catalog, warehouse: watch.warehouse, quotas });
    const letGo = watch.hold();
    const { queryId } = pendingOf(await ask(revenue, ann, 0));
    expect(await ask({ metrics: ["cost"] }, ann, 60_000)).toMatchObject({ code: "QUOTA_EXCEEDED" });
    expect(pendingOf(await ask(revenue, ann, 0)).queryId).toBe(queryId);
    letGo();
    await expect.poll(() => outcomeOf(queryId, ann)).toEqual([["EMEA", "10"]]);
    expect(await ask({ metrics: ["cost"] }, ann, 60_000)).toMatchObject({ rows: [["4"]] });
  });

  test("are held up to a number for each principal: the answers longest held are dropped first", async () => {
    const ids: string[] = [];
    for (let limit = 1; limit <= 101; limit++) {
      const letGo = watch.hold();
      const { queryId } = pendingOf(await ask({ ...revenue, limit }, ann, 0));
      letGo();
      await expect.poll(() => outcomeOf(queryId, ann), { interval: 2 }).toEqual([["EMEA", "10"]]);
      ids.push(queryId);
    }
    expect(await outcomeOf(ids[0] ?? "", ann)).toBe("UNKNOWN_QUERY");
    expect(await outcomeOf(ids[1] ?? "", ann)).toEqual([["EMEA", "10"]]);
    expect(await outcomeOf(ids[100] ?? "", ann)).toEqual([["EMEA", "10"]]);
  });

  test("are refused where as many run already, and nothing of them stays behind", async () => {
    const letGo = watch.hold();
    const requests = Array.from({ length: 101 }, (_, limit): QueryRequest => ({ ...revenue, limit: limit + 1 }));
    const told = await Promise.all(requests.map((request) => ask(request, ann, 0)));
    expect(told.filter((one) => one instanceof Refusal && one.code === "OVERLOADED")).toHaveLength(1);
    await expect.poll(() => watch.aborted()).toBe(1);
    letGo();
  });
});
