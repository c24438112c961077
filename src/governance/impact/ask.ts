import { randomUUID } from "node:crypto";
import type { Catalog } from "../../catalog/index.ts";
import { Refusal } from "../../diagnostics/index.ts";
import { planQuery } from "../../engine/index.ts";
import type { Principal } from "../../identity/index.ts";
import { bundlePlans, columnsOf, optimize, type PlanNode, slotsOf } from "../../plan/index.ts";
import type { QueryRequest } from "../../request/index.ts";
import { toSql } from "../../sql/index.ts";
import { sha256 } from "../../std/index.ts";
import type { Cell, Warehouse } from "../../warehouse/index.ts";

/** One of the questions that are answered from one snapshot. */
export interface Question {
  readonly catalog: Catalog;
  readonly principal: Principal;
  readonly request: QueryRequest;
}

/** Rows as columns by name. */
export type Answer = readonly ReadonlyMap<string, Cell>[];

export interface Answers {
  /** In the order of the questions; a Refusal for what may not be asked, or has no meaning. */
  readonly answers: readonly (Answer | Refusal)[];
  /** Of the one statement. */
  readonly sql: string;
}

/** Many more are no comparison that anybody reads. */
const MOST_ROWS = 100_000;

/**
 * Answers all questions by one statement, so that all of them see the same rows, whichever definitions they are of.
 *
 * @throws Refusal where the engine cannot say it. @throws WarehouseError
 */
export async function askAtOnce(questions: readonly Question[], warehouse: Warehouse): Promise<Answers> {
  const plans = questions.map((question) => planOf(question, warehouse));
  const sound = plans.filter((plan): plan is PlanNode => !(plan instanceof Refusal));
  if (sound.length === 0) return { answers: plans.filter((plan) => plan instanceof Refusal), sql: "" };
  const bundle = optimize(bundlePlans(sound));
  if (bundle.kind !== "bundle") throw new Error("An optimised bundle is no bundle any more.");
  const statement = toSql(bundle, warehouse.dialect);
  const { batches } = await warehouse.execute(statement, {
    limits: { maxRows: MOST_ROWS },
    origin: {
      requestId: randomUUID(),
      metrics: namesIn(questions),
      principal: sha256("operator").slice(0, 16),
      consumer: "impact",
    },
  });
  const places = slotsOf(bundle).ofPart;
  const parts = sound.map((): ReadonlyMap<string, Cell>[] => []);
  const names = sound.map((plan) => columnsOf(plan).map(({ name }) => name));
  for await (const batch of batches) {
    for (const row of batch) {
      const part = Number(row[0]);
      const cells = names[part]?.map((name, i) => [name, row[(places[part]?.[i] ?? 0) + 1] ?? null] as const);
      if (!cells) throw new Error("A statement answered a question that was not asked.");
      parts[part]?.push(new Map(cells));
    }
  }
  const answered = parts[Symbol.iterator]();
  const answers = plans.map((plan) => (plan instanceof Refusal ? plan : (answered.next().value ?? [])));
  return { answers, sql: statement.text };
}

function namesIn(questions: readonly Question[]): readonly string[] {
  const names = questions.flatMap(({ request }) => request.metrics ?? []);
  return [...new Set(names.map((one) => (typeof one === "string" ? one : one.name)))];
}

function planOf({ catalog, principal, request }: Question, { dialect }: Warehouse): PlanNode | Refusal {
  try {
    return planQuery(catalog, dialect, request, principal, { isPaged: false }).plan;
  } catch (thrown) {
    if (thrown instanceof Refusal) return thrown;
    throw thrown;
  }
}
