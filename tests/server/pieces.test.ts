import { expect, test } from "vitest";
import { compileCatalog } from "../../src/compile/index.ts";
import { parseDefinitions } from "../../src/definition/index.ts";
import { compiledOf, type Piece, piecesOf } from "../../src/server/pieces.ts";
import { manyDefinitions } from "../support/many-definitions.ts";

const compiled = compileCatalog(parseDefinitions(manyDefinitions({ metrics: 450, models: 30 })).definitions);
const inOneFile = () => {
  const text = manyDefinitions({ metrics: 450, models: 30 })
    .map((file) => file.text)
    .join("---\n");
  return compileCatalog(parseDefinitions([{ path: "metrics/all.yaml", text }]).definitions);
};

/** Each copied by itself, as threads do. */
function together(pieces: readonly Piece[]) {
  const copies = pieces.map((piece) => structuredClone(piece))[Symbol.iterator]();
  return compiledOf(() => {
    const { value } = copies.next();
    return value ? Promise.resolve(value) : Promise.reject(new Error("There is no piece more."));
  });
}

test("what was read is the same after it came in pieces, in the same order", async () => {
  const pieces = [...piecesOf(compiled)];
  expect(pieces.length).toBeGreaterThan(5);
  const { catalog, diagnostics } = await together(pieces);
  expect(catalog).toEqual(compiled.catalog);
  expect([...(catalog?.metrics.keys() ?? [])]).toEqual([...(compiled.catalog?.metrics.keys() ?? [])]);
  expect([...(catalog?.models.keys() ?? [])]).toEqual([...(compiled.catalog?.models.keys() ?? [])]);
  expect(diagnostics).toEqual(compiled.diagnostics);
});

test("a file stays in one piece of metrics and one of models, so that its text is not copied with each hundred", async () => {
  const one = inOneFile();
  const pieces = [...piecesOf(one)];
  expect(pieces.map(({ kind }) => kind)).toEqual(["models", "metrics", "rest"]);
  expect((await together(pieces)).catalog).toEqual(one.catalog);
});

test("what does not compile comes as its findings alone", async () => {
  const broken = compileCatalog(
    parseDefinitions([
      { path: "metrics/a.yaml", text: "metric: a\ndescription: A.\nowner: me\nmodel: none\nmeasure: b\n" },
    ]).definitions,
  );
  expect(broken.diagnostics.length).toBeGreaterThan(0);
  expect(await together([...piecesOf(broken)])).toEqual(broken);
});
