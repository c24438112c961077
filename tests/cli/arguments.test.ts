import { describe, expect, test } from "vitest";
import { choice, isOn, many, one, parseArguments, wholeNumber } from "../../src/cli/arguments.ts";

const FLAGS = {
  by: { value: "NAME", many: true, about: "" },
  order: { value: "[-]COLUMN", many: true, about: "" },
  limit: { value: "N", about: "" },
  format: { value: "FORMAT", about: "" },
  strict: { about: "" },
} as const;
const parse = (...argv: string[]) => parseArguments(argv, FLAGS);

describe("flags", () => {
  test("names and flags may stand in any order, and repeated flags keep theirs", () => {
    const args = parse("revenue", "--by", "a", "orders", "--by=b", "--strict");
    expect(args.positionals).toEqual(["revenue", "orders"]);
    expect(many(args, "by")).toEqual(["a", "b"]);
    expect([isOn(args, "strict"), one(args, "limit")]).toEqual([true, null]);
  });

  test("a value may start with one dash, so that --order -revenue sorts downward", () => {
    expect(many(parse("--order", "-revenue", "--order=-orders"), "order")).toEqual(["-revenue", "-orders"]);
  });

  test("after -- everything is a name", () => {
    expect(parse("--", "--by").positionals).toEqual(["--by"]);
  });

  test.each([
    [["--limt", "3"], "There is no flag --limt.", ["--limit"]],
    [["-x"], "There is no flag -x.", []],
    [["--constructor"], "There is no flag --constructor.", []],
    [["--by", "--limit", "3"], "--by needs a value: --by NAME.", []],
    [["--limit"], "--limit needs a value: --limit N.", []],
    [["--limit="], "--limit needs a value: --limit N.", []],
    [["--limit", "1", "--limit", "2"], "--limit is given twice.", []],
    [["--strict=yes"], "--strict takes no value.", []],
  ])("%j is refused in words", (argv, message, suggestions) => {
    expect(() => parse(...argv)).toThrow(expect.objectContaining({ message, suggestions, exitCode: 2 }));
  });
});

describe("values", () => {
  test("whole numbers and choices are read, and the first choice is the default", () => {
    expect(wholeNumber(parse("--limit", "0"), "limit")).toBe(0);
    expect(wholeNumber(parse(), "limit")).toBeNull();
    expect(choice(parse("--format", "csv"), "format", ["table", "csv"])).toBe("csv");
    expect(choice(parse(), "format", ["table", "csv"])).toBe("table");
  });

  test.each(["-1", "1.5", "1e3", "many", "9999999999999999"])("%s is not a whole number", (text) => {
    expect(() => wholeNumber(parse(`--limit=${text}`), "limit")).toThrow(
      `--limit must be a whole number, not "${text}".`,
    );
  });

  test("another choice is refused with those there are", () => {
    expect(() => choice(parse("--format", "xml"), "format", ["table", "csv"])).toThrow(
      '--format must be one of table, csv, not "xml".',
    );
  });
});
