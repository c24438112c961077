import type { Metric } from "../../catalog/index.ts";
import { canonicalJson, isObject, sha256 } from "../../std/index.ts";
import { certifiedBefore } from "../demands/certified-before.ts";
import { contractDigest, testsDigest } from "../evidence.ts";
import type { Finding } from "../finding.ts";
import { isOfToday } from "../fingerprint/fingerprint.ts";
import type { JudgedEvent } from "../ledger/judged.ts";
import type { GovernedTree } from "../tree.ts";
import { found, type Judgement, placeOfMetric, startOf, versioned } from "./judgement.ts";
import { newEvents } from "./ledger.ts";

/** What a signature leaned on has to be what it was: EVIDENCE_CHANGED, EVIDENCE_MISSING, EVIDENCE_MISMATCH. */
export function checkEvidence(judgement: Judgement): readonly Finding[] {
  const { head, ledger } = judgement;
  if (!head.catalog) return [];
  const isNew = newEvents(judgement);
  return [...ledger].flatMap(([metric, events]) => {
    const certifies = events.filter(({ file }) => file.event.type === "certify");
    const last = certifies.at(-1);
    const known = head.catalog?.metrics.get(metric);
    if (!last || !known) return [];
    // What an emergency follows counts too.
    const plain = certifies.findLast(({ file }) => !file.event.emergency);
    const fresh = [...new Set([plain ?? last, last])].filter(({ file }) => isNew.has(file.file.path));
    return [
      ...changed(judgement, metric, last),
      ...fresh.flatMap((one) => [...missing(judgement, metric, one), ...mismatch(judgement, known, one)]),
    ];
  });
}

/** Tests are gutted, or a contract is widened, to let a wrong number pass. */
function changed({ head }: Judgement, metric: string, { file }: JudgedEvent): readonly Finding[] {
  const { evidence = {} } = file.event;
  return Object.entries(evidence).flatMap(([kind, signed]) => {
    const told = (what: string, span: Finding["span"]) =>
      found("EVIDENCE_CHANGED", versioned(head, metric), `Its ${what} is not what was signed.`, {
        span,
        cause: `${what} of ${metric}`,
        fix: `assay certify ${metric}`,
      });
    const [, source] = /^contract_(.+)$/.exec(kind) ?? [];
    if (source !== undefined) {
      const path = `contracts/${source}.odcs.yaml`;
      const contract = head.files.get(path);
      return contract && contractDigest(contract) === signed
        ? []
        : [told(`contract with ${source}`, startOf(head, path) ?? placeOfMetric(head, metric))];
    }
    const isTests = kind === "tests" && head.catalog;
    if (!isTests || testsDigest(head.catalog, metric) === signed) return [];
    return [told("set of tests", placeOfMetric(head, metric))];
  });
}

function missing({ head }: Judgement, metric: string, { file }: JudgedEvent): readonly Finding[] {
  const { evidence = {} } = file.event;
  const span = { file: file.file, start: 0, end: 0 };
  return Object.entries(evidence).flatMap(([kind, digest]) => {
    // Tests and contracts lie elsewhere, and are compared as they are; a cascade names an event.
    if (/^(tests|cascade|contract_.+)$/.test(kind) || documentOf(head, digest) !== null) return [];
    const message = `The evidence "${kind}" that the event names, ${digest}, is not below governance/evidence.`;
    return [found("EVIDENCE_MISSING", versioned(head, metric), message, { span, fix: `assay certify ${metric}` })];
  });
}

/** A report of how numbers change is about one pair of definitions. */
function mismatch({ head, base, ledger }: Judgement, known: Metric, { file }: JudgedEvent): readonly Finding[] {
  const metric = known.name;
  const digest = file.event.evidence?.["impact"];
  const document = digest === undefined ? null : documentOf(head, digest);
  if (document === null) return [];
  const certified = certifiedBefore(ledger, base, known, file.event);
  const before = [...(base?.fingerprints.get(metric)?.bySpec ?? [null]), ...(certified ? [certified.fingerprint] : [])];
  const { after } = document;
  const isMine =
    document["metric"] === metric && typeof after === "string" && isOfToday(head.fingerprints.get(metric), after);
  if (isMine && before.some((one) => one === document["before"]) && document["before"] !== after) return [];
  return [
    found(
      "EVIDENCE_MISMATCH",
      versioned(head, metric),
      "The report of how its numbers change is about another change.",
      {
        span: { file: file.file, start: 0, end: 0 },
        fix: `assay impact ${metric} --base ${base?.revision.split(" ")[0] ?? "main"} --write, then assay certify ${metric}`,
      },
    ),
  ];
}

/** A file of evidence whose content is what its name says; null: there is none. */
export function documentOf({ files }: GovernedTree, digest: string): Readonly<Record<string, unknown>> | null {
  const file = files.get(`governance/evidence/${digest.replace(/^sha256:/, "")}.json`);
  if (!file) return null;
  try {
    const data: unknown = JSON.parse(file.text);
    return isObject(data) && `sha256:${sha256(canonicalJson(data))}` === digest ? data : null;
  } catch {
    return null;
  }
}
