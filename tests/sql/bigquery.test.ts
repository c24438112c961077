import { readdirSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { loadCatalog } from "../../src/compile/index.ts";
import { Refusal } from "../../src/diagnostics/index.ts";
import { planQuery } from "../../src/engine/index.ts";
import type { Principal } from "../../src/identity/index.ts";
import type { QueryRequest } from "../../src/request/index.ts";
import { readCases } from "../support/cases.ts";

const ROOT = join(import.meta.dirname, "../..");
/** Read before a run can write one. */
const files = readdirSync(join(ROOT, "tests/sql/bigquery"));
const cases = readCases(join(ROOT, "tests/cases"));
const { catalog } = loadCatalog(join(ROOT, "metrics"));

/** Each file was read by a person. To write them anew on purpose: `npx vitest run tests/sql/bigquery.test.ts -u`; then read the difference. */
describe("BigQuery is asked what tests/sql/bigquery says", () => {
  test("and every case has its file, and every file its case", () => {
    expect(files.toSorted()).toEqual(cases.map(({ name }) => `${name}.sql`).toSorted());
  });

  test.each(cases)("$name", async ({ name, principal, question }) => {
    await expect(shown(principal, question)).toMatchFileSnapshot(`bigquery/${name}.sql`);
  });
});

/** The statement and, in a comment below it, what it binds; or the refusal. */
function shown(principal: Principal, question: QueryRequest): string {
  if (!catalog) throw new Error("metrics/ does not load.");
  try {
    const { text, values } = planQuery(catalog, "bigquery", question, principal).statement;
    return `${text}\n${values.map((value, i) => `-- @p${i + 1} = ${JSON.stringify(value)}\n`).join("")}`;
  } catch (thrown) {
    if (!(thrown instanceof Refusal)) throw thrown;
    return `-- refused: ${thrown.code}: ${thrown.message}\n`;
  }
}
