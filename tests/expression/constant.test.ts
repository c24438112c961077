/** Constants that doors write for their callers are data: read back exactly, whatever they hold, and never as more. */
import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { ConstantType, Expr, FilterName } from "../../src/expression/index.ts";
import { call, literal, parseFilter, printFilterConstant, printName, ref, text } from "../../src/expression/index.ts";
import { bare, problemsOf, valueOf } from "./support.ts";

const anyText = fc
  .oneof(
    fc.string({ unit: "binary", maxLength: 40 }),
    fc.string({ unit: "grapheme", maxLength: 40 }),
    fc
      .array(
        fc.constantFrom(
          ..."{ } % # \" ' '' \\ \\' ; ) ( , -- /* */ $$ $1 {{ }} {% %} {# é 🙂 ‘ ` E' U& OR TRUE NULL ~".split(" "),
          " ",
          "\n",
          "\r\n",
          "\t",
          "\u2028",
          "\u00a0",
          "\ufeff",
          "\u202e",
          '{{ "{" }}',
          "{{ Dimension('order__status') }}",
          "' OR '1' = '1",
          "') OR metric('revenue', 'customer') > 0 --",
        ),
        { maxLength: 20 },
      )
      .map((parts) => parts.join("")),
  )
  .filter((value) => !value.includes("\0"));

const name = (of: string): Expr<FilterName> => ref({ kind: "name", text: of });
const RUNS = { numRuns: 2_000 };

test("whatever texts and names a filter is made of, it is the tree that was meant and no other", () => {
  const anyName = anyText.filter((value) => value !== "");
  fc.assert(
    fc.property(anyName, anyText, anyText, fc.boolean(), (column, a, b, flag) => {
      const [x, one, other] = [printName(column), printFilterConstant("string", a), printFilterConstant("string", b)];
      const written = `NOT (${x} IN (${one}, ${other})) OR starts_with(${x}, ${one}) AND f = ${printFilterConstant("boolean", flag)}`;
      const meant = call(
        "or",
        call("not", call("in", name(column), text(a), text(b))),
        call("and", call("starts_with", name(column), text(a)), call("=", name("f"), literal("boolean", flag))),
      );
      expect(bare(valueOf(parseFilter(written)))).toEqual(bare(meant));
    }),
    RUNS,
  );
});

test("whatever number a filter compares with keeps its digits and its sign", () => {
  const digits = fc.oneof(
    fc.bigInt({ min: -(10n ** 60n), max: 10n ** 60n }),
    fc.maxSafeInteger(),
    fc.tuple(fc.constantFrom("", "-", "+"), fc.stringMatching(/^\d{1,30}\.\d{1,30}$/)).map((parts) => parts.join("")),
  );
  fc.assert(
    fc.property(digits, (value) => {
      const written = `x >= ${printFilterConstant("decimal", value)} AND x - ${printFilterConstant("int", value)} <> 1`;
      const tree = valueOf(parseFilter(written));
      const numbers = numbersOf(tree);
      const plain = String(value)
        .replace(/^\+/, "")
        .replace(/^(-?)0+(?=\d)/, "$1");
      expect(numbers).toEqual([plain, plain, "1"]);
    }),
    RUNS,
  );
});

test("doubles come back as the same double", () => {
  fc.assert(
    fc.property(fc.double({ noDefaultInfinity: true, noNaN: true }), (value) => {
      const [back] = numbersOf(valueOf(parseFilter(`x = ${printFilterConstant("float", value)}`)));
      expect(Number(back)).toBe(value === 0 ? 0 : value);
    }),
    RUNS,
  );
});

test("a time is the ISO text that it was given as", () => {
  for (const [type, value] of [
    ["time", "2026-01-31"],
    ["date", "2026-01-31"],
    ["timestamp", "2026-01-31 13:00:00"],
    ["timestamptz", "2026-01-31T13:00:00Z"],
  ] as const) {
    expect(bare(valueOf(parseFilter(`t < ${printFilterConstant(type, value)}`)))).toEqual(
      bare(call("<", name("t"), text(value))),
    );
  }
});

describe("what is no number or boolean", () => {
  test.each<[ConstantType, string | number | boolean]>([
    ["int", "1 OR TRUE"],
    ["int", "--1"],
    ["int", ""],
    ["decimal", "1,5"],
    ["decimal", "0x1F"],
    ["decimal", "'1'"],
    ["float", Number.NaN],
    ["float", Number.POSITIVE_INFINITY],
    ["int", true],
    ["boolean", "true"],
    ["boolean", 1],
  ])("%s %s is never written", (type, value) => {
    expect(() => printFilterConstant(type, value)).toThrow("A constant is no");
  });
});

test("what no filter can hold is refused where the filter is read", () => {
  for (const value of ["a\0b", "\ud800", "'\0' OR TRUE"]) {
    expect(problemsOf(parseFilter(`x = ${printFilterConstant("string", value)}`))).toHaveLength(1);
  }
});

test("templates in a string of a filter are refused still, but for the one that stands for a brace", () => {
  for (const written of ["note = '{{ x }}'", `note = '{{ "{{" }}'`, "note = '{% x %}'"]) {
    expect([written, problemsOf(parseFilter(written)).map(({ message }) => message)]).toEqual([
      written,
      ["A template inside quotes is not read."],
    ]);
  }
});

/** Constants of the tree, in order, as they are kept. */
function numbersOf<R>(expr: Expr<R>): readonly string[] {
  if (expr.kind === "literal") return [String(expr.value)];
  return expr.kind === "call" ? expr.args.flatMap(numbersOf) : [];
}
