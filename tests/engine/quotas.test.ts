import { expect, test } from "vitest";
import { Refusal } from "../../src/diagnostics/index.ts";
import { type Answer, createQuotas, type Engine, type Quotas } from "../../src/engine/index.ts";
import { OPERATOR, type Principal } from "../../src/identity/index.ts";
import type { Quota, QuotaSettings } from "../../src/settings/index.ts";

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

/** Milliseconds that pass when told to. */
function createClock() {
  let nowMs = 1_000;
  return { read: () => nowMs, pass: (ms: number) => void (nowMs += ms) };
}

function user(subject: string, ...roles: string[]): Principal {
  return { kind: "user", issuer: "test", subject, name: subject, roles, claims: {} };
}

const ann = user("ann");
const bob = user("bob");

function withQuotas(everybody: Quota, byRole: QuotaSettings["byRole"] = new Map()) {
  const clock = createClock();
  return { clock, quotas: createQuotas({ everybody, byRole }, clock.read) };
}

/** An engine whose questions cost what they are told to, and end when they are told to. */
function costing(quotas: Quotas, cost: () => { rows?: number; bytes?: number; wait?: () => Promise<void> }): Engine {
  const engine: Partial<Engine> = {
    async query() {
      const { rows = 0, bytes = 0, wait } = cost();
      await wait?.();
      const answer: Partial<Omit<Answer, "provenance">> & { provenance: Partial<Answer["provenance"]> } = {
        rows: Array.from({ length: rows }, () => []),
        provenance: { bytesProcessed: bytes, bytesBilled: null },
      };
      return answer as Answer;
    },
  };
  return quotas.over(engine as Engine);
}

/** The message of the refusal; null: it was answered. */
async function refusalOf(engine: Engine, principal: Principal): Promise<string | null> {
  try {
    await engine.query({ metrics: [] }, principal);
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

test("rows are counted when an answer is there, and the next question waits until there is room", async () => {
  const { clock, quotas } = withQuotas({ rowsPerHour: 100 });
  const engine = costing(quotas, () => ({ rows: 150 }));
  expect(await refusalOf(engine, ann)).toBeNull();
  expect(await refusalOf(engine, ann)).toBe("Your quota rows_per_hour of 100 is used up; it frees again in 31 min.");
  expect(await refusalOf(engine, bob)).toBeNull();
  clock.pass(30 * MINUTE);
  expect(await refusalOf(engine, ann)).not.toBeNull();
  clock.pass(MINUTE);
  expect(await refusalOf(engine, ann)).toBeNull();
});

test("bytes are counted where the warehouse counts them", async () => {
  const { clock, quotas } = withQuotas({ bytesPerHour: 1_000 });
  const engine = costing(quotas, () => ({ bytes: 1_000 }));
  expect(await refusalOf(engine, ann)).toBeNull();
  expect(await refusalOf(engine, ann)).toContain("bytes_per_hour of 1,000 bytes is used up");
  clock.pass(HOUR);
  expect(await refusalOf(engine, ann)).toBeNull();
});

test("the time of statements is counted, of those that fail too", async () => {
  const { clock, quotas } = withQuotas({ warehouseMsPerHour: 60_000 });
  const engine = costing(quotas, () => ({
    async wait() {
      clock.pass(40_000);
      throw new Error("the warehouse failed");
    },
  }));
  await expect(engine.query({ metrics: [] }, ann)).rejects.toThrow("failed");
  await expect(engine.query({ metrics: [] }, ann)).rejects.toThrow("failed");
  expect(await refusalOf(engine, ann)).toContain("warehouse_time_per_hour of 60 s is used up");
});

test("so many questions run at once; one that ends, well or badly, makes room", async () => {
  const { quotas } = withQuotas({ concurrentQuestions: 2 });
  const ends: { resolve(): void; reject(error: Error): void }[] = [];
  const engine = costing(quotas, () => {
    const end = Promise.withResolvers<void>();
    ends.push({ resolve: () => end.resolve(), reject: end.reject });
    return { wait: () => end.promise };
  });
  const running = [engine.query({ metrics: [] }, ann), engine.query({ metrics: [] }, ann)];
  expect(await refusalOf(engine, ann)).toBe(
    "Your quota concurrent_questions of 2 is in use; it frees again when one of them has ended.",
  );
  const other = engine.query({ metrics: [] }, bob);
  ends[0]?.reject(new Error("failed"));
  await expect(running[0]).rejects.toThrow("failed");
  const third = engine.query({ metrics: [] }, ann);
  expect(ends).toHaveLength(4);
  for (const end of ends) end.resolve();
  await Promise.all([running[1], other, third]);
  const last = engine.query({ metrics: [] }, ann);
  ends.at(-1)?.resolve();
  expect((await last).rows).toEqual([]);
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
