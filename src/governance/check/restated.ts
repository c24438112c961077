import { isObject } from "../../std/index.ts";
import type { Finding } from "../finding.ts";
import { type ImpactGrain, isClosed } from "../impact/periods.ts";
import { documentOf } from "./evidence.ts";
import { found, type Judgement, versioned } from "./judgement.ts";
import { newEvents } from "./ledger.ts";

/**
 * Numbers that were reported must not change unnoticed: RESTATES_CLOSED_PERIOD, by the report of how numbers change that a
 * new event leans on, and by the day to which the rules that judge say that books are closed.
 */
export function checkRestated(judgement: Judgement): readonly Finding[] {
  const { head, ledger, rules } = judgement;
  const closedThrough = rules?.booksClosedThrough ?? null;
  if (closedThrough === null) return [];
  const isNew = newEvents(judgement);
  return [...ledger].flatMap(([metric, events]) => {
    const last = events.findLast(({ file }) => file.event.type === "certify");
    const digest = last?.file.event.evidence?.["impact"];
    if (!last || digest === undefined || !isNew.has(last.file.file.path)) return [];
    const periods = restatedIn(documentOf(head, digest) ?? {}, closedThrough);
    if (periods.length === 0) return [];
    const message = `Numbers of ${periods.join(", ")} differ, and books are closed through ${closedThrough}.`;
    const span = { file: last.file.file, start: 0, end: 0 };
    return [
      found("RESTATES_CLOSED_PERIOD", versioned(head, metric), message, { span, cause: `definition of ${metric}` }),
    ];
  });
}

/** @param document `metrics-impact/1`, as `impact/document.ts` writes it. */
function restatedIn(document: Readonly<Record<string, unknown>>, closedThrough: string): readonly string[] {
  const grains: readonly unknown[] = Array.isArray(document["grains"]) ? document["grains"] : [];
  return grains.filter(isObject).flatMap(({ grain, rows }) => {
    if (!isPeriod(grain) || !Array.isArray(rows)) return [];
    return rows.filter(isObject).flatMap(({ period, changed }) => {
      if (typeof period !== "string" || changed !== true || !isClosed(grain, period, closedThrough)) return [];
      return [`the ${grain} of ${period}`];
    });
  });
}

function isPeriod(grain: unknown): grain is ImpactGrain {
  return grain === "month" || grain === "quarter";
}
