import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { printSchema } from "graphql";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { openAuditLog } from "../../src/audit/index.ts";
import { Refusal } from "../../src/diagnostics/index.ts";
import { createEngine, type Engine } from "../../src/engine/index.ts";
import { buildSchema } from "../../src/graphql/index.ts";
import { OPERATOR, type Principal } from "../../src/identity/index.ts";
import { makeUser } from "../../src/identity/principal.ts";
import { authorizationOf, authorize, visibleTo } from "../../src/policy/index.ts";
import { parseRequest, type QueryRequest, resolveRequest } from "../../src/request/index.ts";
import { catalogFrom, type Question } from "../support/shop.ts";
import { DEFINITIONS } from "./definitions.ts";
import { randomQuestions } from "./questions.ts";
import { ANA, makeWorld, openWorld, SAM, TIA, worldCatalog } from "./world.ts";

const catalog = worldCatalog();
let engine: Engine;
beforeAll(async () => {
  engine = createEngine({ catalog, warehouse: await openWorld("duckdb", makeWorld()) });
});
afterAll(() => engine.close());

const REVENUE: Question = { metrics: ["revenue"], groupBy: [{ name: "order__region" }] };

function analyst(
  claims: Record<string, string | readonly string[]>,
  roles: readonly string[] = ["analyst"],
): Principal {
  return makeUser({ issuer: "i", subject: "s", name: "s", roles, claims });
}

function digestFor(who: Principal, question: Question = REVENUE, definitions = catalog): string {
  return authorizationOf(authorize(resolveRequest(visibleTo(definitions, who), parseRequest(question)), who)).digest;
}

async function rowsFor(who: Principal, question: Question): Promise<string> {
  try {
    return JSON.stringify((await engine.query(parseRequest(question), who)).rows);
  } catch (error) {
    if (error instanceof Refusal) return error.message;
    throw error;
  }
}

describe("the digest of what somebody may see", () => {
  test("differs wherever one claim, its list, its type or its place differs", () => {
    const people = [
      analyst({ tenant: "T1", regions: ["EMEA"] }),
      analyst({ tenant: "T2", regions: ["EMEA"] }),
      analyst({ tenant: "T1", regions: ["EMEA", "APAC"] }),
      analyst({ tenant: "T1", regions: ["EMEA,APAC"] }),
      analyst({ tenant: "T1", regions: ["EMEA', 'APAC"] }),
      analyst({ tenant: "T1,EMEA", regions: [] }),
      analyst({ tenant: "T1", regions: [] }),
      analyst({ tenant: "EMEA", regions: ["T1"] }),
      TIA.principal,
      OPERATOR,
    ];
    expect(new Set(people.map((who) => digestFor(who))).size).toBe(people.length);
  });

  test("is the same for equal policies, in whatever order claims and roles come, and whoever has them", () => {
    const one = makeUser({
      issuer: "a",
      subject: "a",
      name: "A",
      roles: ["analyst", "x"],
      claims: { tenant: "T1", regions: ["A", "B"] },
    });
    const other = makeUser({
      issuer: "b",
      subject: "b",
      name: "B",
      roles: ["analyst"],
      claims: { regions: ["B", "A", "A"], tenant: "T1" },
    });
    expect(digestFor(one)).toBe(digestFor(other));
  });

  test("is another when the definitions of rows, fields, masks, groups or explaining change", () => {
    const changes: readonly (readonly [string, string])[] = [
      [
        "\"zz_region in (claim('regions'))\", fields: { except: [zz_cost, zz_note] }",
        "\"zz_region not in (claim('regions'))\", fields: { except: [zz_cost, zz_note] }",
      ],
      ["except: [zz_cost, zz_note]", "except: [zz_cost]"],
      ["mail: hash", "mail: last_four"],
      ["minimum_group_size: 3", "minimum_group_size: 4"],
      ["fields: all, explain: true", "fields: all"],
      ["regions: { list: string }", "regions: { list: string, max_items: 5 }"],
    ];
    for (const [before, after] of changes) {
      expect(DEFINITIONS).toContain(before);
      const changed = catalogFrom(DEFINITIONS.replace(before, after));
      expect(digestFor(ANA.principal, REVENUE, changed), after).not.toBe(digestFor(ANA.principal));
    }
  });

  test("there is none without a decision", () => {
    expect(() => digestFor(analyst({ tenant: "T1" }))).toThrow(Refusal);
  });
});

test("one engine asked by everybody at once answers each as if they were alone", async () => {
  const questions = randomQuestions(5, 25);
  const people = [ANA, SAM, TIA].map(({ principal }) => principal);
  const alone: string[] = [];
  for (const question of questions) for (const who of people) alone.push(await rowsFor(who, question));
  const together = await Promise.all(questions.flatMap((question) => people.map((who) => rowsFor(who, question))));
  expect(together).toEqual(alone);
});

test("that one may not see a name is not remembered for those who may", async () => {
  const cost: Question = { metrics: ["cost"] };
  for (let turn = 0; turn < 3; turn++) {
    expect(await rowsFor(ANA.principal, cost)).toContain("There is no metric");
    expect(await rowsFor(TIA.principal, cost)).toMatch(/^\[\["\d+"\]\]$/);
  }
});

test("a question that one caller gives up is answered to another", async () => {
  const stop = new AbortController();
  const request: QueryRequest = parseRequest(REVENUE);
  const given = engine.query(request, TIA.principal, { signal: stop.signal }).catch((error: unknown) => error);
  const other = engine.query(request, ANA.principal);
  stop.abort();
  expect((await other).rows.length).toBeGreaterThan(0);
  await given;
});

test("what is forbidden is refused, whatever the data; what is allowed and empty has no rows", async () => {
  const nobody = analyst({ tenant: "T1", regions: ["NOWHERE"] });
  expect(await rowsFor(nobody, REVENUE)).toBe("[]");
  expect(await rowsFor(nobody, { metrics: ["revenue"] })).toBe("[[null]]");
  expect(await rowsFor(nobody, { metrics: ["cost"] })).toBe(await rowsFor(ANA.principal, { metrics: ["cost"] }));
});

test("roles held twice, in another order or beside unknown ones change nothing", async () => {
  const claims = { tenant: "T1", regions: ["AMER"] };
  const orders: Question = { metrics: ["orders", "revenue"], groupBy: [{ name: "order__status" }] };
  const asked = [
    ["support", "analyst"],
    ["analyst", "support"],
    ["analyst", "support", "analyst", "boss", "__proto__"],
  ];
  const [first, ...others] = await Promise.all(asked.map((roles) => rowsFor(analyst(claims, roles), orders)));
  for (const other of others) expect(other).toBe(first);
});

/** What a schema names; descriptions of what everybody has hold examples. */
function namesIn(who: Principal): string {
  return printSchema(buildSchema({ catalog: visibleTo(catalog, who) })).replaceAll(/"""[\s\S]*?"""/g, "");
}

test("a printed schema holds no name that its reader does not see", () => {
  for (const { principal } of [ANA, SAM]) {
    const printed = namesIn(principal);
    expect(printed).toMatch(/revenue/i);
    expect(printed).not.toMatch(/zz_|payroll|salary|\bcost\b|\bnote\b|margin|\bmails\b|CANARY/i);
  }
  expect(namesIn(analyst({}, []))).not.toMatch(/zz_|revenue|orders|customers|visits|survey|stock|payroll/i);
});

test("the SQL of a question may be seen by those whose every role on it says so", () => {
  const may = (who: Principal, question: Question) =>
    authorizationOf(authorize(resolveRequest(visibleTo(catalog, who), parseRequest(question)), who)).mayExplain;
  expect(may(TIA.principal, REVENUE)).toBe(true);
  expect(may(ANA.principal, REVENUE)).toBe(false);
  expect(may(OPERATOR, REVENUE)).toBe(true);
  // Products are public, and nobody is told how they are read.
  expect(may(TIA.principal, { metrics: ["revenue"], groupBy: [{ name: "product__kind" }] })).toBe(false);
});

test("every decision is in the audit log: who, what, by which roles, and no value of a row", async () => {
  const folder = mkdtempSync(join(tmpdir(), "audit-"));
  const audit = await openAuditLog({
    folder,
    writer: "attack",
    onFailure: "closed",
    rotateBytes: 1_000_000,
    keepDays: 400,
  });
  const logged = createEngine({ catalog, warehouse: await openWorld("duckdb", makeWorld()), audit });
  const questions: readonly (readonly [Principal, Question, string])[] = [
    [ANA.principal, REVENUE, "answered"],
    [ANA.principal, { metrics: ["cost"] }, "refused"],
    [ANA.principal, { metrics: ["members"], where: ["customer__mail = 'CANARY'"] }, "refused"],
    [OPERATOR, { metrics: ["revenue"], where: ["cast(order__code as int) > 3"] }, "failed"],
  ];
  for (const [who, question] of questions) await logged.query(parseRequest(question), who).catch(() => null);
  await logged.close();
  await audit.close();
  const text = readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => readFileSync(join(entry.parentPath, entry.name), "utf8"))
    .join("");
  const outcomes = [...text.matchAll(/"outcome":"(\w+)"/g)].map(([, outcome]) => outcome);
  expect(outcomes).toEqual(questions.map(([, , outcome]) => outcome));
  expect(text).toContain("orders:analyst");
  expect(text).not.toMatch(/CANARY|EMEA|APAC|T1~/);
  rmSync(folder, { recursive: true });
});
