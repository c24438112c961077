import {
  execute,
  executeRootSelectionSet,
  GraphQLFloat,
  GraphQLID,
  GraphQLList,
  GraphQLNonNull,
  GraphQLObjectType,
  type GraphQLOutputType,
  GraphQLScalarType,
  GraphQLSchema,
  GraphQLString,
  GraphQLUnionType,
  parse,
  validateExecutionArgs,
} from "graphql";
import { expect, test } from "vitest";
import { twinOf } from "../../src/graphql/leaf/twin.ts";
import { errorsOf, jsonOf } from "../../src/graphql/leaf/written.ts";

const Text = new GraphQLScalarType({ name: "Text", coerceOutputValue: String });
const Json = new GraphQLScalarType({ name: "Json", coerceOutputValue: (value) => value });

const ODD_TEXTS = [
  "",
  "Zürich 東京 🏬",
  'a "quoted" \\ word',
  "line\nend\ttab\u0000\u001f\u007f",
  "\u2028\u2029",
  "\ud800",
  "x\udfffy",
  "🏬".slice(0, 1),
  "</script>",
];
const ODD_NUMBERS = [0, -0, 1e21, 1.5e-7, 2 ** 53, Number.MAX_SAFE_INTEGER + 2, -1.25, 5e-324, 1.7976931348623157e308];

test.each([
  ["texts", GraphQLString, [...ODD_TEXTS, null, undefined]],
  ["ids", GraphQLID, [...ODD_TEXTS, 7, null]],
  ["numbers", GraphQLFloat, [...ODD_NUMBERS, null]],
  ["numbers that are none", GraphQLFloat, [1, Number.NaN, Infinity, "x"]],
  ["digits as text", Text, ["1e400", "-0", "123456789012345678901234567890", "0.10", 12]],
  ["JSON numbers", Json, [...ODD_NUMBERS, true, "x", { a: [1, null, "\ud800"] }, [[]], Number.NaN]],
  ["lists", new GraphQLList(GraphQLString), [[], ODD_TEXTS, [null, "a"], null, "no list", new Set(["a", "b"])]],
  ["lists without nulls", new GraphQLList(new GraphQLNonNull(GraphQLString)), [["a"], [null]]],
  ["values that must be there", new GraphQLNonNull(GraphQLString), ["a", "null"]],
  ["a value that is missing", new GraphQLNonNull(GraphQLString), ["a", null]],
  ["errors in place of values", GraphQLString, ["a", new Error("no value"), "b"]],
  ["promises", GraphQLString, ["a", Promise.resolve("b"), Promise.resolve(null)]],
] satisfies [string, GraphQLOutputType, unknown[]][])(
  "%s are written as graphql-js and JSON write them",
  async (_, type, values) => {
    const [expected, written] = await answers(
      type,
      values,
      "{ answer { ... on Rows { rows { value __typename other: value } } } }",
    );
    expect(written).toBe(expected);
  },
);

test("a resolver that fails leaves one null and one error at its place", async () => {
  const fails = (value: unknown) => {
    if (value === "b") throw new Error("refused");
    return value;
  };
  const document =
    "{ first: answer { ... on Rows { rows { value } } } second: answer { ... on Rows { again: rows { value } } } }";
  const [expected, written] = await answers(GraphQLString, ["a", "b"], document, fails);
  expect(written).toBe(expected);
  expect(JSON.parse(written).errors.map(({ path }: { path: unknown }) => path)).toEqual([
    ["first", "rows", 1, "value"],
    ["second", "again", 1, "value"],
  ]);
});

test("what failed in a list is still told where a later fault leaves nothing of the answer", async () => {
  const fails = (value: unknown) => {
    if (value === "b") throw new Error("refused");
    return value;
  };
  const document = "{ answer { ... on Rows { rows { value } } } missing }";
  const [expected, written] = await answers(GraphQLString, ["a", "b"], document, fails);
  expect(written).toBe(expected);
  const { data, errors } = JSON.parse(written);
  expect(data).toBeNull();
  expect(errors.map(({ path }: { path: unknown }) => path)).toEqual([["answer", "rows", 1, "value"], ["missing"]]);
});

test("a list is written by calling each resolver once, and executed a second time only where it cannot be written", async () => {
  let calls = 0;
  const counts = (value: unknown) => {
    calls++;
    return value;
  };
  const document = parse("{ answer { ... on Rows { rows { value } } } }");
  const run = (values: unknown[]) => execute({ schema: twinOf(schemaOf(GraphQLString, values, counts)), document });
  await run(["a", "b", "c"]);
  expect(calls).toBe(3);
  await run(["a", new Error("no value"), "c"]);
  expect(calls).toBe(3 + 2 + 3);
});

async function answers(
  type: GraphQLOutputType,
  values: unknown[],
  document: string,
  resolve = (value: unknown) => value,
) {
  const schema = schemaOf(type, values, resolve);
  const expected = await execute({ schema, document: parse(document), hideSuggestions: true });
  const args = validateExecutionArgs({ schema: twinOf(schema), document: parse(document), hideSuggestions: true });
  if (!("operation" in args)) throw new Error("The document cannot be executed");
  const result = await executeRootSelectionSet(args);
  const errors = errorsOf(result, args.variableValues);
  return [JSON.stringify(expected), jsonOf({ ...result, errors }).toString()] as const;
}

/** Rows of one value each, below a union as typed rows stand. */
function schemaOf(type: GraphQLOutputType, values: unknown[], resolve: (value: unknown) => unknown): GraphQLSchema {
  const Row = new GraphQLObjectType<{ of: unknown }>({
    name: "Row",
    fields: { value: { type, resolve: ({ of }) => resolve(of) } },
  });
  const Rows = new GraphQLObjectType({
    name: "Rows",
    fields: { rows: { type: new GraphQLNonNull(new GraphQLList(Row)), resolve: () => values.map((of) => ({ of })) } },
  });
  const Result = new GraphQLUnionType({ name: "Result", types: [Rows], resolveType: () => "Rows" });
  return new GraphQLSchema({
    query: new GraphQLObjectType({
      name: "Query",
      fields: {
        answer: { type: Result, resolve: () => ({}) },
        missing: { type: new GraphQLNonNull(GraphQLString), resolve: async () => null },
      },
    }),
  });
}
