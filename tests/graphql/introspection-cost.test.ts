import { buildSchema, type GraphQLError, getIntrospectionQuery, Kind, parse } from "graphql";
import { expect, test } from "vitest";
import { checkCost } from "../../src/graphql/cost.ts";

/** 200 arguments of one enum with 200 values: 40,000 values, if each is told for each argument. */
const many = (line: (i: number) => string) => Array.from({ length: 200 }, (_, i) => line(i)).join(" ");
const SCHEMA = buildSchema(`type Query { f(${many((i) => `a${i}: E`)}): Int } enum E { ${many((i) => `V${i}`)} }`);

function codeOf(query: string): unknown {
  const document = parse(query);
  const operation = document.definitions.find((definition) => definition.kind === Kind.OPERATION_DEFINITION);
  if (operation?.kind !== Kind.OPERATION_DEFINITION) throw new Error("No operation");
  try {
    checkCost(SCHEMA, document, operation, { name: "Query" });
    return null;
  } catch (thrown) {
    return (thrown as GraphQLError).extensions["code"];
  }
}

test("introspection that would come to many times the schema is refused, and what tools ask is not", () => {
  const values = "fields { args { type { ...T } } }";
  const each = "fragment T on __Type { enumValues { name } }";
  expect(codeOf(`{ __schema { types { ${values} } } } ${each}`)).toBe("COST_EXCEEDED");
  expect(codeOf(`{ __type(name: "Query") { ${values} } } ${each}`)).toBe("COST_EXCEEDED");
  expect(codeOf(`query ($name: String!) { __type(name: $name) { ${values} } } ${each}`)).toBe("COST_EXCEEDED");
  expect(codeOf("{ __schema { types { name enumValues { name } fields { args { name type { name } } } } } }")).toBe(
    null,
  );
  expect(codeOf(getIntrospectionQuery({ inputValueDeprecation: true, schemaDescription: true }))).toBe(null);
});
