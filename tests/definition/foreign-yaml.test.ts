import { expect, test } from "vitest";
import { pathAt, readForeignYaml } from "../../src/definition/index.ts";

function read(text: string) {
  const { trees, problem } = readForeignYaml({ path: "a.yml", text });
  return { data: JSON.parse(JSON.stringify(trees.map((tree) => tree.data))), problem };
}

test("words, numbers, dates and tags mean what they mean in YAML 1.1", () => {
  expect(read("a: yes\nb: Off\nc: 2020-01-01\nd: 0.95\ne: !secret x\nf: ~\ng: '1'\n").data).toEqual([
    { a: true, b: false, c: "2020-01-01", d: 0.95, e: "x", f: null, g: "1" },
  ]);
});

test("aliases and merge keys are followed, what is written out wins, and of two keys the last", () => {
  expect(
    read("a: &a { x: 1, y: 2 }\nb: *a\nc: { <<: *a, y: 3 }\nd: { <<: [{ z: 1 }, { z: 2 }] }\ne: 1\ne: 2\n").data,
  ).toEqual([{ a: { x: 1, y: 2 }, b: { x: 1, y: 2 }, c: { x: 1, y: 3 }, d: { z: 1 }, e: 2 }]);
});

test("a file may hold several documents, and JSON", () => {
  expect(read("a: 1\n---\nb: 2\n").data).toEqual([{ a: 1 }, { b: 2 }]);
  expect(read('{"a": [1, null, true]}').data).toEqual([{ a: [1, null, true] }]);
});

test("what is no YAML is told where it stands", () => {
  const { problem } = read("a: 1\nb: [\n");
  expect(problem?.span.start).toBeGreaterThanOrEqual(5);
});

test("aliases that multiply or go round in circles are refused", () => {
  const bomb = Array.from({ length: 30 }, (_, n) => `a${n}: &a${n} [${n === 0 ? "x" : `*a${n - 1}, *a${n - 1}`}]`);
  expect(read(bomb.join("\n"))).toMatchObject({ data: [], problem: { message: /too large/ } });
  expect(read("a: &a [*a]\n")).toMatchObject({ data: [], problem: {} });
});

test("the path to a place leads through keys and list items", () => {
  const text = "a:\n  - { b: one }\n  - c: [two, three]\n";
  const [tree] = readForeignYaml({ path: "a.yml", text }).trees;
  if (!tree) throw new Error("no tree");
  expect(pathAt(tree, text.indexOf("three"))).toEqual(["a", 1, "c", 1]);
  expect(pathAt(tree, text.indexOf("b:"))).toEqual(["a", 0, "b"]);
});
