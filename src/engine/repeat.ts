import type { QuestionRecord } from "../audit/index.ts";
import type { Principal } from "../identity/index.ts";
import type { QueryRequest, ResolvedQuery } from "../request/index.ts";
import { auditRepeat } from "./audit.ts";
import type { Answer, Provenance, QueryOptions, Repeat } from "./engine.ts";
import type { EngineParts } from "./parts.ts";
import { watchQuery } from "./watch.ts";

/** Whether an answer would be given from the same rows if it were asked for now. */
export type IsCurrent = () => Promise<boolean>;

/** What being answered from kept rows left of one question. Holds neither rows nor plan, which it outlives. */
interface Left {
  /** Names of the metrics, in the catalog. */
  readonly metrics: readonly string[];
  readonly catalogVersion: string;
  /** null: there is no audit log. */
  readonly record: QuestionRecord | null;
  readonly cost: Pick<Provenance, "bytesProcessed" | "bytesBilled">;
  readonly rows: number;
  /** With those that are not shown. */
  readonly keptRows: number;
  readonly isCurrent: IsCurrent;
}

const left = new WeakMap<Answer, Left>();

/** From now on the answer can be repeated. */
export function noteRepeatable(answer: Answer, how: Left): void {
  left.set(answer, how);
}

/** @returns null: not all of them were given from what is kept, and mean the same for a while */
export function repeatOf(
  { audit, quotas, onQuery }: Pick<EngineParts, "audit" | "quotas" | "onQuery">,
  answers: readonly Answer[],
): Repeat | null {
  const all = answers.flatMap((answer) => left.get(answer) ?? []);
  if (all.length === 0 || all.length < answers.length) return null;

  async function tell(one: Left, principal: Principal, options: QueryOptions): Promise<void> {
    const watch = watchQuery(onQuery, principal, options);
    watch.planned(one.metrics, one.catalogVersion);
    watch.ran(one.cost);
    try {
      const { queryId, requestId, started } = watch;
      if (audit && one.record) await auditRepeat(audit, { ...one.record, queryId, requestId }, started);
      watch.answered(one.rows, "hit");
    } catch (thrown) {
      throw watch.failed(thrown);
    }
  }

  return {
    bytes: all.reduce((sum, { record }) => sum + QUESTION_BYTES + (record ? sizeOf(record) : 0), 0),
    async isCurrent() {
      const found = await Promise.all(all.map((one) => one.isCurrent()));
      return found.every(Boolean);
    },
    async told(principal, options) {
      quotas?.reused(
        principal,
        all.map(({ keptRows }) => keptRows),
      );
      await Promise.all(all.map((one) => tell(one, principal, options)));
    },
  };
}

/** What is left of a question beside its line. */
const QUESTION_BYTES = 1_024;

/** Rather too much: a line names what was asked, so that whoever asks decides on its length. */
function sizeOf(record: QuestionRecord): number {
  return JSON.stringify(record).length * 2;
}

/**
 * Whether what a question says of now changes with a quarter of an hour at most: periods of hours and more begin and end
 * with one in every zone. Ranges that are relative to now are looked at again with every day.
 */
export function isSteady(request: QueryRequest, { groupBy }: Pick<ResolvedQuery, "groupBy">): boolean {
  const { last, toDate, step } = request.timeRange ?? {};
  const unit = last?.unit ?? toDate ?? step?.unit ?? "day";
  if (!WHOLE_DAYS.has(unit.toLowerCase())) return false;
  if (groupBy.some(({ key, item: { grain } }) => FINE.test(key) || FINE.test(grain ?? ""))) return false;
  return !request.parent || isSteady(request.parent, { groupBy: [] });
}

const WHOLE_DAYS: ReadonlySet<string> = new Set(["day", "week", "month", "quarter", "year"]);
const FINE = /(second|minute)$/i;
