import { array, boolean, assert as check, property } from "fast-check";
import { describe, expect, test } from "vitest";
import { AdaptiveLimit } from "../../../src/warehouse/gate/adaptive-limit.ts";
import { Breaker } from "../../../src/warehouse/gate/breaker.ts";
import { RetryBudget } from "../../../src/warehouse/gate/retry-budget.ts";
import { WarehouseError } from "../../../src/warehouse/index.ts";

test("repetitions stay within a tenth of the statements, in whatever order they come and fail", () =>
  check(
    property(array(boolean(), { maxLength: 2_000 }), (fails) => {
      const budget = new RetryBudget();
      let retries = 0;
      fails.forEach((hasFailed, i) => {
        budget.earn();
        if (hasFailed && budget.spend()) retries += 1;
        expect(retries).toBeLessThanOrEqual((i + 1) / 10);
      });
    }),
  ));

test("a storm after a quiet time is repeated ten times at most before it earns more", () => {
  const budget = new RetryBudget();
  for (let i = 0; i < 10_000; i++) budget.earn();
  expect(Array.from({ length: 50 }, () => budget.spend()).filter(Boolean)).toHaveLength(10);
});

describe("the limit", () => {
  test("is cut once for all that ran together, and grows back to its most, one step a round", () => {
    const limit = new AdaptiveLimit(8);
    const together = Array.from({ length: 8 }, () => limit.begin());
    for (const ended of together) ended("overloaded");
    expect(limit.now).toBe(6);
    limit.begin()("overloaded");
    expect(limit.now).toBe(4);
    for (let i = 0; i < 2; i++) limit.begin()("well");
    expect(limit.now).toBe(4);
    for (let i = 0; i < 3; i++) limit.begin()("well");
    expect(limit.now).toBe(5);
    for (let i = 0; i < 100; i++) limit.begin()("well");
    expect(limit.now).toBe(8);
  });

  test("is never below one", () => {
    const limit = new AdaptiveLimit(2);
    for (let i = 0; i < 20; i++) limit.begin()("overloaded");
    expect(limit.now).toBe(1);
  });
});

describe("the breaker", () => {
  function open() {
    const probes: PromiseWithResolvers<void>[] = [];
    const changes: boolean[] = [];
    const breaker = new Breaker({
      probe() {
        const asked = Promise.withResolvers<void>();
        probes.push(asked);
        return asked.promise;
      },
      onChange: (isOpen) => changes.push(isOpen),
      pauseMs: 1,
    });
    const fail = (times: number) => {
      for (let i = 0; i < times; i++) breaker.failed();
    };
    return { breaker, probes, changes, fail };
  }

  async function until(claim: () => boolean): Promise<void> {
    while (!claim()) await new Promise((resolve) => setTimeout(resolve, 1));
  }

  test("opens with the fifth failure in a row, and an answer between them starts the count anew", () => {
    const { breaker, fail } = open();
    fail(4);
    breaker.answered();
    fail(4);
    expect(breaker.isOpen).toBe(false);
    fail(1);
    expect(breaker.isOpen).toBe(true);
    breaker.close();
  });

  test.each([
    ["unavailable", false],
    ["timeout", false],
    ["busy", true],
    ["denied", true],
  ] as const)("asks one probe at a time; %s is an answer: %s", async (kind, isAnswer) => {
    const { breaker, probes, changes, fail } = open();
    fail(50);
    expect(probes).toHaveLength(1);
    probes[0]?.reject(new WarehouseError(kind, "No."));
    if (!isAnswer) {
      await until(() => probes.length === 2);
      fail(50);
      expect(probes).toHaveLength(2);
      expect(breaker.isOpen).toBe(true);
      probes[1]?.resolve();
    }
    await until(() => !breaker.isOpen);
    expect(changes).toEqual([true, false]);
  });

  test("a statement that is answered after all closes it", () => {
    const { breaker, fail } = open();
    fail(5);
    breaker.answered();
    expect(breaker.isOpen).toBe(false);
  });
});
