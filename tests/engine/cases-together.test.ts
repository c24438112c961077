import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { loadCatalog } from "../../src/compile/index.ts";
import { type Answer, createEngine, type Engine } from "../../src/engine/index.ts";
import { digestOf } from "../../src/identity/index.ts";
import { ensureSample } from "../../src/sample/index.ts";
import { openWarehouse, WarehouseError } from "../../src/warehouse/index.ts";
import { type Case, firstDifference, plainDecimals, readCases } from "../support/cases.ts";
import { samplePostgres } from "../support/postgres.ts";

const ROOT = join(import.meta.dirname, "../..");
const { catalog } = loadCatalog(join(ROOT, "metrics"));
const batches = [...Map.groupBy(readCases(join(ROOT, "tests/cases")), ({ principal }) => digestOf(principal)).values()]
  .flatMap((ofOne) => chunks(ofOne, 10))
  .filter((batch) => batch.length > 1)
  .map((batch): [string, readonly Case[]] => [batch.map(({ name }) => name).join(", "), batch]);

const duckdb = once(async () => open(`duckdb:${await ensureSample()}`));
const postgres = once(async () => open(await samplePostgres()));

/** Each case alone, which tests/cases.test.ts compares with SQL by hand. */
const alone = new Map<string, Promise<Answer>>();
async function answerAlone({ name, question, principal }: Case): Promise<Answer> {
  const { engine } = await duckdb();
  const answer = alone.get(name) ?? engine.query(question, principal);
  alone.set(name, answer);
  return answer;
}

const opened: Engine[] = [];
afterAll(async () => {
  for (const engine of opened) await engine.close();
});

describe.each([
  ["DuckDB", duckdb],
  ["PostgreSQL", postgres],
])("on %s a question answered with others has the answer that it has alone", (_, running) => {
  let shared = 0;
  test.each(batches)("%s", { timeout: 300_000 }, async (_names, batch) => {
    const { engine, failures } = await running();
    const [first] = batch;
    if (!first) throw new Error("A batch is empty.");
    const before = failures.length;
    const together = await engine.queryAll(
      batch.map(({ question }) => question),
      first.principal,
    );
    expect(failures.slice(before), "a statement of several questions failed").toEqual([]);
    for (const [i, one] of batch.entries()) {
      const expected = await answerAlone(one);
      const answer = answerOf(together[i]);
      if (answer.provenance.questions > 1) shared++;
      expect(answer.columns, one.name).toEqual(expected.columns);
      expect(answer.hasNextPage, one.name).toBe(expected.hasNextPage);
      expect(firstDifference(plainDecimals(answer), plainDecimals(expected), true), one.name).toBeNull();
    }
  });

  test("and most of them were answered with others", () => {
    expect(shared).toBeGreaterThan(batches.flatMap(([, batch]) => batch).length / 2);
  });
});

/** Failures of statements are kept: a batch whose statement fails is answered question by question, which would hide it. */
async function open(url: string): Promise<{ readonly engine: Engine; readonly failures: string[] }> {
  if (!catalog) throw new Error("metrics/ does not load");
  const warehouse = await openWarehouse(url);
  const failures: string[] = [];
  const engine = createEngine({
    catalog,
    warehouse: {
      ...warehouse,
      execute: (statement, options) =>
        warehouse.execute(statement, options).catch((thrown: unknown) => {
          const { cause } = thrown instanceof WarehouseError ? thrown : {};
          failures.push(`${cause instanceof Error ? cause.message : String(thrown)} in ${statement.text}`);
          throw thrown;
        }),
    },
  });
  opened.push(engine);
  return { engine, failures };
}

function answerOf(told: Answer | Error | undefined): Answer {
  if (!told || told instanceof Error) throw told ?? new Error("A question was left without an answer.");
  return told;
}

function chunks<T>(all: readonly T[], size: number): readonly (readonly T[])[] {
  return Array.from({ length: Math.ceil(all.length / size) }, (_, i) => all.slice(i * size, (i + 1) * size));
}

function once<T>(make: () => Promise<T>): () => Promise<T> {
  let made: Promise<T> | null = null;
  return () => (made ??= make());
}
