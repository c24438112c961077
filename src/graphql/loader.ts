import DataLoader from "dataloader";
import { Refusal } from "../diagnostics/index.ts";
import type { Answer, Engine } from "../engine/index.ts";
import type { Principal } from "../identity/index.ts";
import type { QueryRequest } from "../request/index.ts";
import type { Row } from "../warehouse/index.ts";
import type { Frame } from "./frame.ts";

/** One metric over one frame; `metric: null` asks for the frame's rows alone. */
interface Use {
  readonly frame: Frame;
  readonly metric: string | null;
}

/** A frame's rows, and where each selected metric stands in them, or why it has no value. */
export interface FrameAnswer {
  readonly frame: Frame;
  readonly answer: Answer;
  readonly cells: ReadonlyMap<string, number | Refusal>;
}

/** Collects every metric use of one request; equal frames become one statement, whatever aliases ask for them. */
export interface FrameLoader {
  /** @throws Refusal when the frame itself has no answer; a metric that has none is a Refusal in `cells`. */
  load(frame: Frame, metrics: readonly string[]): Promise<FrameAnswer>;
}

/** For one request of one caller: never share it. */
export function createFrameLoader(engine: Engine, principal: Principal, signal: AbortSignal): FrameLoader {
  const uses = new DataLoader<Use, FrameAnswer, string>((batch) => answerUses(engine, principal, signal, batch), {
    cacheKeyFn: ({ frame, metric }) => `${frame.key} ${metric ?? ""}`,
  });
  return {
    async load(frame, metrics) {
      const [rows] = await Promise.all([
        uses.load({ frame, metric: null }),
        ...metrics.map((metric) => uses.load({ frame, metric })),
      ]);
      return rows;
    },
  };
}

async function answerUses(
  engine: Engine,
  principal: Principal,
  signal: AbortSignal,
  batch: readonly Use[],
): Promise<(FrameAnswer | Error)[]> {
  const answers = new Map<string, Promise<FrameAnswer | Error>>();
  for (const [key, uses] of Map.groupBy(batch, ({ frame }) => frame.key)) {
    const [first] = uses;
    const metrics = uses.flatMap(({ metric }) => metric ?? []);
    if (first) answers.set(key, answerFrame(engine, principal, signal, first.frame, metrics).catch(asError));
  }
  return Promise.all(
    batch.map(async ({ frame }) => (await answers.get(frame.key)) ?? new Error("A frame was left without an answer")),
  );
}

function asError(thrown: unknown): Error {
  return thrown instanceof Error ? thrown : new Error("What was thrown is no error", { cause: thrown });
}

/**
 * One statement for the frame and all its metrics. When the engine refuses, the metrics at fault are found by planning
 * them one by one: they are refused alone, because refusing the rows for a selected metric would let the selection
 * decide what the others see.
 */
async function answerFrame(
  engine: Engine,
  principal: Principal,
  signal: AbortSignal,
  frame: Frame,
  selected: readonly string[],
): Promise<FrameAnswer> {
  const metrics = [...new Set([...frame.metrics, ...selected])];
  const options = { signal };
  try {
    return placed(frame, await engine.query(withMetrics(frame, metrics), principal, options), metrics, new Map());
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    const refused = new Map(
      metrics
        .filter((metric) => !frame.metrics.includes(metric))
        .flatMap((metric) => {
          const refusal = refusalOf(engine, principal, withMetrics(frame, [...frame.metrics, metric]));
          return refusal ? [[metric, refusal] as const] : [];
        }),
    );
    if (refused.size === 0 || refusalOf(engine, principal, withMetrics(frame, frame.metrics))) throw error;
    const answerable = metrics.filter((metric) => !refused.has(metric));
    return placed(frame, await engine.query(withMetrics(frame, answerable), principal, options), answerable, refused);
  }
}

/** Without groups and metrics there would be no column to ask for; the one row is the same whichever is computed. */
function withMetrics({ groups, model, request }: Frame, metrics: readonly string[]): QueryRequest {
  const isEmpty = groups.length === 0 && metrics.length === 0;
  return { ...request, metrics: isEmpty ? model.metrics.slice(0, 1).map(({ metric }) => metric.name) : metrics };
}

function refusalOf(engine: Engine, principal: Principal, request: QueryRequest): Refusal | null {
  try {
    engine.explain(request, principal);
    return null;
  } catch (error) {
    if (error instanceof Refusal) return error;
    throw error;
  }
}

/** The answer's columns are the group-bys, then the metrics, in the order they were asked. */
function placed(
  frame: Frame,
  answer: Answer,
  metrics: readonly string[],
  refused: ReadonlyMap<string, Refusal>,
): FrameAnswer {
  const places = metrics.map((metric, i) => [metric, frame.groups.length + i] as const);
  return { frame, answer, cells: new Map<string, number | Refusal>([...places, ...refused]) };
}

/** One row of a typed field: its place on the page, and the answer it stands in. */
export interface TypedRow {
  readonly of: FrameAnswer;
  readonly index: number;
  readonly cells: Row;
}
