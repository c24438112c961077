import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { Refusal } from "../../src/diagnostics/index.ts";
import { createEngine, type Engine } from "../../src/engine/index.ts";
import { OPERATOR, type Principal } from "../../src/identity/index.ts";
import { makeUser } from "../../src/identity/principal.ts";
import { parseRequest } from "../../src/request/index.ts";
import { WarehouseError } from "../../src/warehouse/index.ts";
import { type Question, rounded } from "../support/shop.ts";
import { randomQuestions } from "./questions.ts";
import { ANA, changedFor, makeWorld, openWorld, PEOPLE, TIA, visiblePart, type World, worldCatalog } from "./world.ts";

/** Questions for each of three people, 2,250 in all. */
const SIZES = { duckdb: 200, postgres: 550 } as const;

describe.each(["duckdb", "postgres"] as const)("on %s", (dialect) => {
  const world = makeWorld();
  const catalog = worldCatalog();
  const opened: Engine[] = [];
  const open = async (data: World): Promise<Engine> => {
    const engine = createEngine({ catalog, warehouse: await openWorld(dialect, data) });
    opened.push(engine);
    return engine;
  };
  let full: Engine;
  beforeAll(async () => {
    full = await open(world);
  });
  afterAll(async () => {
    for (const engine of opened) await engine.close();
  });

  test.each(Object.entries(PEOPLE))(
    "what %s may not see is in no answer, and changing it changes none",
    async (_name, person) => {
      const changed = await open(changedFor(person, world, 11));
      const questions = randomQuestions(23, SIZES[dialect]);
      const outcomes = await inTurn(questions, async (question) => {
        const outcome = await ask(full, question, person.principal);
        expect(spoken(outcome), JSON.stringify(question)).not.toMatch(person.canaries);
        if (outcome.kind === "refused") return outcome;
        const other = await ask(changed, question, person.principal);
        expect(other, JSON.stringify(question)).toEqual(outcome);
        return outcome;
      });
      const answered = outcomes.filter(({ kind }) => kind === "answered");
      expect(answered.length).toBeGreaterThan(questions.length / 4);
      expect(
        answered.filter((outcome) => outcome.kind === "answered" && outcome.rows.length > 1).length,
      ).toBeGreaterThan(questions.length / 10);
    },
  );

  test.each([
    ["ANA", ANA],
    ["TIA", TIA],
  ] as const)(
    "%s is answered as the operator of a database that holds only what they may see",
    async (_name, person) => {
      const part = await open(visiblePart(person, world));
      const questions = randomQuestions(31, SIZES[dialect] / 2).filter(
        (question) => !isChangedByPolicy(JSON.stringify(question)),
      );
      let compared = 0;
      await inTurn(questions, async (question) => {
        const outcome = await ask(full, question, person.principal);
        if (outcome.kind !== "answered") return;
        compared++;
        expect(outcome, JSON.stringify(question)).toEqual(await ask(part, question, OPERATOR));
      });
      expect(compared).toBeGreaterThan(questions.length / 4);
    },
  );

  test("a policy on rows is the operator's question under that condition", async () => {
    const condition = "order__tenant = 'T1' and order__region in ('APAC', 'EMEA')";
    const questions = factQuestions(SIZES[dialect] / 4);
    let rows = 0;
    await inTurn(questions, async (question) => {
      const mine = await ask(full, question, ANA.principal);
      const where = [...(Array.isArray(question["where"]) ? question["where"] : []), condition];
      const theirs = await ask(full, { ...question, where }, OPERATOR);
      expect(mine, JSON.stringify(question)).toEqual(theirs);
      if (mine.kind === "answered") rows += mine.rows.length;
    });
    expect(rows).toBeGreaterThan(questions.length);
  });

  test("what people of disjoint regions see adds up to what their tenant has", async () => {
    const regions = ["EMEA", "APAC", "AMER"].map((region) => analystOf([region]));
    const everybody = makeUser({
      issuer: "i",
      subject: "all",
      name: "all",
      roles: ["admin"],
      claims: { tenant: "T1" },
    });
    // A condition on sums is another one for parts.
    const isOnRows = (question: Question) => !/(revenue|orders) >/.test(JSON.stringify(question));
    const questions = factQuestions(SIZES[dialect] / 4)
      .filter(isOnRows)
      .map(({ limit: _, offset: __, orderBy: ___, ...rest }) => rest);
    await inTurn(questions, async (question) => {
      const metrics = ["revenue", "orders"];
      const asked = { ...question, metrics };
      const parts = await inTurn(regions, (principal) => ask(full, asked, principal));
      const whole = await ask(full, asked, everybody);
      expect(addedUp(parts, metrics.length), JSON.stringify(asked)).toEqual(addedUp([whole], metrics.length));
    });
  });
});

type Outcome =
  | {
      readonly kind: "answered";
      readonly columns: unknown;
      readonly rows: readonly (readonly unknown[])[];
      readonly hasNextPage: boolean;
    }
  | {
      readonly kind: "refused";
      readonly code: string;
      readonly message: string;
      readonly suggestions: readonly string[];
    }
  | { readonly kind: "failed"; readonly message: string };

async function ask(engine: Engine, question: Question, principal: Principal): Promise<Outcome> {
  try {
    const { columns, rows, hasNextPage } = await engine.query(parseRequest(question), principal);
    return { kind: "answered", columns, rows: rounded(rows), hasNextPage };
  } catch (error) {
    if (error instanceof Refusal) {
      const { code, message, suggestions } = error;
      return { kind: "refused", code, message, suggestions };
    }
    if (error instanceof WarehouseError) return { kind: "failed", message: error.message };
    throw new Error(`${JSON.stringify(question)} of ${principal.name}`, { cause: error });
  }
}

/** Everything of an outcome that the caller reads; what they wrote themselves stands in refusals. */
function spoken(outcome: Outcome): string {
  return JSON.stringify(outcome.kind === "refused" ? outcome.suggestions : outcome);
}

/** Masks and minimal groups are no conditions on rows. */
function isChangedByPolicy(question: string): boolean {
  return /mail|survey|answers|score/.test(question);
}

/** Of orders alone: no other model's policy has a say. */
function factQuestions(count: number): readonly Question[] {
  return randomQuestions(47, count * 12)
    .filter((question) => {
      const text = JSON.stringify(question);
      return (
        /"(orders|revenue|largest|buyers)"/.test(text) &&
        !/customer|note|visit|answers|metric\(|cost|margin|mails|salary|members|spenders|pieces|gold/.test(text)
      );
    })
    .slice(0, count);
}

function analystOf(regions: readonly string[]): Principal {
  return makeUser({
    issuer: "i",
    subject: regions.join(),
    name: "analyst",
    roles: ["analyst"],
    claims: { tenant: "T1", regions },
  });
}

/** Sums by group of the last columns, in the order of the groups; groups without any value are left out. */
function addedUp(outcomes: readonly Outcome[], values: number): readonly unknown[] {
  // A question that fails on a row of one of them fails on the whole.
  if (outcomes.some(({ kind }) => kind !== "answered")) return ["failed"];
  const sums = new Map<string, readonly number[]>();
  for (const outcome of outcomes) {
    if (outcome.kind !== "answered") continue;
    for (const row of outcome.rows) {
      const group = JSON.stringify(row.slice(0, -values));
      const before = sums.get(group) ?? Array.from({ length: values }, () => 0);
      sums.set(
        group,
        before.map((sum, i) => sum + Number(row[row.length - values + i] ?? 0)),
      );
    }
  }
  return [...sums].filter(([, sum]) => sum.some((value) => value !== 0)).sort(([a], [b]) => (a < b ? -1 : 1));
}

async function inTurn<T, R>(items: readonly T[], each: (item: T) => Promise<R>): Promise<readonly R[]> {
  const results: R[] = [];
  for (const item of items) results.push(await each(item));
  return results;
}
