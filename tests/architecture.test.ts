import { globSync, readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { findFaults, importsOf, readRoomTable } from "./support/rooms.ts";

const table = readRoomTable(readFileSync("ARCHITECTURE.md", "utf8"));

test("the source keeps to the room table of ARCHITECTURE.md", () => {
  const paths = [...globSync("src/**/*.ts"), "server.ts"].toSorted();
  const { dependencies } = JSON.parse(readFileSync("package.json", "utf8"));
  const files = new Map(paths.map((path) => [path, readFileSync(path, "utf8")]));
  expect(files.size).toBeGreaterThan(50);
  expect(findFaults(table, files, Object.keys(dependencies))).toEqual([]);
});

const house = {
  rooms: [
    { name: "std", owns: [] },
    { name: "sql", owns: ["kysely", "@scope/*"] },
  ],
  toCome: ["cache"],
};
const files = { "src/std/index.ts": "", "src/std/a.ts": "", "src/sql/index.ts": "", "src/index.ts": "" };

function faults(changed: Record<string, string>): readonly string[] {
  return findFaults(house, new Map(Object.entries({ ...files, ...changed })), []);
}

test("rooms may import what stands above them, and the packages that they own", () => {
  expect(
    faults({
      "src/std/index.ts": `export { a } from "./a.ts";`,
      "src/sql/index.ts": `import fs from "node:fs";\nimport { a } from "../std/index.ts";\nimport "@scope/x/y";\nimport { sql } from "kysely";`,
      "src/index.ts": `export { a } from "./sql/index.ts";`,
    }),
  ).toEqual([]);
});

test("a stray import is found, however it is written", () => {
  const stray = "src/std/a.ts imports sql, which is not above std.";
  for (const text of [
    `import { x } from "../sql/index.ts";`,
    `import type { X } from "../sql/index.ts";`,
    `import {\n  x,\n  y,\n} from "../sql/index.ts";`,
    `import "../sql/index.ts";`,
    `export * from "../sql/index.ts";`,
    `export type { X } from "../sql/index.ts";`,
    `const x = await import("../sql/index.ts");`,
    `let x: import("../sql/index.ts").X;`,
  ]) {
    expect(faults({ "src/std/a.ts": text }), text).toEqual([stray]);
  }
});

test("a deep import, a foreign package, a missing file and a climb out of the rooms are found", () => {
  expect(
    faults({
      "src/sql/index.ts": `import { a } from "../std/a.ts";\nimport "../std/gone.ts";\nimport "../index.ts";`,
      "src/std/a.ts": `import { sql } from "kysely";\nimport "left-pad";`,
    }),
  ).toEqual([
    "src/std/a.ts imports kysely, which enters through sql.",
    "src/std/a.ts imports left-pad, which enters through no room.",
    "src/sql/index.ts imports ../std/a.ts, past the door of std.",
    "src/sql/index.ts imports ../std/gone.ts, which is not a file of src/.",
    "src/sql/index.ts imports ../index.ts, which is no room.",
  ]);
});

test("a missing room, an unlisted folder, a room that has come and a package without a room are found", () => {
  const paths = ["src/std/index.ts", "src/attic/a.ts", "src/cache/a.ts"];
  expect(findFaults(house, new Map(paths.map((path) => [path, ""])), ["kysely", "left-pad"])).toEqual([
    "Room sql is in the table but has no file.",
    "Folder attic is not in the table.",
    "Room cache exists now: move it into the table of rooms.",
    "Package left-pad has no room.",
  ]);
});

test("a check that looks at nothing fails", () => {
  expect(findFaults(house, new Map(), [])).toHaveLength(1);
  expect(findFaults(readRoomTable("# No table here"), new Map([["src/std/a.ts", ""]]), [])).toHaveLength(1);
});

test("imports in comments and in ordinary text do not count", () => {
  expect(importsOf(`// import "a";\n/* import "b"; */\nconst from = "c";\nexport const d = "e";`)).toEqual([]);
});
