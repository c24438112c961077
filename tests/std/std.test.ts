import { describe, expect, test } from "vitest";
import { canonicalJson, compareText, nearest, sameData, sha256 } from "../../src/std/index.ts";

describe("nearest", () => {
  test("offers the closest names first: fewest edits, then by letters", () => {
    expect(nearest("revenu", ["refund", "revenue", "ravenue", "orders"])).toEqual(["revenue", "ravenue"]);
  });

  test("counts two swapped letters as one edit, and does not mind case", () => {
    expect(nearest("Oredrs", ["orders"])).toEqual(["orders"]);
    expect(nearest("ab", ["ba", "xyz"])).toEqual(["ba"]);
  });

  test("never offers a wild guess, nor more than asked for", () => {
    expect(nearest("zebra", ["revenue", "orders"])).toEqual([]);
    expect(nearest("aaaa", ["aaab", "aaac", "aaad", "aaae"])).toEqual(["aaab", "aaac", "aaad"]);
    expect(nearest("aaaa", ["aaab", "aaac"], 1)).toEqual(["aaab"]);
  });

  test("a name that holds the other is near, from four letters on", () => {
    expect(nearest("customer", ["customer__country_of_birth"])).toEqual(["customer__country_of_birth"]);
    expect(nearest("cus", ["customer__country"])).toEqual([]);
  });
});

describe("canonical JSON", () => {
  test("is the same for equal data, whatever the order of its keys", () => {
    expect(canonicalJson({ b: 1, a: [{ d: null, c: "x" }] })).toBe('{"a":[{"c":"x","d":null}],"b":1}');
    expect(canonicalJson({ a: [{ c: "x", d: null }], b: 1 })).toBe('{"a":[{"c":"x","d":null}],"b":1}');
  });

  test("leaves out what is undefined and orders keys by code units, numbers among them", () => {
    expect(canonicalJson({ b: undefined, ä: 1, Z: 2, a: 3, 10: 4, 9: 5 })).toBe('{"10":4,"9":5,"Z":2,"a":3,"ä":1}');
  });
});

describe("same data", () => {
  test.each([
    [1, 1, true],
    ["1", 1, false],
    [null, undefined, false],
    [[1, [2]], [1, [2]], true],
    [[1, 2], [2, 1], false],
    [[], {}, false],
    [{ a: 1, b: undefined }, { a: 1 }, true],
    [{ a: 1 }, { a: 1, b: null }, false],
    [{ a: { b: [{ c: 1 }] } }, { a: { b: [{ c: 1 }] } }, true],
    [{ a: { b: [{ c: 1 }] } }, { a: { b: [{ c: 2 }] } }, false],
  ])("%j and %j: %s", (a, b, same) => {
    expect(sameData(a, b)).toBe(same);
    expect(sameData(b, a)).toBe(same);
  });
});

test("text is ordered by code units, the same on every machine", () => {
  expect(["b", "ä", "a", "Z", "10", "9"].toSorted(compareText)).toEqual(["10", "9", "Z", "a", "b", "ä"]);
  expect(compareText("a", "a")).toBe(0);
});

test("SHA-256 of UTF-8", () => {
  expect(sha256("")).toBe("e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  expect(sha256("ä")).toBe("33e6d73fee82904c8d7afb78de1154d1e8dc2a0edb08120e63df5b9385c2d9cc");
});
