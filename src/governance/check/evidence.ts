import { canonicalJson, isObject, sha256 } from "../../std/index.ts";
import { testsDigest } from "../evidence.ts";
import type { Finding } from "../finding.ts";
import type { JudgedEvent } from "../ledger/judged.ts";
import type { GovernedTree } from "../tree.ts";
import { found, type Judgement, placeOfMetric, versioned } from "./judgement.ts";
import { newEvents } from "./ledger.ts";

/** What a signature leaned on has to be what it was: EVIDENCE_CHANGED, EVIDENCE_MISSING, EVIDENCE_MISMATCH. */
export function checkEvidence(judgement: Judgement): readonly Finding[] {
  const { head, ledger } = judgement;
  if (!head.catalog) return [];
  const isNew = newEvents(judgement);
  return [...ledger].flatMap(([metric, events]) => {
    const last = events.findLast(({ file }) => file.event.type === "certify");
    if (!last || !head.catalog?.metrics.has(metric)) return [];
    const fresh = isNew.has(last.file.file.path)
      ? [...missing(judgement, metric, last), ...mismatch(judgement, metric, last)]
      : [];
    return [...changed(judgement, metric, last), ...fresh];
  });
}

/** Tests are gutted to let a wrong number pass. */
function changed({ head }: Judgement, metric: string, { file }: JudgedEvent): readonly Finding[] {
  const signed = file.event.evidence?.["tests"];
  const today = head.catalog && testsDigest(head.catalog, metric);
  if (signed === undefined || signed === today) return [];
  return [
    found("EVIDENCE_CHANGED", versioned(head, metric), "Its tests are not those that were signed.", {
      span: placeOfMetric(head, metric),
      cause: `tests of ${metric}`,
      fix: `assay certify ${metric}`,
    }),
  ];
}

function missing({ head }: Judgement, metric: string, { file }: JudgedEvent): readonly Finding[] {
  const { evidence = {} } = file.event;
  const span = { file: file.file, start: 0, end: 0 };
  return Object.entries(evidence).flatMap(([kind, digest]) => {
    if (kind === "tests" || documentOf(head, digest) !== null) return [];
    const message = `The evidence "${kind}" that the event names, ${digest}, is not below governance/evidence.`;
    return [found("EVIDENCE_MISSING", versioned(head, metric), message, { span, fix: `assay certify ${metric}` })];
  });
}

/** A report of how numbers change is about one pair of definitions. */
function mismatch({ head, base }: Judgement, metric: string, { file }: JudgedEvent): readonly Finding[] {
  const digest = file.event.evidence?.["impact"];
  const document = digest === undefined ? null : documentOf(head, digest);
  if (document === null) return [];
  const expected = [
    base?.fingerprints.get(metric)?.certified ?? null,
    head.fingerprints.get(metric)?.certified ?? null,
  ];
  const told = [document["before"], document["after"]];
  if (document["metric"] === metric && told.every((one, i) => one === expected[i])) return [];
  return [
    found(
      "EVIDENCE_MISMATCH",
      versioned(head, metric),
      "The report of how its numbers change is about another change.",
      {
        span: { file: file.file, start: 0, end: 0 },
        fix: `assay impact ${metric} --base ${base?.revision.split(" ")[0] ?? "main"}, then assay certify ${metric}`,
      },
    ),
  ];
}

/** A file of evidence whose content is what its name says; null: there is none. */
function documentOf({ files }: GovernedTree, digest: string): Readonly<Record<string, unknown>> | null {
  const file = files.get(`governance/evidence/${digest.replace(/^sha256:/, "")}.json`);
  if (!file) return null;
  try {
    const data: unknown = JSON.parse(file.text);
    return isObject(data) && `sha256:${sha256(canonicalJson(data))}` === digest ? data : null;
  } catch {
    return null;
  }
}
