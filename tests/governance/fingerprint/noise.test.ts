import { array, assert, boolean, constantFrom, property, record } from "fast-check";
import { expect, test } from "vitest";
import { reversedKeys } from "./noise.ts";
import { SHOP } from "./shop.ts";
import { filesOf, treeOf } from "./tree-of.ts";

const FILES = filesOf(SHOP);
const SIGNED = certified(treeOf(FILES));

test("files may move, and be written otherwise, all at once and in any way: what is signed stays", () => {
  const how = record({
    folder: constantFrom("", "a/", "z/deep/"),
    hasComments: boolean(),
    hasReturns: boolean(),
    isReversed: boolean(),
    joins: boolean(),
  });
  assert(
    property(array(how, { minLength: FILES.length, maxLength: FILES.length }), (ways) => {
      const written = FILES.map(({ path, text }, i) => {
        const way = ways[i];
        if (!way) throw new Error("unreachable: one way a file");
        const name = path.replace("metrics/", `metrics/${way.folder}`);
        // Documents of several lines each: only those whose every line is one key can be turned round.
        const isFlat = text.split("\n").every((line) => /^[a-z]|^$/.test(line));
        const keys = way.isReversed && isFlat ? reversedKeys(text) : text;
        const lines = way.hasComments ? keys.replaceAll("\n", "  # noted\n\n") : keys;
        return {
          path: way.joins ? "metrics/one.yaml" : name,
          text: way.hasReturns ? lines.replaceAll("\n", "\r\n") : lines,
        };
      });
      const byPath = Map.groupBy(written, ({ path }) => path);
      const files = [...byPath].map(([path, parts]) => ({ path, text: parts.map(({ text }) => text).join("---\n") }));
      expect(certified(treeOf(files.toSorted((a, b) => (a.path < b.path ? -1 : 1))))).toEqual(SIGNED);
    }),
    { numRuns: 15 },
  );
});

function certified({ fingerprints }: ReturnType<typeof treeOf>): Readonly<Record<string, string>> {
  return Object.fromEntries([...fingerprints].map(([name, of]) => [name, of.certified]));
}
