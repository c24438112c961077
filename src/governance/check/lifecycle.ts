import { type Catalog, findMetric, type Metric } from "../../catalog/index.ts";
import { documentsOf, find, spanOf } from "../../definition/index.ts";
import type { Span } from "../../diagnostics/index.ts";
import { deprecationOf } from "../deprecation.ts";
import type { Finding } from "../finding.ts";
import { addDays } from "../ledger/day.ts";
import type { JudgedEvent } from "../ledger/judged.ts";
import { found, isElsewhere, type Judgement, versioned } from "./judgement.ts";
import { waits } from "./ledger.ts";

/**
 * LIFECYCLE_MISMATCH: how long a certified metric stays, and what takes its place, is what its owners signed. What a
 * definition leaves out is completed by that; what it says otherwise would be promised by nobody.
 */
export function checkLifecycle(judgement: Judgement): readonly Finding[] {
  const { head, ledger } = judgement;
  return [...ledger].flatMap(([name, events]) => {
    const metric = head.catalog?.metrics.get(name);
    if (!metric || !events.some(({ isEffective }) => isEffective)) return [];
    if (metric.aliasOf !== null) return formerName(judgement, metric, events);
    return disagreements(metric, events, head.catalog).map(({ key, message, fix }) =>
      found("LIFECYCLE_MISMATCH", versioned(head, name), message, {
        span: writtenIn(metric, key)?.span ?? metric.span,
        cause: `metric ${name}: ${key}`,
        fix,
        ...(isElsewhere(judgement, name) && { severity: "warning" as const }),
      }),
    );
  });
}

/**
 * SUNSET_TOO_SOON: a metric that was certified goes on under its former name for as long as one that is deprecated, and as
 * long as was promised.
 */
function formerName(judgement: Judgement, metric: Metric, events: readonly JudgedEvent[]): readonly Finding[] {
  const { base, head, rules, today } = judgement;
  const { name, sunset } = metric;
  const before = base?.catalog?.metrics.get(name);
  if (!rules || !before || sunset === null) return [];
  const promised = deprecationOf(metric, events)?.sunset ?? (before.aliasOf === null ? null : before.sunset);
  const earliest = promised ?? addDays(today, rules.minDeprecationDays);
  if (sunset >= earliest) return [];
  const message =
    promised === null
      ? `Its name is to end on ${sunset}; renamed today that may be ${earliest} at the earliest.`
      : `Its name is to end on ${sunset}, and ${promised} was promised.`;
  const span = writtenIn(metric, "sunset")?.span ?? metric.span;
  return [found("SUNSET_TOO_SOON", versioned(head, name), message, { span, fix: `write sunset: ${earliest}` })];
}

type Key = "lifecycle" | "sunset" | "replaced_by";

interface Disagreement {
  readonly key: Key;
  readonly message: string;
  readonly fix: string;
}

function disagreements(
  metric: Metric,
  events: readonly JudgedEvent[],
  catalog: Catalog | null,
): readonly Disagreement[] {
  const { name, sunset, replacedBy } = metric;
  const written = writtenIn(metric, "lifecycle")?.text ?? null;
  // One that lacks approvals is told as such.
  if (events.some((one) => waits(one) && ["deprecate", "retire"].includes(one.file.event.type))) return [];
  const isRetired = events.some(({ isEffective, file }) => isEffective && file.event.type === "retire");
  if (written === "retired") return isRetired ? [] : [unsigned(name, "retired", `assay retire ${name}`)];
  // A name that is taken again is told as such.
  if (isRetired) return [];
  const signed = deprecationOf(metric, events);
  const deprecate = `assay deprecate ${name} --sunset DAY --reason TEXT`;
  if (!signed) return written === "deprecated" ? [unsigned(name, "deprecated", deprecate)] : [];
  const named = signed.replaced_by ?? null;
  const successor = (named && catalog && findMetric(catalog.metrics, named)?.name) ?? named;
  const differs = (key: Key, says: string, agreed: string | null): Disagreement => ({
    key,
    message: `Its ${key} is ${says}; event ${signed.seq} deprecated it ${agreed === null ? "without one" : agreed}.`,
    fix: `leave ${key} out of its definition, or have its owners sign another: ${deprecate}`,
  });
  return [
    // One that says nothing of it is completed; one that denies it is not.
    ...(written !== null && written !== "deprecated" ? [differs("lifecycle", written, `on ${signed.issued}`)] : []),
    ...(sunset !== null && sunset !== signed.sunset ? [differs("sunset", sunset, `until ${signed.sunset}`)] : []),
    ...(replacedBy !== null && replacedBy !== successor
      ? [differs("replaced_by", replacedBy, successor && `for ${successor}`)]
      : []),
  ];
}

function unsigned(name: string, what: string, way: string): Disagreement {
  return {
    key: "lifecycle",
    message: `It says to be ${what}, which its owners did not sign.`,
    fix: `${way}, or leave lifecycle out of its definition: ${name} is active until they do`,
  };
}

/** What stands at a key of its definition, and where; null: it is left out. */
function writtenIn({ span }: Metric, key: Key): { readonly text: string; readonly span: Span } | null {
  const documents = span ? documentsOf([span.file]) : [];
  const own = documents.find(({ tree }) => span && tree.start <= span.start && span.start <= tree.end);
  const node = own && find(own.tree, key);
  return node?.kind === "scalar" ? { text: node.source, span: spanOf(node) } : null;
}
