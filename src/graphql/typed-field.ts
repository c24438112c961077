import type { GraphQLFieldConfig, GraphQLResolveInfo } from "graphql";
import { GraphQLBoolean, GraphQLInt, GraphQLString, GraphQLUnionType, isObjectType } from "graphql";
import { Refusal } from "../diagnostics/index.ts";
import type { TimeRange } from "../request/index.ts";
import { absoluteRange, customUnitOf } from "../request/index.ts";
import type { PendingQuestion } from "./builder.ts";
import { listOf, some } from "./built-types.ts";
import type { Context } from "./context.ts";
import type { RefusedQuestion } from "./errors.ts";
import { refusedQuestion } from "./errors.ts";
import { type FrameArguments, pageFrame } from "./frame.ts";
import { lateAnswer } from "./late-answer.ts";
import { LIMITS } from "./limits.ts";
import type { FrameAnswer } from "./loader.ts";
import type { Periods } from "./periods.ts";
import { connectionType, rowType, type TypedFieldParts } from "./typed-connection.ts";
import type { Maybe } from "./typed-groups.ts";
import { typedInputs } from "./typed-inputs.ts";
import type { TypedModel } from "./typed-model.ts";
import { type PagePlan, planPage, questionsOf, rowsPlansOf } from "./typed-plan.ts";
import { type TypedPage, typedPage } from "./typed-rows.ts";

/**
 * The root field of one model: `orders(groupBy: …): OrdersResult!`, with typed rows.
 *
 * Values and rows depend on the arguments only. The rows are the groups in which the model has rows (`rowsOf`), so
 * selecting a metric neither adds nor drops one; what is selected only decides which metrics are computed.
 */
export function typedField(
  parts: TypedFieldParts,
  model: TypedModel,
): GraphQLFieldConfig<unknown, Context, PageArguments> {
  const { built } = parts;
  const inputs = typedInputs(parts, model);
  const Connection = connectionType(parts, model, inputs, rowType(parts, model, inputs));
  const Result = new GraphQLUnionType({
    name: `${model.type}Result`,
    types: [Connection, built.QueryPending, built.QueryRefused],
    resolveType: (result: TypedResult) => {
      if ("rows" in result) return Connection.name;
      return "pollAfterMs" in result ? "QueryPending" : "QueryRefused";
    },
  });
  return {
    type: some(Result),
    description: `${model.model.label}: the metrics of the model ${model.model.name}, by group.${model.model.description ? `\n\n${model.model.description}` : ""}`,
    args: {
      groupBy: { type: listOf(inputs.Group), defaultValue: [] },
      where: { type: inputs.Filter },
      having: { type: inputs.Having },
      timeRange: { type: built.TimeRange },
      orderBy: { type: listOf(inputs.Order) },
      top: { type: inputs.Top },
      first: { type: GraphQLInt, defaultValue: DEFAULTS.first },
      after: { type: GraphQLString },
      requireCertified: {
        type: GraphQLBoolean,
        defaultValue: false,
        description: "Every metric, inputs included, must be certified; one that is not has no value and says so.",
      },
      waitMs: {
        type: GraphQLInt,
        defaultValue: DEFAULTS.waitMs,
        description:
          "After so many milliseconds the answer is pending. Of several waits in a request the shortest holds.",
      },
      timeZone: {
        type: GraphQLString,
        description: "IANA name of the zone in which zoned times are cut and range ends read; the definitions' own.",
      },
      numbers: { type: built.Numbers, defaultValue: "text" },
    },
    resolve: (_, args, context, info) => resolvePage(model, args, context, info, Connection.name),
  };
}

type TypedResult = TypedPage | PendingQuestion | RefusedQuestion;

/** What null stands for too. */
const DEFAULTS = { first: 100, waitMs: 30_000 } as const;

type PageArguments = { readonly [Name in keyof Omit<FrameArguments, "timeRange">]?: Maybe<FrameArguments[Name]> } & {
  readonly timeRange?: Maybe<AskedRange>;
  readonly waitMs?: Maybe<number>;
};

interface AskedRange {
  readonly start?: Maybe<string>;
  readonly end?: Maybe<string>;
  readonly last?: Maybe<{ readonly n: number; readonly unit: string }>;
  readonly toDate?: Maybe<string>;
}

async function resolvePage(
  model: TypedModel,
  args: PageArguments,
  context: Context,
  info: GraphQLResolveInfo,
  connection: string,
): Promise<TypedResult> {
  try {
    const { engine, principal, frames } = context;
    const waitMs = args.waitMs ?? DEFAULTS.waitMs;
    checkWait(waitMs);
    const frame = pageFrame(engine.catalog, model, await frameArguments(args, context), principal);
    const type = info.schema.getType(connection);
    if (!isObjectType(type)) throw new Error(`${connection} is no object type`);
    const plan = planPage(frame, info, type);
    const [answers, periods] = await Promise.all([frames.load(questionsOf(plan), waitMs), periodsOf(plan, context)]);
    const whole: FrameAnswer[] = [];
    for (const answer of answers) {
      if (!("frame" in answer)) return lateAnswer(plan, answers, context) ?? answer;
      whole.push(answer);
    }
    const timeZone = frame.basis.request.timeZone ?? engine.catalog.timeZone;
    return typedPage(plan, whole, periods, { catalog: engine.catalog, timeZone, now: frames.now });
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    const refused = refusedQuestion(error);
    context.report.refused(refused);
    return refused;
  }
}

async function frameArguments(args: PageArguments, context: Context): Promise<FrameArguments> {
  return {
    ...args,
    groupBy: args.groupBy ?? [],
    first: args.first ?? DEFAULTS.first,
    requireCertified: args.requireCertified === true || context.requireCertified,
    numbers: args.numbers ?? "text",
    timeRange: await rangeOf(args, context),
  };
}

function checkWait(waitMs: number): void {
  if (waitMs >= 0 && waitMs <= LIMITS.waitMs) return;
  throw new Refusal("INVALID_LIMIT", `waitMs must be from 0 to ${LIMITS.waitMs}.`, { path: ["waitMs"] });
}

/** A range relative to now means the same for all that one request asks. */
async function rangeOf({ timeRange, timeZone }: PageArguments, { engine, frames }: Context): Promise<TimeRange | null> {
  if (!timeRange) return null;
  const { start = null, end = null, last = null, toDate = null } = timeRange;
  const range = { start, end, last, toDate };
  const unit = customUnitOf(range);
  const periods = unit === null ? [] : await engine.periodsOf(unit);
  return absoluteRange(range, timeZone ?? engine.catalog.timeZone, frames.now, periods);
}

async function periodsOf(plan: PagePlan, { engine }: Context): Promise<Periods> {
  const grains = new Set(rowsPlansOf(plan).flatMap(({ customGrains }) => customGrains));
  return new Map(await Promise.all([...grains].map(async (grain) => [grain, await engine.periodsOf(grain)] as const)));
}
