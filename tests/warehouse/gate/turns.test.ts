import { array, asyncProperty, assert as check, constant, constantFrom, integer, nat, oneof, record } from "fast-check";
import { describe, expect, test } from "vitest";
import { type EndTurn, FairTurns, type FairTurnsOptions } from "../../../src/warehouse/gate/turns.ts";

function open(options: Partial<FairTurnsOptions> & { readonly limit: () => number }) {
  return new FairTurns({ maxWaiting: 1000, maxWaitMs: 3_600_000, clock: () => 0, ...options });
}

async function settled(): Promise<void> {
  for (let i = 0; i < 5; i++) await Promise.resolve();
}

/** Asks for a turn, and writes down when it begins. */
async function ask(turns: FairTurns, principal: string, begun: string[], ends: EndTurn[]): Promise<void> {
  const end = await turns.take(principal, {});
  begun.push(principal);
  ends.push(end);
}

describe("who waits", () => {
  test("is called in turn with everybody else, however many others have come before", async () => {
    const turns = open({ limit: () => 1 });
    const begun: string[] = [];
    const ends: EndTurn[] = [];
    const all = ["a", "a", "a", "a", "b", "b", "c"].map((principal) => ask(turns, principal, begun, ends));
    for (let i = 0; i < all.length; i++) {
      await settled();
      ends.shift()?.();
    }
    await Promise.all(all);
    expect(begun.join("")).toBe("aabcaba");
  });

  test("never sees another principal called more than once more than itself", () =>
    check(
      asyncProperty(
        array(constantFrom("a", "b", "c", "d"), { minLength: 1, maxLength: 60 }),
        integer({ min: 1, max: 4 }),
        async (principals, limit) => {
          const turns = open({ limit: () => limit });
          const begun: string[] = [];
          const ends: EndTurn[] = [];
          const left = new Map<string, number>();
          for (const principal of principals) left.set(principal, (left.get(principal) ?? 0) + 1);
          for (const principal of principals) void ask(turns, principal, begun, ends);
          await settled();
          for (const principal of begun) left.set(principal, (left.get(principal) ?? 0) - 1);
          const called = new Map([...left].filter(([, waiting]) => waiting > 0).map(([principal]) => [principal, 0]));
          while (turns.waiting > 0) {
            const before = begun.length;
            ends.shift()?.();
            await settled();
            for (const principal of begun.slice(before)) {
              called.set(principal, (called.get(principal) ?? 0) + 1);
              left.set(principal, (left.get(principal) ?? 0) - 1);
            }
            const most = Math.max(...called.values());
            for (const [principal, count] of called) {
              if ((left.get(principal) ?? 0) > 0) expect(most - count).toBeLessThanOrEqual(1);
            }
          }
        },
      ),
    ));

  test("loses the last place of the longest line to who has a shorter one, and keeps it against who has not", async () => {
    const shed: string[] = [];
    const turns = open({ limit: () => 1, maxWaiting: 3, onShed: (reason) => shed.push(reason) });
    const begun: string[] = [];
    const ends: EndTurn[] = [];
    await ask(turns, "hog", begun, ends);
    const hog = [1, 2, 3].map((n) =>
      ask(turns, "hog", begun, ends).then(
        () => n,
        () => `${n} refused`,
      ),
    );
    const full = { name: "WarehouseError", kind: "busy", retryAfterMs: 1_000 };
    await expect(turns.take("hog", {})).rejects.toMatchObject(full);
    expect(turns.refusal("hog")?.error).toMatchObject(full);
    expect(turns.refusal("other")).toBeNull();
    const other = ask(turns, "other", begun, ends);
    expect(await hog[2]).toBe("3 refused");
    await expect(turns.take("other", {})).rejects.toMatchObject(full);
    for (let i = 0; i < 4; i++) {
      await settled();
      ends.shift()?.();
    }
    await other;
    expect(await Promise.all(hog)).toEqual([1, 2, "3 refused"]);
    expect(begun).toEqual(["hog", "hog", "other", "hog"]);
    expect(shed).toEqual(["full", "full", "full"]);
  });

  test("leaves the line at once when nobody wants the answer any more", async () => {
    const turns = open({ limit: () => 1 });
    const end = await turns.take("a", {});
    const controller = new AbortController();
    const leaving = turns.take("a", { signal: controller.signal });
    const staying = turns.take("b", {});
    expect(turns.waiting).toBe(2);
    controller.abort();
    expect(turns.waiting).toBe(1);
    await expect(leaving).rejects.toMatchObject({ kind: "aborted" });
    end();
    (await staying)();
    expect([turns.running, turns.waiting]).toEqual([0, 0]);
  });

  test("goes without a turn when none has come by its deadline, or within the longest wait", async () => {
    const shed: string[] = [];
    const turns = open({
      limit: () => 1,
      maxWaitMs: 30,
      clock: () => performance.now(),
      onShed: (reason) => shed.push(reason),
    });
    const end = await turns.take("a", {});
    const [late, waited] = await Promise.allSettled([
      turns.take("a", { deadline: performance.now() + 10 }),
      turns.take("a", {}),
    ]);
    for (const one of [late, waited]) expect(one).toMatchObject({ status: "rejected", reason: { kind: "busy" } });
    expect(shed).toEqual(["late", "waited"]);
    end();
    expect([turns.running, turns.waiting]).toEqual([0, 0]);
  });
});

describe("a deadline", () => {
  test("that the line does not reach in time is refused at once, as far as the line has shown its pace", async () => {
    let now = 0;
    const turns = open({ limit: () => 1, clock: () => now });
    const ends: EndTurn[] = [await turns.take("a", {})];
    for (let i = 0; i < 20; i++) void turns.take("a", {}).then((end) => ends.push(end));
    // Nothing is known of the pace yet.
    expect(turns.refusal("a", 1)).toBeNull();
    for (let i = 0; i < 10; i++) {
      now += 100;
      ends.shift()?.();
      await settled();
    }
    expect(turns.waiting).toBe(10);
    // Ten are before it, one is called every 100 ms.
    expect(turns.refusal("a", now + 1_200)).toBeNull();
    expect(turns.refusal("a", now + 1_000)).toMatchObject({
      reason: "late",
      error: { kind: "busy", retryAfterMs: 1_100 },
    });
    await expect(turns.take("a", { deadline: now + 1_000 })).rejects.toMatchObject({ kind: "busy" });
    // A principal of whom nobody waits comes second.
    expect(turns.refusal("b", now + 300)).toBeNull();
    expect(turns.refusal("b", now + 200)).toMatchObject({ reason: "late" });
    expect(turns.refusal("b", now)).toMatchObject({ reason: "late" });
  });
});

test("no turn is lost and none is given twice, whoever comes, leaves and ends, and however the limit moves", () =>
  check(
    asyncProperty(
      array(
        oneof(
          record({ do: constant("come" as const), who: constantFrom("a", "b", "c") }),
          record({ do: constant("end" as const), which: nat(50) }),
          record({ do: constant("leave" as const), which: nat(50) }),
          record({ do: constant("limit" as const), to: integer({ min: 1, max: 5 }) }),
        ),
        { maxLength: 120 },
      ),
      async (steps) => {
        let limit = 2;
        const turns = open({ limit: () => limit, maxWaiting: 8 });
        const held: EndTurn[] = [];
        const waiting = new Set<AbortController>();
        const come = async (who: string, controller: AbortController): Promise<void> => {
          try {
            held.push(await turns.take(who, { signal: controller.signal }));
          } catch {
            // Left, or found no room.
          } finally {
            waiting.delete(controller);
          }
        };
        for (const step of steps) {
          if (step.do === "come") {
            const controller = new AbortController();
            waiting.add(controller);
            void come(step.who, controller);
          } else if (step.do === "end") {
            const [end] = held.splice(step.which % Math.max(1, held.length), 1);
            end?.();
            end?.();
          } else if (step.do === "leave") {
            [...waiting][step.which % Math.max(1, waiting.size)]?.abort();
          } else limit = step.to;
          await settled();
          expect(turns.running).toBe(held.length);
          expect(turns.waiting).toBe(waiting.size);
          expect(turns.waiting).toBeLessThanOrEqual(8);
        }
        limit = 1;
        while (held.length > 0) {
          held.shift()?.();
          await settled();
        }
        expect([turns.running, turns.waiting, waiting.size]).toEqual([0, 0, 0]);
      },
    ),
  ));
