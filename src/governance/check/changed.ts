import { type CertificationStatus, findVersion } from "../../catalog/index.ts";
import type { Category, Edit, MetricChange } from "../change/change.ts";
import type { Finding } from "../finding.ts";
import { isOfToday } from "../fingerprint/fingerprint.ts";
import type { LedgerEvent } from "../ledger/event.ts";
import { editInWords } from "../report/text.ts";
import { found, type Judgement, placeOfMetric, versioned } from "./judgement.ts";
import { newEvents, waits } from "./ledger.ts";

/** What changes of a metric that was certified, beyond its numbers: those are told as CERT_STALE. */
export function checkChanged(judgement: Judgement): readonly Finding[] {
  const { base, head, before } = judgement;
  if (!base?.catalog || !head.catalog) return [];
  const among = (statuses: readonly CertificationStatus[]) =>
    judgement.changes.filter(({ kind, former }) => {
      const was = before.get(former ?? "")?.status ?? "none";
      return kind === "changed" && statuses.includes(was);
    });
  const changes = among([...STANDING, ...LAPSED]);
  return [
    ...moved(judgement, [...STANDING, ...LAPSED]),
    ...broken(judgement, changes),
    ...grouped(judgement, among(STANDING)),
    ...access(judgement, changes),
    ...changes.flatMap((change) => owner(judgement, change)),
    ...changes.flatMap((change) => shortcut(judgement, change)),
  ];
}

const STANDING: readonly CertificationStatus[] = ["certified", "provisional"];

/** Certified once, and asked for as such: whoever let it lapse, or suspended it, may not do with it as they please. */
const LAPSED: readonly CertificationStatus[] = ["expired", "stale", "suspended"];

/**
 * DEFAULT_VERSION_MOVED: whoever asks for the bare name gets other numbers, which needs the owners and the council, though
 * they may have certified that version before.
 */
function moved(judgement: Judgement, statuses: readonly CertificationStatus[]): readonly Finding[] {
  const { base, head, before } = judgement;
  return [...(base?.catalog?.metrics.values() ?? [])].flatMap((former) => {
    const { name, id, version } = former;
    const now = head.catalog?.metrics.get(id);
    if (name !== id || now?.id !== id || now.version === version || isSigned(judgement, name)) return [];
    if (!statuses.includes(before.get(name)?.status ?? "none")) return [];
    const isCertified = judgement.certifications.get(name)?.status === "certified";
    const lack = isCertified ? "which nobody signed for with this change" : "which nobody certified";
    const cause = head.catalog && findVersion(head.catalog.metrics, id, version) ? "default_version" : "version";
    return [
      found(
        "DEFAULT_VERSION_MOVED",
        versioned(head, id),
        `${id} meant version ${version} and means version ${now.version}, ${lack}.`,
        {
          span: placeOfMetric(head, id),
          cause: `metric ${id}: ${cause} was ${version}, is ${now.version}`,
          fix: `assay certify ${id}`,
        },
      ),
    ];
  });
}

/** Whether the bare name means this version, and meant another before. */
function isMoved({ base }: Judgement, { id, metric, version }: MetricChange): boolean {
  const former = base?.catalog?.metrics.get(id);
  return metric === id && former?.id === id && former.version !== version;
}

/** BREAKING_CHANGE: callers break, whatever the numbers are. */
function broken(judgement: Judgement, changes: readonly MetricChange[]): readonly Finding[] {
  const some = changes.filter((change) => !isMoved(judgement, change));
  return byEdit(judgement, some, "breaking", "BREAKING_CHANGE", (words, metric) => ({
    message: `Whoever asks for it may find it changed: ${words}.`,
    fix: `assay version ${metric}, and certify the new version; or take the change back`,
  }));
}

/** GROUPS_CHANGED: no number of the whole differs, yet those by a dimension can. Who signs again has seen that. */
function grouped(judgement: Judgement, changes: readonly MetricChange[]): readonly Finding[] {
  // What makes one certification stale is told there, and signed for.
  const isTold = new Set(changes.flatMap(({ parts, via }) => (parts.value ? via.map(placeOfEdit) : [])));
  const some = changes.filter(({ metric, parts, via }) => {
    const shape = judgement.head.fingerprints.get(metric)?.parts.shape;
    const edit = editOf(via, "value-changing");
    return (
      parts.shape && !parts.value && !(edit && isTold.has(placeOfEdit(edit))) && !isSigned(judgement, metric, shape)
    );
  });
  return byEdit(judgement, some, "value-changing", "GROUPS_CHANGED", (words, metric) => ({
    message: `Its numbers by a dimension can differ: ${words}.`,
    fix: `assay certify ${metric}`,
  }));
}

/** ACCESS_CHANGED: the certification has grown stale, and owners and council are not all who have to sign the next one. */
function access(judgement: Judgement, changes: readonly MetricChange[]): readonly Finding[] {
  const { head, certifications, ledger, rules } = judgement;
  const some = changes.filter(({ metric }) => {
    // What stands again stands with all who have to sign; what waits for them is told as such.
    if (STANDING.includes(certifications.get(metric)?.status ?? "none")) return false;
    const last = ledger.get(metric)?.at(-1);
    return !(last && waits(last) && isOfToday(head.fingerprints.get(metric), last.file.event.fingerprint));
  });
  const who = rules?.security ? "security signs that besides owners and council" : "owners and the council sign that";
  return byEdit(judgement, some, "access-changing", "ACCESS_CHANGED", (_, metric) => ({
    message: `Who sees what of it differs: ${who}.`,
    fix: `assay certify ${metric}`,
  }));
}

/** One finding an edit, with all the metrics that it concerns. */
function byEdit(
  { head }: Judgement,
  changes: readonly MetricChange[],
  category: Category,
  rule: "BREAKING_CHANGE" | "GROUPS_CHANGED" | "ACCESS_CHANGED",
  tell: (words: string, metric: string) => { readonly message: string; readonly fix: string | null },
): readonly Finding[] {
  const groups = new Map<string, { readonly edit: Edit | undefined; readonly metrics: string[] }>();
  for (const { metric, categories, via } of changes) {
    if (!categories.includes(category)) continue;
    const edit = editOf(via, category);
    const key = edit ? placeOfEdit(edit) : metric;
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

function editOf(via: readonly Edit[], category: Category): Edit | undefined {
  return via.find((one) => one.category === category) ?? via[0];
}

function placeOfEdit({ subject, key }: Edit): string {
  return `${subject}\0${key}`;
}

/** OWNER_CHANGED: those who had it and those who get it sign a new certification, and also for how much is asked of it. */
function owner(judgement: Judgement, { metric, former }: MetricChange): readonly Finding[] {
  const { base, head } = judgement;
  const [old, now] = [base?.catalog?.metrics.get(former ?? ""), head.catalog?.metrics.get(metric)];
  const isHandedOver = old?.owner?.business !== now?.owner?.business || old?.owner?.technical !== now?.owner?.technical;
  if ((!isHandedOver && old?.tier === now?.tier) || isSigned(judgement, metric)) return [];
  const message = isHandedOver
    ? "It changes hands: the old and the new owners sign that."
    : `Its tier was ${old?.tier ?? "none"} and is ${now?.tier ?? "none"}: the owners sign that.`;
  return [
    found("OWNER_CHANGED", versioned(head, metric), message, {
      severity: "error",
      span: placeOfMetric(head, metric),
      cause: `metric ${metric}: ${isHandedOver ? "owner" : "tier"}`,
      fix: `assay certify ${metric}, approved by members of the old and the new teams`,
    }),
  ];
}

/** QUORUM_NOT_MET: the council alone signs for what an input brought about, not for what its owners changed besides. */
function shortcut(judgement: Judgement, { metric, id, via }: MetricChange): readonly Finding[] {
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
      subject === `metric ${id}` && ["breaking", "value-changing", "access-changing"].includes(category),
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

/** Whether this change brings a certification of what the metric means now, that counts by the owners of before and by those of now. */
function isSigned(judgement: Judgement, metric: string, shape?: string): boolean {
  const isNew = newEvents(judgement);
  const today = judgement.head.fingerprints.get(metric);
  const isOfNow = ({ type, version: signed, fingerprint, parts }: LedgerEvent): boolean =>
    type === "certify" &&
    signed === today?.version &&
    isOfToday(today, fingerprint) &&
    (shape === undefined || parts.shape === shape);
  return [judgement.ledger, judgement.ledgerOfFormerOwners].every((ledger) =>
    ledger
      .get(metric)
      ?.some(({ isEffective, file }) => isEffective && isOfNow(file.event) && isNew.has(file.file.path)),
  );
}
