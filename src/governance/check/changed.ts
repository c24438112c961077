import type { Category, Edit, MetricChange } from "../change/change.ts";
import type { Finding } from "../finding.ts";
import { editInWords } from "../report/text.ts";
import { found, type Judgement, placeOfMetric, versioned } from "./judgement.ts";
import { newEvents } from "./ledger.ts";

/** What changes of a metric that was certified, beyond its numbers: those are told as CERT_STALE. */
export function checkChanged(judgement: Judgement): readonly Finding[] {
  const { base, head, before } = judgement;
  if (!base?.catalog || !head.catalog) return [];
  const changes = judgement.changes.filter(({ metric }) => {
    const was = before.get(metric)?.status;
    return (was === "certified" || was === "provisional") && head.catalog?.metrics.has(metric);
  });
  return [
    ...changes.flatMap((change) => moved(judgement, change)),
    ...broken(judgement, changes),
    ...access(judgement, changes),
    ...changes.flatMap((change) => owner(judgement, change)),
    ...changes.flatMap((change) => shortcut(judgement, change)),
  ];
}

/** DEFAULT_VERSION_MOVED: whoever asks for the bare name gets other numbers, which needs the owners and the council. */
function moved(judgement: Judgement, { metric }: MetricChange): readonly Finding[] {
  const { head } = judgement;
  const [old, now] = versions(judgement, metric);
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

function versions({ base, head }: Judgement, metric: string): readonly (number | undefined)[] {
  return [base, head].map((tree) => tree?.catalog?.metrics.get(metric)?.version);
}

/** BREAKING_CHANGE: callers break, whatever the numbers are. */
function broken(judgement: Judgement, changes: readonly MetricChange[]): readonly Finding[] {
  const some = changes.filter(({ metric }) => {
    const [old, now] = versions(judgement, metric);
    return old === now;
  });
  return byEdit(judgement, some, "breaking", "BREAKING_CHANGE", (words, metric) => ({
    message: `Whoever asks for it may find it changed: ${words}.`,
    fix: `assay version ${metric}, and certify the new version; or take the change back`,
  }));
}

/** ACCESS_CHANGED: told to reviewers of security; the certification has grown stale besides. */
function access(judgement: Judgement, changes: readonly MetricChange[]): readonly Finding[] {
  return byEdit(judgement, changes, "access-changing", "ACCESS_CHANGED", () => ({
    message: "Who sees which rows of it differs: have security review it.",
    fix: null,
  }));
}

/** One finding an edit, with all the metrics that it concerns. */
function byEdit(
  { head }: Judgement,
  changes: readonly MetricChange[],
  category: Category,
  rule: "BREAKING_CHANGE" | "ACCESS_CHANGED",
  tell: (words: string, metric: string) => { readonly message: string; readonly fix: string | null },
): readonly Finding[] {
  const groups = new Map<string, { readonly edit: Edit | undefined; readonly metrics: string[] }>();
  for (const { metric, categories, via } of changes) {
    if (!categories.includes(category)) continue;
    const edit = via.find((one) => one.category === category) ?? via[0];
    const key = edit ? `${edit.subject}\0${edit.key}` : metric;
    const group = groups.get(key) ?? { edit, metrics: [] };
    group.metrics.push(metric);
    groups.set(key, group);
  }
  return [...groups.values()].map(({ edit, metrics: [first = "", ...others] }) => {
    const { message, fix } = tell(edit ? editInWords(edit) : first, first);
    return found(rule, versioned(head, first), message, {
      span: edit?.span ?? placeOfMetric(head, first),
      cause: edit ? editInWords(edit) : null,
      effects: others.map((name) => versioned(head, name)),
      fix,
    });
  });
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

/** QUORUM_NOT_MET: the council alone signs for what an input brought about, not for what its owners changed besides. */
function shortcut(judgement: Judgement, { metric, via }: MetricChange): readonly Finding[] {
  const last = judgement.ledger.get(metric)?.at(-1);
  const owner = judgement.head.catalog?.metrics.get(metric)?.owner;
  if (!last?.isEffective || !newEvents(judgement).has(last.file.file.path)) return [];
  const { seats, approvals, file } = last;
  if (file.event.evidence?.["cascade"] === undefined || seats.council[0] === 0) return [];
  const signed = (team: string | undefined) => approvals.filter(({ as }) => team !== undefined && as.includes(team));
  const owners = new Set([...signed(owner?.business), ...signed(owner?.technical)]);
  const isWhole = signed(owner?.business).length > 0 && signed(owner?.technical).length > 0 && owners.size > 1;
  if (isWhole && approvals.length >= 2 + seats.council[1]) return [];
  const own = via.find(
    ({ subject, category }) =>
      subject === `metric ${metric}` && ["breaking", "value-changing", "access-changing"].includes(category),
  );
  if (!own) return [];
  const message = `The council signed for a change of an input, yet the metric itself changed too: ${editInWords(own)}.`;
  return [
    found("QUORUM_NOT_MET", versioned(judgement.head, metric), message, {
      span: own.span,
      cause: editInWords(own),
      fix: `assay approve ${metric} --key FILE, by both owners`,
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
