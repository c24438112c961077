import type { MetricChange } from "../change/change.ts";
import type { Finding } from "../finding.ts";
import { editInWords } from "../report/text.ts";
import { found, type Judgement, placeOfMetric, versioned } from "./judgement.ts";
import { newEvents } from "./ledger.ts";

/** What changes of a metric that was certified, beyond its numbers: those are told as CERT_STALE. */
export function checkChanged(judgement: Judgement): readonly Finding[] {
  const { base, head, before } = judgement;
  if (!base?.catalog || !head.catalog) return [];
  return judgement.changes.flatMap((change) => {
    const was = before.get(change.metric)?.status;
    if ((was !== "certified" && was !== "provisional") || !head.catalog?.metrics.has(change.metric)) return [];
    return [
      ...moved(judgement, change),
      ...broken(judgement, change),
      ...access(judgement, change),
      ...owner(judgement, change),
    ];
  });
}

/** DEFAULT_VERSION_MOVED: whoever asks for the bare name gets other numbers, which needs the owners and the council. */
function moved(judgement: Judgement, { metric }: MetricChange): readonly Finding[] {
  const { base, head } = judgement;
  const [old, now] = [base, head].map((tree) => tree?.catalog?.metrics.get(metric)?.version);
  if (old === undefined || now === undefined || old === now || isSigned(judgement, metric)) return [];
  const message = `${metric} meant version ${old} and means version ${now}, which nobody certified.`;
  return [
    found("DEFAULT_VERSION_MOVED", versioned(head, metric), message, {
      span: placeOfMetric(head, metric),
      cause: `metric ${metric}: version was ${old}, is ${now}`,
      fix: `assay certify ${metric}`,
    }),
  ];
}

/** BREAKING_CHANGE: callers break, whatever the numbers are. */
function broken(judgement: Judgement, change: MetricChange): readonly Finding[] {
  const { base, head } = judgement;
  const [old, now] = [base, head].map((tree) => tree?.catalog?.metrics.get(change.metric)?.version);
  if (!change.categories.includes("breaking") || old !== now) return [];
  const edit = change.via.find(({ category }) => category === "breaking");
  const what = edit ? `: ${editInWords(edit)}` : "";
  return [
    found("BREAKING_CHANGE", versioned(head, change.metric), `Whoever asks for it may find it changed${what}.`, {
      span: edit?.span ?? placeOfMetric(head, change.metric),
      cause: edit ? editInWords(edit) : null,
      fix: `assay version ${change.metric}, and certify the new version; or take the change back`,
    }),
  ];
}

/** ACCESS_CHANGED: told to reviewers of security; the certification has grown stale besides. */
function access({ head }: Judgement, change: MetricChange): readonly Finding[] {
  if (!change.categories.includes("access-changing")) return [];
  const edit = change.via.find(({ category }) => category === "access-changing");
  return [
    found(
      "ACCESS_CHANGED",
      versioned(head, change.metric),
      "Who sees which rows of it differs: have security review it.",
      {
        span: edit?.span ?? placeOfMetric(head, change.metric),
        cause: edit ? editInWords(edit) : null,
      },
    ),
  ];
}

/** OWNER_CHANGED: those who had it and those who get it sign a new certification. */
function owner(judgement: Judgement, { metric }: MetricChange): readonly Finding[] {
  const { base, head } = judgement;
  const [old, now] = [base, head].map((tree) => tree?.catalog?.metrics.get(metric)?.owner);
  if (old?.business === now?.business && old?.technical === now?.technical) return [];
  if (isSigned(judgement, metric)) return [];
  return [
    found("OWNER_CHANGED", versioned(head, metric), "It changes hands: the old and the new owners sign that.", {
      severity: "error",
      span: placeOfMetric(head, metric),
      cause: `metric ${metric}: owner`,
      fix: `assay certify ${metric}, approved by members of the old and the new teams`,
    }),
  ];
}

/** Whether this change brings a certification that counts by the owners of before and by those of now. */
function isSigned(judgement: Judgement, metric: string): boolean {
  const isNew = newEvents(judgement);
  return [judgement.ledger, judgement.ledgerOfFormerOwners].every((ledger) =>
    ledger
      .get(metric)
      ?.some(({ isEffective, file }) => isEffective && file.event.type === "certify" && isNew.has(file.file.path)),
  );
}
