import { expect, test } from "vitest";
import { createMemoryStore } from "../../src/cache/index.ts";

const KIB = 1_024;

function storeAt(maxBytes: number) {
  const time = { now: 1_000 };
  return { time, store: createMemoryStore<{ name: string }>(maxBytes, () => time.now) };
}

test("what was put in is there until its time is over, by the clock that only grows", () => {
  const { time, store } = storeAt(100 * KIB);
  store.set("a", { name: "a" }, { bytes: 10, ttlMs: 500 });
  time.now += 500;
  expect(store.get("a")).toEqual({ name: "a" });
  time.now += 1;
  expect(store.get("a")).toBeUndefined();
  expect(store.count).toBe(0);
});

test("a value without an end stays", () => {
  const { time, store } = storeAt(100 * KIB);
  store.set("a", { name: "a" }, { bytes: 10, ttlMs: Infinity });
  time.now += 1e12;
  expect(store.get("a")).toEqual({ name: "a" });
});

test("what was asked longest ago makes room, and no more bytes are held than allowed", () => {
  const { store } = storeAt(33 * KIB);
  for (const name of ["a", "b", "c"]) store.set(name, { name }, { bytes: 10 * KIB, ttlMs: Infinity });
  expect(store.bytes).toBe(33 * KIB);
  void store.get("a");
  store.set("d", { name: "d" }, { bytes: 10 * KIB, ttlMs: Infinity });
  expect(["a", "b", "c", "d"].map((key) => store.get(key) !== undefined)).toEqual([true, false, true, true]);
  expect(store.bytes).toBe(33 * KIB);
});

test("what is larger than the store drives nothing out", () => {
  const { store } = storeAt(20 * KIB);
  store.set("a", { name: "a" }, { bytes: 5 * KIB, ttlMs: Infinity });
  store.set("b", { name: "b" }, { bytes: 30 * KIB, ttlMs: Infinity });
  expect(store.get("a")).toEqual({ name: "a" });
  expect(store.get("b")).toBeUndefined();
});

test("an entry counts for its bytes and at most 1 KiB more, and for nothing when it is gone", () => {
  const { store } = storeAt(100 * KIB);
  store.set("a", { name: "a" }, { bytes: 3_000, ttlMs: Infinity });
  expect(store.bytes).toBeLessThanOrEqual(3_000 * 1.05 + KIB);
  store.set("a", { name: "a2" }, { bytes: 2_000, ttlMs: Infinity });
  expect(store.bytes).toBe(2_000 + KIB);
  store.delete("a");
  expect([store.bytes, store.count]).toEqual([0, 0]);
  store.set("a", { name: "a" }, { bytes: 1, ttlMs: 0 });
  expect(store.count).toBe(0);
});
