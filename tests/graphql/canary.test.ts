import { getIntrospectionQuery } from "graphql";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { AuthenticationError, type Principal } from "../../src/identity/index.ts";
import { type Api, startShop } from "./support.ts";

/** Every name that only the warehouse knows, and every value of a hidden column, holds this word. */
const CANARY = /kanary/i;

const DEFINITIONS = {
  "birds.yaml": `project: shop
claims: { region: string }
---
model: birds
label: Birds
description: Things that fly.
owner: zoo
table: kanary_schema.kanary_table
primary_key: kanary_id
time: seen
columns: { kanary_id: int, kanary_weight: decimal, kanary_region: string, kanary_note: string, kanary_day: date }
entities: { bird: { type: primary, key: kanary_id } }
dimensions:
  area: { expr: kanary_region, data_type: string }
  remark: { expr: kanary_note, data_type: string }
  seen: { expr: kanary_day, grain: day }
measures:
  weight: { agg: sum, expr: kanary_weight }
  worth: { agg: max, expr: kanary_note }
---
metric: flock_weight
label: Weight
description: All together.
owner: zoo
model: birds
measure: weight
---
metric: flock_secret
label: Secret
description: A hidden kanary metric.
owner: zoo
model: birds
measure: worth
---
metric: flock_ratio
label: Ratio
description: Weight by itself.
owner: zoo
numerator: flock_weight
denominator: flock_weight
---
policy: birds
roles:
  analyst:
    rows: kanary_region = claim('region')
    fields: [weight, flock_weight, flock_ratio, area, seen, bird, kanary_id, kanary_weight, kanary_region, kanary_day]
  finance: { rows: all, fields: all, explain: true }
`,
};

const TABLES = `create schema kanary_schema;
create table kanary_schema.kanary_table as select * from (values
    (1, 10.5::decimal(18, 2), 'EMEA', 'kanary note', date '2026-01-05'),
    (2, 20.5, 'KANARY ISLANDS', 'kanary note', date '2026-01-06')
  ) t(kanary_id, kanary_weight, kanary_region, kanary_note, kanary_day);
`;

const people: Readonly<Record<string, Principal>> = {
  "Bearer analyst": {
    kind: "user",
    issuer: "t",
    subject: "ann",
    name: "ann",
    roles: ["analyst"],
    claims: { region: "EMEA" },
  },
  "Bearer finance": { kind: "user", issuer: "t", subject: "fin", name: "fin", roles: ["finance"], claims: {} },
};

let shop: Api;
// One of the questions fails in the warehouse, which the log may say in its words.
const stderr = vi.spyOn(process.stderr, "write").mockImplementation(() => true);
beforeAll(async () => {
  shop = await startShop({
    definitions: DEFINITIONS,
    tables: TABLES,
    http: {
      examples: false,
      authenticator: {
        async authenticate(authorization) {
          const principal = people[authorization ?? ""];
          if (principal) return principal;
          throw new AuthenticationError("nobody");
        },
      },
    },
  });
});
afterAll(() => {
  stderr.mockRestore();
  return shop.close();
});

const PROVENANCE =
  "provenance { queryId catalogVersion metrics { name version } warnings appliedPolicies servedBy dataAsOf bytesProcessed bytesBilled sql }";
const RESULT = `columns { name type label metric { name description upstream(depth: 9) } } rows refusal { code message path suggestions } ${PROVENANCE}`;
const ask = (input: string) => `{ query(input: ${input}) { ${RESULT} } }`;

const QUESTIONS: readonly string[] = [
  getIntrospectionQuery({ inputValueDeprecation: true, schemaDescription: true }),
  `{ __type(name: "BirdsMetric") { enumValues { name } } }`,
  "{ metrics(first: 50) { nodes { name label description owner: businessOwner unit upstream(depth: 9) dimensions { name label description values(first: 10) } } } }",
  `{ metric(name: "flock_weight") { upstream(depth: 9) description dimensions { name values(first: 5) } } }`,
  `{ metric(name: "flock_secret") { name upstream(depth: 9) } }`,
  `{ birds(groupBy: [{ dimension: BIRD__AREA }]) { ... on BirdsConnection { nodes { key { birdArea } flockWeight } ${PROVENANCE} } ... on QueryRefused { code message suggestions } } }`,
  ask(`{ metrics: ["flock_weight"], groupBy: [{ name: "bird__area" }] }`),
  ask(`{ metrics: ["flock_ratio"], groupBy: [{ name: "metric_time" }] }`),
  ask(`{ groupBy: [{ name: "bird__area" }] }`),
  ask(`{ groupBy: [{ name: "bird__area" }], minMaxOnly: true }`),
  ask(`{ metrics: ["flock_secret"] }`),
  ask(`{ metrics: ["flock_secre"] }`),
  ask(`{ groupBy: [{ name: "bird__remark" }] }`),
  ask(`{ groupBy: [{ name: "bird__remar" }] }`),
  ask(`{ metrics: ["flock_weight"], where: ["bird__remark = 'x'"] }`),
  ask(`{ metrics: ["flock_weight"], where: ["bird__area >"] }`),
  ask(`{ metrics: ["flock_weight"], where: ["cast(bird__area as int) > 0"] }`),
  ask(`{ metrics: ["flock_weight"], where: ["1 / (bird__seen - bird__seen) > 0"] }`),
  ask(`{ metrics: ["flock_weight"], groupBy: [{ name: "bird__seen", grain: HOUR }] }`),
  ask(`{ metrics: ["flock_weight"], orderBy: [{ name: "bird__remark" }] }`),
  ask(`{ savedQuery: "nothing" }`),
  "{ nothing }",
];

/** Everything that HTTP tells somebody: status line aside, headers and body. */
async function told(query: string, authorization: string): Promise<string> {
  const { headers, text } = await shop.http({ body: JSON.stringify({ query }), headers: { authorization } });
  return `${JSON.stringify(headers)}\n${text}`;
}

test("an analyst learns no name of the warehouse, no hidden field and no row of others, whatever is asked", async () => {
  for (const query of QUESTIONS) {
    // The words of the caller may come back.
    expect(query).not.toMatch(CANARY);
    expect([query, (await told(query, "Bearer analyst")).match(CANARY)]).toEqual([query, null]);
  }
});

test("the questions do bring answers, and who may explain is told", async () => {
  const weight = await told(QUESTIONS[6] ?? "", "Bearer analyst");
  expect(weight).toContain('"rows":[["EMEA","10.50"]]');
  expect(weight).toContain('"appliedPolicies":["birds:analyst"],"servedBy":null');
  expect(weight).toContain('"bytesProcessed":null,"bytesBilled":null,"sql":null');
  const explained = await told(QUESTIONS[6] ?? "", "Bearer finance");
  expect(explained).toContain("kanary_schema");
  expect(explained).toContain("KANARY ISLANDS");
  expect(await told(QUESTIONS[2] ?? "", "Bearer finance")).toMatch(CANARY);
});

test("when the warehouse fails, its words stay here", async () => {
  stderr.mockClear();
  shop.fail(new Error('relation "kanary_schema.kanary_table" does not exist at kanary.internal'));
  const answers = await Promise.all(QUESTIONS.map((query) => told(query, "Bearer analyst")));
  shop.fail(null);
  const logged = stderr.mock.calls.map(([line]) => String(line)).join("");
  expect(answers.join("\n")).toContain('"code":"INTERNAL"');
  expect(answers.join("\n")).not.toMatch(CANARY);
  expect(logged).toMatch(CANARY);
});

test("pages and health tell nothing either", async () => {
  for (const path of ["/health/live", "/health/ready", "/graphql", "/", "/metrics", "/nowhere"]) {
    const { headers, text } = await shop.http({ method: "GET", path, headers: { accept: "text/html" } });
    expect(`${JSON.stringify(headers)} ${text}`).not.toMatch(CANARY);
    expect(headers["cache-control"]).toMatch(/^private/);
    expect(headers.vary).toContain("Authorization");
  }
});
