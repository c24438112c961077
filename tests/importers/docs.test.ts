import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { REPORT_CODES } from "../../src/importers/report.ts";
import { compareText } from "../../src/std/index.ts";

test("the guide explains every code of the report, and no other", () => {
  const rows = readFileSync("docs/import.md", "utf8")
    .split("\n")
    .filter((line) => line.startsWith("| `"));
  const explained = rows.flatMap((row) =>
    [...(row.split("|")[1] ?? "").matchAll(/`(\w+)`/g)].map(([, code]) => code ?? ""),
  );
  expect(explained.toSorted(compareText)).toEqual(Object.keys(REPORT_CODES).toSorted(compareText));
});
