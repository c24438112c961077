import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { OSSIE_CODES } from "../../src/importers/ossie/codes.ts";

test("the guide to Ossie explains every code of its report, and no other", () => {
  const codes = [...readFileSync("docs/ossie.md", "utf8").matchAll(/^\| `([A-Z_]+)` \|/gm)].map(
    ([, code]) => code ?? "",
  );
  expect(codes).toEqual(Object.keys(OSSIE_CODES));
});
