import { expect, test } from "vitest";
import { remembered } from "../../src/std/index.ts";

/** @returns how often each text was asked for, and the function that remembers */
function counting(limit: number, characters?: number) {
  const asked: string[] = [];
  const length = (text: string): number => {
    asked.push(text);
    return text.length;
  };
  return { asked, length: remembered(length, limit, characters) };
}

test("what was asked before is not asked again, also where the answer is undefined", () => {
  const { asked, length } = counting(10);
  expect([length("a"), length("bb"), length("a"), length("bb")]).toEqual([1, 2, 1, 2]);
  expect(asked).toEqual(["a", "bb"]);
  let times = 0;
  const nothing = remembered((): undefined => void (times += 1), 10);
  nothing("a");
  nothing("a");
  expect(times).toBe(1);
});

test("beyond so many answers the first is forgotten", () => {
  const { asked, length } = counting(2);
  for (const text of ["a", "b", "c", "b", "c", "a"]) length(text);
  expect(asked).toEqual(["a", "b", "c", "a"]);
});

test("so it is beyond so many characters, however few the answers", () => {
  const { asked, length } = counting(1_000, 100);
  const texts = Array.from({ length: 5 }, (_, i) => String(i).repeat(25));
  for (const text of texts) length(text);
  expect(asked).toEqual(texts);
  for (const text of texts.slice(1)) length(text); // four of 25 are held
  expect(asked).toEqual(texts);
  length(texts[0] ?? "");
  expect(asked).toHaveLength(6);
});

test("a text that would push out much of what is held is answered, and not held", () => {
  const { asked, length } = counting(1_000, 100);
  for (const text of ["a", "b", "x".repeat(26), "x".repeat(26), "a", "b"]) length(text);
  expect(asked).toEqual(["a", "b", "x".repeat(26), "x".repeat(26)]);
});
