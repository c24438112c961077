import { canonicalJson, isObject, sha256 } from "../../std/index.ts";
import { contractDigest, testsDigest } from "../evidence.ts";
import type { Finding } from "../finding.ts";
import type { JudgedEvent } from "../ledger/judged.ts";
import type { GovernedTree } from "../tree.ts";
import { found, type Judgement, placeOfMetric, startOf, versioned } from "./judgement.ts";
import { newEvents } from "./ledger.ts";

/** What a signature leaned on has to be what it was: EVIDENCE_CHANGED, EVIDENCE_MISSING, EVIDENCE_MISMATCH, CERT_INCOMPLETE. */
export function checkEvidence(judgement: Judgement): readonly Finding[] {
  const { head, ledger } = judgement;
  if (!head.catalog) return [];
  const isNew = newEvents(judgement);
  return [...ledger].flatMap(([metric, events]) => {
    const last = events.findLast(({ file }) => file.event.type === "certify");
    if (!last || !head.catalog?.metrics.has(metric)) return [];
    const fresh = isNew.has(last.file.file.path)
      ? [
          ...incomplete(judgement, metric, last),
          ...missing(judgement, metric, last),
          ...mismatch(judgement, metric, last),
        ]
      : [];
    return [...changed(judgement, metric, last), ...fresh];
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

/** CERT_INCOMPLETE: who reads a certified number has to know what it is. A fix in an emergency may come without. */
function incomplete({ head }: Judgement, metric: string, { file }: JudgedEvent): readonly Finding[] {
  const definition = head.catalog?.metrics.get(metric);
  if (!definition || file.event.emergency || definition.description.trim() !== "") return [];
  const fix = `write a description in its definition, then assay certify ${metric}`;
  const span = placeOfMetric(head, metric);
  return [
    found("CERT_INCOMPLETE", versioned(head, metric), "It is to be certified and has no description.", { span, fix }),
  ];
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
