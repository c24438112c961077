import DataLoader from "dataloader";
import { Refusal } from "../diagnostics/index.ts";
import type { Answer, Engine, Explanation, Pending } from "../engine/index.ts";
import type { Principal } from "../identity/index.ts";
import type { QueryRequest } from "../request/index.ts";
import { canonicalJson } from "../std/index.ts";
import { besideEachOther } from "./asked-apart.ts";
import type { ArgumentPlaces, Frame } from "./frame.ts";
import { requestWith } from "./frame.ts";
import { plainUse, type Use } from "./typed-use.ts";

/** A frame and the metrics selected over it. */
export interface Question {
  readonly frame: Frame;
  readonly uses: readonly Use[];
}

/** A frame's rows, and where each column stands in them, or why a selected metric has no value. */
export interface FrameAnswer {
  readonly frame: Frame;
  readonly answer: Answer;
  /** By the column of a group or use. What an answer does not show is missing: groups of a rest. */
  readonly places: ReadonlyMap<string, number | Refusal>;
}

/** Collects what the fields of one request ask; equal frames become one question, and all of them one call. */
export interface FrameLoader {
  /** When the request came: what ranges are relative to. */
  readonly now: Date;
  /**
   * In the order asked. Of several waits of one request the shortest holds: all is asked at once.
   *
   * @throws Refusal when a frame itself has no answer; a metric that has none is a Refusal in `places`.
   */
  load(questions: readonly Question[], waitMs: number): Promise<readonly (FrameAnswer | Pending)[]>;
  /** The metrics whose small groups are hidden over this frame, by their names in the catalog, whichever are selected. */
  hiding(frame: Frame): readonly string[];
}

interface Asked extends Question {
  /** Equal keys, equal rows. */
  readonly key: string;
  readonly waitMs: number;
}

/** For one request of one caller: never share it. */
export function createFrameLoader(engine: Engine, principal: Principal, signal: AbortSignal): FrameLoader {
  const loader = new DataLoader<Asked, FrameAnswer | Pending, string>(
    (batch) => {
      const waitMs = Math.min(...batch.map((asked) => asked.waitMs));
      const ask = (questions: readonly Question[]) =>
        engine.askAll(questions.map(requestOf), principal, { signal, waitMs });
      const refusalOf = (question: Question) => plannedRefusal(engine, principal, question);
      return answerAll(batch, { ask, refusalOf });
    },
    { cacheKeyFn: ({ key, uses }) => `${key} ${uses.map(({ column }) => column).join()}` },
  );
  const hidden = new WeakMap<Frame, readonly string[]>();
  return {
    now: new Date(),
    hiding(frame) {
      const known = hidden.get(frame) ?? hidingOver(frame, (question) => explained(engine, principal, question));
      hidden.set(frame, known);
      return known;
    },
    load: (questions, waitMs) =>
      Promise.all(questions.map(({ frame, uses }) => loader.load({ key: keyOf(frame), frame, uses, waitMs }))),
  };
}

/** What one batch asks of the engine. */
interface Asking {
  readonly ask: (questions: readonly Question[]) => Promise<readonly (Answer | Pending | Error)[]>;
  /** Why the engine would refuse it, without running it. */
  readonly refusalOf: (question: Question) => Refusal | null;
}

function keyOf(frame: Frame): string {
  return canonicalJson([frame.request, frame.fixed, frame.ranges]);
}

async function answerAll(batch: readonly Asked[], asking: Asking): Promise<readonly (FrameAnswer | Pending | Error)[]> {
  const merged = [...Map.groupBy(batch, ({ key }) => key)].flatMap(([key, [first, ...others]]) => {
    if (!first) return [];
    const uses = [first, ...others].flatMap((question) => question.uses);
    return [{ key, question: { frame: first.frame, uses: distinct(uses) } }];
  });
  const answers = await answerQuestions(
    merged.map(({ question }) => question),
    asking,
  );
  const byKey = new Map(merged.map(({ key }, i) => [key, answers[i]]));
  return batch.map(({ key }) => byKey.get(key) ?? new Error("A frame was left without an answer"));
}

function distinct(uses: readonly Use[]): readonly Use[] {
  return [...new Map(uses.map((use) => [use.column, use])).values()];
}

/**
 * One request a frame, all in one call of the engine. Where it refuses one, the metrics at fault are found by planning
 * them one by one, and it is asked again without them: they are refused alone, because refusing the rows for a selected
 * metric would let the selection decide what the others see. Those that only cannot stand together are asked apart.
 */
async function answerQuestions(
  questions: readonly Question[],
  asking: Asking,
): Promise<readonly (FrameAnswer | Pending | Error)[]> {
  const first = await asking.ask(questions);
  const faults = questions.map((question, i): Faults | null => {
    const answer = first[i];
    return answer instanceof Refusal ? faultsOf(question, asking) : null;
  });
  const again = faults.flatMap((fault) => fault?.parts ?? []);
  const second = again.length > 0 ? await asking.ask(again) : [];
  return questions.map(({ frame }, i) => {
    const fault = faults[i];
    const answer = fault
      ? joined(
          frame,
          fault.parts.map((part) => second[again.indexOf(part)]),
        )
      : first[i];
    if (!answer) return new Error("A frame was left without an answer");
    if ("rows" in answer) return placed(frame, answer, fault?.refused ?? new Map());
    return answer instanceof Refusal ? inArguments(answer, frame) : answer;
  });
}

/** What one of them has no answer for, all of them have none for. */
function joined(
  { groups }: Frame,
  parts: readonly (Answer | Pending | Error | undefined)[],
): Answer | Pending | Error | undefined {
  const answers: Answer[] = [];
  for (const part of parts) {
    if (!part || !("rows" in part)) return part;
    answers.push(part);
  }
  const [first, ...others] = answers;
  return (
    first &&
    besideEachOther(
      groups.map(({ column }) => column),
      [first, ...others],
    )
  );
}

/** The refusal at the place where the arguments name what is wrong. */
function inArguments(refusal: Refusal, { at }: Frame): Refusal {
  const { code, message, suggestions, path } = refusal;
  const place = placeIn(at, path);
  return place ? new Refusal(code, message, { path: place, suggestions }) : refusal;
}

/** null: the request's own place is that of the arguments. */
function placeIn(at: ArgumentPlaces, [field, i, ...below]: readonly string[]): readonly string[] | null {
  const rest = i === undefined ? [] : [i, ...below];
  switch (field) {
    case "metrics":
      return at.fixed[Number(i)] ?? null;
    case "groupBy": {
      const group = at.groups[Number(i)];
      // By its name the request means the group itself.
      return group ? [...group, ...below.filter((part) => part !== "name")] : [...at.list, ...rest];
    }
    case "top":
      return [...at.top, ...rest];
    default:
      return null;
  }
}

/** Why a question was refused. */
interface Faults {
  readonly refused: ReadonlyMap<string, Refusal>;
  /** The question without those: one, or several of the same rows whose metrics cannot stand together. */
  readonly parts: readonly Question[];
}

/** Null: the frame itself is at fault. */
function faultsOf({ frame, uses }: Question, { refusalOf }: Asking): Faults | null {
  const refused = new Map(
    uses.flatMap((use) => {
      const isFrames = frame.fixed.some(({ column }) => column === use.column);
      const refusal = isFrames ? null : refusalOf({ frame, uses: [use] });
      return refusal ? [[use.column, refusal] as const] : [];
    }),
  );
  const rest = uses.filter(({ column }) => !refused.has(column));
  if (refusalOf({ frame, uses: [] })) return null;
  if (!refusalOf({ frame, uses: rest })) return refused.size === 0 ? null : { refused, parts: [{ frame, uses: rest }] };
  const parts: Use[][] = [];
  for (const use of rest) {
    const part = parts.find((others) => !refusalOf({ frame, uses: [...others, use] }));
    if (part) part.push(use);
    else parts.push([use]);
  }
  return { refused, parts: parts.map((some) => ({ frame, uses: some })) };
}

function requestOf(question: Question): QueryRequest {
  const request = requestWith(question.frame, question.uses);
  return isBare(question) ? { ...request, countOnly: true } : request;
}

/** Without groups and metrics there is no column to ask for: a count stands in, which is not shown. */
export function isBare({ frame: { groups, fixed, request }, uses }: Question): boolean {
  return groups.length === 0 && fixed.length === 0 && uses.length === 0 && !request.countOnly;
}

function plannedRefusal(engine: Engine, principal: Principal, question: Question): Refusal | null {
  const planned = explained(engine, principal, question);
  return planned instanceof Refusal ? planned : null;
}

function explained(engine: Engine, principal: Principal, question: Question): Explanation | Refusal {
  try {
    return engine.explain(requestOf(question), principal);
  } catch (error) {
    if (error instanceof Refusal) return error;
    throw error;
  }
}

/** All metrics are planned together, or else one by one: some may have no answer over this frame. */
function hidingOver(frame: Frame, plan: (question: Question) => Explanation | Refusal): readonly string[] {
  const { model } = frame.basis;
  const uses = model.metrics.map(({ metric }) => plainUse(model, metric.name));
  const together = plan({ frame, uses });
  const plans = together instanceof Refusal ? uses.map((use) => plan({ frame, uses: [use] })) : [together];
  const columns = plans.flatMap((found) => (found instanceof Refusal ? [] : found.columns));
  const hiding = new Set(columns.flatMap((column) => (column.hidesSmallGroups ? (column.metric ?? []) : [])));
  return [...hiding];
}

function placed(frame: Frame, answer: Answer, refused: ReadonlyMap<string, Refusal>): FrameAnswer {
  const places = answer.columns.map(({ name }, i) => [name, i] as const);
  return { frame, answer, places: new Map<string, number | Refusal>([...places, ...refused]) };
}
