import { assert, asyncProperty, boolean, infiniteStream, nat } from "fast-check";
import {
  executeRootSelectionSet,
  type GraphQLArgument,
  type GraphQLInputType,
  type GraphQLObjectType,
  type GraphQLOutputType,
  type GraphQLSchema,
  getNamedType,
  isAbstractType,
  isEnumType,
  isInputObjectType,
  isLeafType,
  isListType,
  isNonNullType,
  isObjectType,
  parse,
  validate,
  validateExecutionArgs,
} from "graphql";
import { afterAll, beforeAll, expect, test } from "vitest";
import { loadCatalog } from "../../src/compile/index.ts";
import { createEngine, type Engine } from "../../src/engine/index.ts";
import type { Context } from "../../src/graphql/context.ts";
import { createHeldAnswers } from "../../src/graphql/held-answers.ts";
import { twinOf } from "../../src/graphql/leaf/twin.ts";
import { errorsOf, jsonOf } from "../../src/graphql/leaf/written.ts";
import { createFrameLoader } from "../../src/graphql/loader.ts";
import { createReport } from "../../src/graphql/report.ts";
import { createResponseBudget } from "../../src/graphql/response-budget.ts";
import { buildSchema } from "../../src/graphql/schema.ts";
import { OPERATOR } from "../../src/identity/index.ts";
import { ensureSample } from "../../src/sample/index.ts";
import { sha256 } from "../../src/std/index.ts";
import { openWarehouse, type Result, type Row, readAll, type Warehouse } from "../../src/warehouse/index.ts";
import { unwatched } from "./support.ts";

let engine: Engine;
let schema: GraphQLSchema;
let twin: GraphQLSchema;

beforeAll(async () => {
  const { catalog } = loadCatalog("metrics");
  if (!catalog) throw new Error("metrics/ does not load");
  const warehouse = await openWarehouse(`duckdb:${await ensureSample()}`);
  engine = createEngine({ catalog, warehouse: remembering(warehouse) });
  schema = buildSchema({ catalog });
  twin = twinOf(schema);
});
afterAll(() => engine.close());

test("any selection on typed rows is answered as graphql-js answers it, byte for byte", {
  timeout: 600_000,
}, async () => {
  let rows = 0;
  let errors = 0;
  await assert(
    asyncProperty(infiniteStream(nat()), boolean(), boolean(), async (choices, yes, no) => {
      const document = writeDocument((count) => (count <= 1 ? 0 : (choices.next().value ?? 0) % count));
      const variables = { yes, no };
      expect(validate(schema, parse(document)), document).toEqual([]);
      const [expected, written] = await answers(document, variables);
      expect(written, document).toBe(expected);
      if (expected.includes('"nodes":[{')) rows++;
      if (expected.startsWith('{"errors"')) errors++;
    }),
    { numRuns: 600 },
  );
  // Documents that only come to refusals would compare nothing.
  expect(rows).toBeGreaterThan(150);
  expect(errors).toBeGreaterThan(20);
});

/** The text of both ways, under variables. */
async function answers(document: string, variables: Record<string, unknown>): Promise<readonly [string, string]> {
  const both = [schema, twin].map(async (against) => {
    const args = validateExecutionArgs({
      schema: against,
      document: parse(document),
      contextValue: contextOf(engine),
      variableValues: variables,
      hideSuggestions: true,
    });
    if (!("operation" in args)) throw new Error("The document cannot be executed");
    const result = await executeRootSelectionSet(args);
    return { result, values: args.variableValues };
  });
  const [expected, written] = await Promise.all(both);
  if (!expected || !written) throw new Error("There are two ways");
  const errors = errorsOf(written.result, written.values);
  return [JSON.stringify(expected.result), jsonOf({ ...written.result, errors }).toString()];
}

function contextOf(engine: Engine): Context {
  const signal = new AbortController().signal;
  const frames = createFrameLoader(engine, OPERATOR, signal);
  return {
    engine,
    principal: OPERATOR,
    watch: unwatched(),
    frames,
    signal,
    held: createHeldAnswers(),
    budget: createResponseBudget(),
    report: createReport(engine.catalog),
    requireCertified: false,
  };
}

/** Runs equal statements once: hundreds of documents share a few frames. */
function remembering(warehouse: Warehouse): Warehouse {
  const results = new Map<string, Promise<Omit<Result, "batches"> & { readonly rows: readonly Row[] }>>();
  const run: typeof warehouse.execute = async (statement, options) => {
    const key = JSON.stringify([statement.text, statement.values]);
    const known = results.get(key) ?? read(warehouse.execute(statement, options));
    results.set(key, known);
    const { rows, ...result } = await known;
    return { ...result, batches: inOneBatch(rows) };
  };
  return { ...warehouse, execute: run };
}

async function read(result: Promise<Result>) {
  const { columns, run, ...more } = await result;
  return { columns, run, rows: await readAll({ columns, ...more }) };
}

async function* inOneBatch(rows: readonly Row[]) {
  yield rows;
}

/** Picks one of `count` ways on. */
type Pick = (count: number) => number;

const OWN_TO_EACH_RUN = new Set(["queryId", "dataAsOf", "cache"]);

/** One to three typed fields with any selection below them: aliases, fragments, conditions, duplicates, `__typename`. */
function writeDocument(pick: Pick): string {
  const fragments: string[] = [];
  const selection = (type: GraphQLObjectType, depth: number): string => {
    const fields = Object.values(type.getFields()).filter(
      ({ name, type: of }) => !OWN_TO_EACH_RUN.has(name) && (depth > 0 || isLeafType(getNamedType(of))),
    );
    const parts = Array.from({ length: 1 + pick(5) }, () => {
      const field = fields[pick(fields.length)];
      if (!field || pick(12) === 0) return `${["", "what: "][pick(2)]}__typename${condition(pick)}`;
      // One alias always stands for one field with equal arguments, so that selections merge.
      const below = isObjectType(getNamedType(field.type)) ? ` ${selection(objectOf(field.type), depth - 1)}` : "";
      const text = `${field.name}${argumentsOf(field.args, pick)}`;
      const alias =
        pick(3) === 0
          ? `${field.name}_${sha256(text).slice(0, 8)}: `
          : text === field.name
            ? ""
            : `${field.name}_${sha256(text).slice(0, 8)}: `;
      return `${alias}${text}${condition(pick)}${below}`;
    });
    const inner = parts.join(" ");
    switch (pick(6)) {
      case 0:
        return `{ ... on ${type.name}${condition(pick)} { ${inner} } ${parts[pick(parts.length)]} }`;
      case 1: {
        const name = `F${fragments.length}`;
        fragments.push(`fragment ${name} on ${type.name} { ${inner} }`);
        return `{ ...${name}${condition(pick)} ${parts[pick(parts.length)]} ...${name} }`;
      }
      case 2:
        return `{ ... { ${inner} } }`;
      default:
        return `{ ${inner} }`;
    }
  };
  const query = schema.getQueryType()?.getFields() ?? {};
  const typed = Object.values(query).filter(
    ({ type }) => isAbstractType(getNamedType(type)) && getNamedType(type).name.endsWith("Result"),
  );
  const roots = Array.from({ length: 1 + pick(2) }, (_, i) => {
    const field = typed[pick(typed.length)];
    const union = field && getNamedType(field.type);
    if (!field || !isAbstractType(union)) throw new Error("The schema has no typed field");
    const connection = schema.getPossibleTypes(union).find(({ name }) => name.endsWith("Connection"));
    if (!connection) throw new Error("A typed field has rows");
    const row = objectOf(connection.getFields()["nodes"]?.type);
    const groups = groupBy(field.args, pick);
    return `r${i}: ${field.name}(groupBy: [${groups}], first: ${[0, 1, 3, 20][pick(4)]}) {
      __typename ... on ${connection.name} { nodes${condition(pick)} ${selection(row, 3)} ${pick(2) ? "" : selection(connection, 3).slice(1, -1)} }
      ... on QueryRefused { code message } }`;
  });
  return `query Q($yes: Boolean!, $no: Boolean = false) { a: __typename @skip(if: $yes) b: __typename @include(if: $no) ${roots.join("\n")} }\n${fragments.join("\n")}`;
}

function objectOf(type: GraphQLOutputType | undefined): GraphQLObjectType {
  const named = getNamedType(type);
  if (isObjectType(named)) return named;
  throw new Error(`${String(type)} holds no objects`);
}

function condition(pick: Pick): string {
  return (
    [
      "",
      "",
      "",
      "",
      " @include(if: $yes)",
      " @skip(if: $no)",
      " @include(if: true)",
      " @skip(if: $yes) @include(if: $no)",
    ][pick(8)] ?? ""
  );
}

function groupBy(args: readonly GraphQLArgument[], pick: Pick): string {
  const group = getNamedType(args.find(({ name }) => name === "groupBy")?.type);
  if (!isInputObjectType(group)) throw new Error("A typed field has groupBy");
  const of = (name: string): readonly string[] => {
    const type = getNamedType(group.getFields()[name]?.type);
    return isEnumType(type) ? type.getValues().map((value) => value.name) : [];
  };
  const dimensions = of("dimension").map((name) => `{ dimension: ${name} }`);
  const times = of("time").flatMap((name) =>
    ["MONTH", "YEAR", "WEEK"].map((grain) => `{ time: ${name}, grain: ${grain} }`),
  );
  const options = [...times.slice(0, 3), ...dimensions.slice(0, 5)];
  return [...new Set(Array.from({ length: pick(3) }, () => options[pick(options.length)]))].join(", ");
}

/** Any arguments that a field takes, as far as a value can be made up; null: it needs one that cannot. */
function argumentsOf(args: readonly GraphQLArgument[], pick: Pick): string {
  const given = args.flatMap(({ name, type }) => {
    if (!isNonNullType(type) && pick(2) === 0) return [];
    const value = inputOf(type, pick, 2);
    return value === null ? [] : [`${name}: ${value}`];
  });
  return given.length > 0 ? `(${given.join(", ")})` : "";
}

function inputOf(type: GraphQLInputType, pick: Pick, depth: number): string | null {
  if (isNonNullType(type)) return inputOf(type.ofType, pick, depth);
  if (isListType(type)) return `[${inputOf(type.ofType, pick, depth) ?? ""}]`;
  if (isEnumType(type)) return type.getValues()[pick(type.getValues().length)]?.name ?? null;
  if (isInputObjectType(type)) {
    const fields = Object.values(type.getFields());
    const given = fields.flatMap((field) => {
      const value =
        depth > 0 && (isNonNullType(field.type) || pick(3) === 0) ? inputOf(field.type, pick, depth - 1) : null;
      return value === null ? [] : [`${field.name}: ${value}`];
    });
    return `{ ${given.join(", ")} }`;
  }
  switch (type.name) {
    case "Boolean":
      return ["true", "false"][pick(2)] ?? null;
    case "Int":
      return String(1 + pick(3));
    case "Duration":
      return '"P1Y"';
    default:
      return null;
  }
}
