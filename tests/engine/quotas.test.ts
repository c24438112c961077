import { expect, test } from "vitest";
import { loadCatalog } from "../../src/compile/index.ts";
import { Refusal } from "../../src/diagnostics/index.ts";
import { createEngine, createQuotas, type QueryEvent, type Quotas } from "../../src/engine/index.ts";
import { OPERATOR, type Principal, type User } from "../../src/identity/index.ts";
import type { Quota, QuotaSettings } from "../../src/settings/index.ts";
import { openWarehouse } from "../../src/warehouse/index.ts";

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

/** Milliseconds that pass when told to. */
function createClock() {
  let nowMs = 1_000;
  return { read: () => nowMs, pass: (ms: number) => void (nowMs += ms) };
}

function user(subject: string, ...roles: string[]): User {
  return { kind: "user", issuer: "test", subject, name: subject, roles, claims: {} };
}

const ann = user("ann");
const bob = user("bob");

function withQuotas(everybody: Quota, byRole: QuotaSettings["byRole"] = new Map()) {
  const clock = createClock();
  return { clock, quotas: createQuotas({ everybody, byRole }, clock.read) };
}

/** One question, from its beginning to its end; the message of its refusal, or null. */
function ask(quotas: Quotas, principal: Principal, cost: { rows?: number; bytes?: number } = {}): string | null {
  try {
    const turn = quotas.begin(principal);
    turn.ran({ bytesProcessed: cost.bytes ?? null, bytesBilled: null });
    turn.answered(cost.rows ?? 0);
    turn.ended();
    return null;
  } catch (thrown) {
    if (!(thrown instanceof Refusal)) throw thrown;
    expect(thrown.code).toBe("QUOTA_EXCEEDED");
    return thrown.message;
  }
}

function requests(quotas: Quotas, principal: Principal, count: number): number {
  return Array.from({ length: count }, () => quotas.refuseRequest(principal)).filter((refused) => refused === null)
    .length;
}

test("so many requests a minute pass, then they drip in evenly, for each principal by itself", () => {
  const { clock, quotas } = withQuotas({ requestsPerMinute: 60 });
  expect(requests(quotas, ann, 100)).toBe(60);
  expect(requests(quotas, bob, 10)).toBe(10);
  expect(quotas.refuseRequest(ann)).toMatchObject({
    retryAfterSeconds: 1,
    refusal: {
      code: "QUOTA_EXCEEDED",
      message: "Your quota requests_per_minute of 60 is used up; it frees again in 1 s.",
    },
  });
  clock.pass(5_000);
  expect(requests(quotas, ann, 100)).toBe(5);
  clock.pass(HOUR);
  expect(requests(quotas, ann, 100)).toBe(60);
});

test("rows are counted when an answer is there, and the next question waits until there is room", () => {
  const { clock, quotas } = withQuotas({ rowsPerHour: 100 });
  expect(ask(quotas, ann, { rows: 150 })).toBeNull();
  expect(ask(quotas, ann)).toBe("Your quota rows_per_hour of 100 is used up; it frees again in 31 min.");
  expect(ask(quotas, bob)).toBeNull();
  clock.pass(30 * MINUTE);
  expect(ask(quotas, ann)).not.toBeNull();
  clock.pass(MINUTE);
  expect(ask(quotas, ann)).toBeNull();
});

test("bytes are counted where the warehouse counts them", () => {
  const { clock, quotas } = withQuotas({ bytesPerHour: 1_000 });
  expect(ask(quotas, ann)).toBeNull();
  expect(ask(quotas, ann, { bytes: 1_000 })).toBeNull();
  expect(ask(quotas, ann)).toContain("bytes_per_hour of 1,000 bytes is used up");
  clock.pass(HOUR);
  expect(ask(quotas, ann)).toBeNull();
});

test("the time of a question counts, however it ends", () => {
  const { clock, quotas } = withQuotas({ warehouseMsPerHour: 60_000 });
  for (let i = 0; i < 2; i++) {
    const turn = quotas.begin(ann);
    clock.pass(40_000);
    turn.ended();
  }
  expect(ask(quotas, ann)).toContain("warehouse_time_per_hour of 60 s is used up");
});

test("so many questions run at once, and one that ends makes room", () => {
  const { quotas } = withQuotas({ concurrentQuestions: 2 });
  const turns = [quotas.begin(ann), quotas.begin(ann)];
  expect(ask(quotas, ann)).toBe(
    "Your quota concurrent_questions of 2 is in use; it frees again when one of them has ended.",
  );
  expect(ask(quotas, bob)).toBeNull();
  turns[0]?.ended();
  expect(ask(quotas, ann)).toBeNull();
});

test("the engine ends the turn of a question that fails, and counts a refused one as refused", async () => {
  const { catalog } = loadCatalog("metrics");
  if (!catalog) throw new Error("metrics/ does not load");
  const { quotas } = withQuotas({ concurrentQuestions: 1, rowsPerHour: 1 });
  const events: QueryEvent[] = [];
  const warehouse = await openWarehouse("duckdb::memory:");
  const engine = createEngine({ catalog, warehouse, quotas, onQuery: (event) => events.push(event) });
  // No table is there.
  await expect(engine.query({ metrics: ["revenue"] }, OPERATOR)).rejects.toThrow(/warehouse|table|exist/i);
  await expect(engine.query({ metrics: ["revenue"] }, OPERATOR)).rejects.toThrow(/^(?!.*quota)/);
  expect(ask(quotas, OPERATOR, { rows: 1 })).toBeNull();
  await expect(engine.query({ metrics: ["revenue"] }, OPERATOR)).rejects.toThrow("rows_per_hour");
  expect(events.map(({ outcome, code }) => [outcome, code])).toEqual([
    ["failed", null],
    ["failed", null],
    ["refused", "QUOTA_EXCEEDED"],
  ]);
  await engine.close();
});

test("tokens of other claims open no other account", () => {
  const { quotas } = withQuotas({ requestsPerMinute: 10 });
  const inRegion = (region: string): Principal => ({ ...user("eve", "analyst"), claims: { region } });
  expect(requests(quotas, inRegion("EMEA"), 8)).toBe(8);
  expect(requests(quotas, inRegion("APAC"), 8)).toBe(2);
});

test("of several roles the most generous counts, and a role that says nothing leaves what everybody has", () => {
  const byRole = new Map([
    ["small", { requestsPerMinute: 2 }],
    ["large", { requestsPerMinute: 50 }],
  ]);
  const { quotas } = withQuotas({ requestsPerMinute: 10 }, byRole);
  expect(requests(quotas, user("a"), 100)).toBe(10);
  expect(requests(quotas, user("b", "small"), 100)).toBe(2);
  expect(requests(quotas, user("c", "small", "large"), 100)).toBe(50);
  expect(requests(quotas, user("d", "small", "unknown"), 100)).toBe(10);
  expect(requests(quotas, OPERATOR, 100)).toBe(10);
});

test("a role may have a quota where others have none, and then lacking it is more", () => {
  const byRole = new Map([["trial", { requestsPerMinute: 3 }]]);
  const { quotas } = withQuotas({}, byRole);
  expect(requests(quotas, user("a", "trial"), 10)).toBe(3);
  expect(requests(quotas, user("b", "analyst", "trial"), 10)).toBe(10);
});

test("accounts are bounded: the one used longest ago starts anew, those in use stay", () => {
  const { quotas } = withQuotas({ requestsPerMinute: 1 });
  expect(requests(quotas, ann, 2)).toBe(1);
  for (let i = 0; i < 9_999; i++) quotas.refuseRequest(user(`u${i}`));
  expect(requests(quotas, ann, 1)).toBe(0);
  for (let i = 0; i < 10_000; i++) quotas.refuseRequest(user(`v${i}`));
  expect(requests(quotas, ann, 1)).toBe(1);
});
