import { inputsOf, metricsBelow } from "../../catalog/index.ts";
import type { Edit } from "../change/change.ts";
import type { Finding } from "../finding.ts";
import { isOfToday } from "../fingerprint/fingerprint.ts";
import { addDays } from "../ledger/day.ts";
import { editInWords } from "../report/text.ts";
import { effectsOf, found, isElsewhere, type Judgement, placeOfMetric, touched, versioned } from "./judgement.ts";
import { waits } from "./ledger.ts";

/**
 * CERT_STALE: what was signed means something else now. One finding an edit, at its line, with all that it unsettles below it;
 * metrics that grew stale before this change are told by themselves.
 */
export function checkStale(judgement: Judgement): readonly Finding[] {
  const { head, changes, certifications, ledger } = judgement;
  const isStale = (name: string): boolean => certifications.get(name)?.status === "stale";
  const isSigning = (name: string): boolean => {
    const last = ledger.get(name)?.at(-1);
    return last !== undefined && waits(last) && isOfToday(head.fingerprints.get(name), last.file.event.fingerprint);
  };
  const byEdit = new Map<string, { readonly edit: Edit; readonly metrics: string[] }>();
  const explained = new Set<string>();
  for (const { kind, metric, via } of changes) {
    if (kind === "went") continue;
    const [edit] = via.filter(({ category }) => category !== "cosmetic" && category !== "additive");
    if (!edit || !isStale(metric)) continue;
    explained.add(metric);
    if (isSigning(metric)) continue;
    const key = `${edit.subject}\0${edit.key}`;
    const group = byEdit.get(key) ?? { edit, metrics: [] };
    group.metrics.push(metric);
    byEdit.set(key, group);
  }
  const caused = [...byEdit.values()].map(({ edit, metrics }) => {
    const [first = "", ...others] = [...metrics].sort(
      (a, b) => depth(judgement, a) - depth(judgement, b) || order(a, b),
    );
    const names = [first, ...others];
    const message = `It means something else than what was signed: ${editInWords(edit)}.`;
    return found("CERT_STALE", versioned(head, first), message, {
      span: edit.span ?? placeOfMetric(head, first),
      cause: editInWords(edit),
      effects: effectsOf(judgement, names, first),
      fix: `assay certify ${names.join(" ")}`,
    });
  });
  const old = [...certifications.keys()].filter((name) => isStale(name) && !explained.has(name) && !isSigning(name));
  const told = old.map((name) =>
    found("CERT_STALE", versioned(head, name), certifications.get(name)?.reason ?? "", {
      span: placeOfMetric(head, name),
      effects: effectsOf(judgement, [name], name),
      fix: `assay certify ${name}`,
      ...((isElsewhere(judgement, name) || isAdmitted(judgement, name)) && { severity: "warning" as const }),
    }),
  );
  return [...caused, ...told];
}

/** CERT_EXPIRED, CERT_EXPIRES_SOON. An error on changes that touch the metric, else a warning. */
export function checkExpired(judgement: Judgement): readonly Finding[] {
  const { head, certifications, today } = judgement;
  return [...certifications].flatMap(([name, { status, expiresAt }]) => {
    if (expiresAt === null) return [];
    const more = { span: placeOfMetric(head, name), fix: `assay renew ${name}` };
    if (status === "expired") {
      return [
        found("CERT_EXPIRED", versioned(head, name), `Its certification ran out on ${expiresAt}.`, {
          ...more,
          effects: effectsOf(judgement, [name], name),
          ...(isElsewhere(judgement, name) && { severity: "warning" as const }),
        }),
      ];
    }
    if (status !== "certified" || expiresAt > addDays(today, 30)) return [];
    return [found("CERT_EXPIRES_SOON", versioned(head, name), `Its certification runs out on ${expiresAt}.`, more)];
  });
}

/** Whether its definition makes no claim any more, and did not lose it in this very change. */
function isAdmitted(judgement: Judgement, name: string): boolean {
  const claim = judgement.head.catalog?.metrics.get(name)?.certificationClaim;
  return claim !== "certified" && claim !== "provisional" && !touched(judgement).has(name);
}

/** How many metrics lie below: the ones nearest to the rows come first. */
function depth({ head: { catalog } }: Judgement, name: string): number {
  const metric = catalog?.metrics.get(name);
  return catalog && metric && inputsOf(metric).length > 0 ? metricsBelow(catalog, metric).length : 0;
}

function order(a: string, b: string): number {
  return a < b ? -1 : 1;
}
