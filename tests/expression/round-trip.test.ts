import * as fc from "fast-check";
import { expect, test } from "vitest";
import type { Expr, FilterName, FunctionName, ScalarType } from "../../src/expression/index.ts";
import {
  call,
  DATE_PARTS,
  int,
  literal,
  parseColumnExpression,
  parseFilter,
  print,
  printFilterName,
  printName,
  ref,
  STANDARD_GRAINS,
  text,
  typeOf,
} from "../../src/expression/index.ts";
import { bare, valueOf } from "./support.ts";

/** Text with everything that could upset a lexer; never NUL, which is refused. */
const anyText = fc.oneof(
  fc.string({ unit: "grapheme" }).map((s) => s.replaceAll("\0", "")),
  fc.constantFrom("it's", "--", "/*", "*/", "\\", "''", '"', ";", "$1", "$$", ")", "(", "\n", "🙂", "{}", "E'x'"),
);
const anyName = fc.oneof(
  fc.constantFrom(
    "a",
    "b",
    "amount",
    "order",
    "user",
    "Größe",
    "größe",
    "UPPER",
    "sum",
    "date",
    "interval",
    "coalesce",
    "end",
    "metric",
  ),
  anyText.filter((s) => s !== ""),
);
const digits = fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }).map(String);

/** Constants as the parser makes them. */
const anyLiteral: fc.Arbitrary<Expr<never>> = fc.oneof(
  digits.map((value) => literal("int", value)),
  fc.tuple(digits, fc.stringMatching(/^\d{1,9}$/)).map(([whole, part]) => literal("decimal", `${whole}.${part}`)),
  fc.bigInt({ min: 2n ** 63n, max: 10n ** 30n }).map((value) => literal("decimal", String(value))),
  fc.integer().map((value) => literal("decimal", String(value))),
  fc
    .tuple(digits, fc.integer({ min: -300, max: 300 }))
    .map(([value, exponent]) => literal("float", `${value}e${exponent}`)),
  anyText.filter((s) => !/\{[{%]/.test(s)).map(text),
  fc.boolean().map((value) => literal("boolean", value)),
  fc.constant(literal("unknown", null)),
  fc.date({ min: new Date("0001-01-01"), max: new Date("9999-12-31"), noInvalidDate: true }).chain((date) => {
    const iso = date.toISOString().slice(0, 19);
    return fc.constantFrom(
      literal("date", iso.slice(0, 10)),
      literal("timestamp", iso),
      literal("timestamptz", `${iso}Z`),
    );
  }),
  fc
    .tuple(
      fc.integer({ min: -999_999_999, max: 999_999_999 }),
      fc.constantFrom("day", "month", "quarter", "microsecond"),
    )
    .map(([count, grain]) => call<never>("make_interval", int(count), text(grain))),
);

const UNARY = ["not", "is_null", "is_not_null", "negate", "abs", "floor", "lower", "trim", "length"] as const;
const BINARY = [
  "=",
  "<>",
  "<",
  "<=",
  ">",
  ">=",
  "+",
  "-",
  "*",
  "/",
  "%",
  "||",
  "is_distinct_from",
  "is_not_distinct_from",
  "like",
  "ilike",
  "nullif",
  "power",
  "contains",
] as const satisfies readonly FunctionName[];
const MANY = ["and", "or", "in", "coalesce", "greatest", "concat"] as const;
const TYPES = [
  "string",
  "int",
  "decimal",
  "float",
  "boolean",
  "date",
  "timestamp",
  "timestamptz",
] as const satisfies readonly ScalarType[];

function anyTree<R>(anyRef: fc.Arbitrary<R>): fc.Arbitrary<Expr<R>> {
  const { tree } = fc.letrec<{ tree: Expr<R> }>((tie) => ({
    tree: fc.oneof(
      { maxDepth: 6, depthIdentifier: "tree" },
      fc.oneof(anyRef.map(ref), anyLiteral),
      fc.tuple(fc.constantFrom(...UNARY), tie("tree")).map(([fn, arg]) => unary(fn, arg)),
      fc.tuple(fc.constantFrom(...BINARY), tie("tree"), tie("tree")).map(([fn, a, b]) => call(fn, a, b)),
      fc
        .tuple(fc.constantFrom(...MANY), fc.array(tie("tree"), { minLength: 2, maxLength: 4 }))
        .map(([fn, args]) => many(fn, args)),
      fc
        .tuple(fc.constantFrom(...STANDARD_GRAINS), tie("tree"))
        .map(([grain, arg]) => call("date_trunc", text(grain), arg)),
      fc.tuple(fc.constantFrom(...DATE_PARTS), tie("tree")).map(([part, arg]) => call("date_part", text(part), arg)),
      fc.tuple(fc.constantFrom(...TYPES), tie("tree"), fc.boolean()).map(([to, arg, isTry]) => cast(to, arg, isTry)),
      fc
        .tuple(
          fc.array(fc.record({ when: tie("tree"), value: tie("tree") }), { minLength: 1, maxLength: 3 }),
          fc.option(tie("tree")),
        )
        .map(([branches, otherwise]): Expr<R> => ({ kind: "case", branches, otherwise })),
    ),
  }));
  return tree;
}

/** The parser folds the sign into a number. */
function unary<R>(fn: (typeof UNARY)[number], arg: Expr<R>): Expr<R> {
  const isNumber = arg.kind === "literal" && ["int", "decimal", "float"].includes(arg.type);
  return fn === "negate" && isNumber ? arg : call(fn, arg);
}

/** The parser makes one AND of nested ones. */
function many<R>(fn: (typeof MANY)[number], args: readonly Expr<R>[]): Expr<R> {
  if (fn !== "and" && fn !== "or") return call(fn, ...args);
  return call(fn, ...args.flatMap((arg) => (arg.kind === "call" && arg.fn === fn ? arg.args : [arg])));
}

/** The parser makes a typed constant of a text that is cast to a time. */
function cast<R>(to: ScalarType, arg: Expr<R>, isTry: boolean): Expr<R> {
  const isText = arg.kind === "literal" && arg.type === "string";
  return { kind: "cast", to, arg, isTry: isTry || isText };
}

const RUNS = { numRuns: 1_000 };

test("the canonical text of any tree reads as the same tree", () => {
  fc.assert(
    fc.property(anyTree(anyName), (tree) => {
      const written = print(tree, printName);
      fc.pre(written.length <= 10_000);
      const read = valueOf(parseColumnExpression(written));
      expect(bare(read)).toEqual(bare(tree));
      expect(print(read, printName)).toBe(written);
    }),
    RUNS,
  );
});

test("the canonical text of any filter reads as the same filter", () => {
  const entity = anyName.filter((name) => !/\{[{%]/.test(name));
  const anyFilterName: fc.Arbitrary<FilterName> = fc.oneof(
    anyName.map((name): FilterName => ({ kind: "name", text: name })),
    fc
      .tuple(entity, fc.array(entity, { minLength: 1, maxLength: 2 }))
      .map(([metric, entities]): FilterName => ({ kind: "metric", metric, entities })),
  );
  fc.assert(
    fc.property(anyTree(anyFilterName), (tree) => {
      const written = print(tree, printFilterName);
      fc.pre(written.length <= 10_000);
      expect(bare(valueOf(parseFilter(written)))).toEqual(bare(tree));
    }),
    RUNS,
  );
});

test("every part of a tree lies inside the part around it", () => {
  const check = (expr: Expr<string>, outer: { start: number; end: number }): void => {
    const at = expr.at ?? outer;
    expect(at.start).toBeGreaterThanOrEqual(outer.start);
    expect(at.end).toBeLessThanOrEqual(outer.end);
    expect(at.end).toBeGreaterThan(at.start);
    if (expr.kind === "call") for (const arg of expr.args) check(arg, at);
    if (expr.kind === "cast") check(expr.arg, at);
    if (expr.kind === "case")
      for (const { when, value } of expr.branches) [when, value].forEach((part) => check(part, at));
  };
  fc.assert(
    fc.property(anyTree(anyName), (tree) => {
      const written = print(tree, printName);
      fc.pre(written.length <= 10_000);
      check(valueOf(parseColumnExpression(written)), { start: 0, end: written.length });
    }),
    RUNS,
  );
});

test("any text at all is read or refused with a place inside it, and never throws", () => {
  const piece = fc.oneof(
    anyText,
    fc.constantFrom(
      ..."a b ' \" ( ) [ ] , . :: + - * / % = < > and or not in is null case when then else end {{ }} Dimension".split(
        " ",
      ),
    ),
  );
  const soup = fc.oneof(
    fc.array(piece).map((pieces) => pieces.join(" ")),
    fc.array(piece).map((pieces) => pieces.join("")),
    fc.string({ unit: "binary" }),
  );
  fc.assert(
    fc.property(soup, (written) => {
      const parsed = parseFilter(written);
      if (parsed.ok) return;
      expect(parsed.problems.length).toBeGreaterThan(0);
      for (const { at } of parsed.problems) {
        expect(at.start).toBeGreaterThanOrEqual(0);
        expect(at.end).toBeLessThanOrEqual(written.length);
        expect(at.start).toBeLessThanOrEqual(at.end);
      }
    }),
    { numRuns: 3_000 },
  );
});

test("a tree has the same type and the same mistakes as its text", () => {
  const findings = (tree: Expr<string>) => {
    const { type, problems } = typeOf(tree, (name) => TYPES[name.length % TYPES.length] ?? "unknown");
    return { type, messages: problems.map(({ message }) => message) };
  };
  fc.assert(
    fc.property(anyTree(anyName), (tree) => {
      const written = print(tree, printName);
      fc.pre(written.length <= 10_000);
      expect(findings(valueOf(parseColumnExpression(written)))).toEqual(findings(tree));
    }),
    RUNS,
  );
});
