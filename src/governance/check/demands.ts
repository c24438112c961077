import type { Metric } from "../../catalog/index.ts";
import { certifiedBefore } from "../demands/certified-before.ts";
import { contractPath, sourcesOf } from "../demands/contract.ts";
import { isDemanded, lacksOf } from "../demands/demands.ts";
import { allBelow } from "../demands/inputs.ts";
import { newlyCertified } from "../demands/newly-certified.ts";
import { type Trial, trialDocument } from "../demands/trial.ts";
import { contractKind, testedAs } from "../evidence.ts";
import type { Finding } from "../finding.ts";
import type { JudgedEvent } from "../ledger/judged.ts";
import { documentOf } from "./evidence.ts";
import { found, type Judgement, placeOfMetric, versioned } from "./judgement.ts";

/**
 * What a certification needs beside signatures, told of those that the change brings: a definition that says all, tests that show
 * each case and notice wrong definitions, contracts, a report of how numbers change, inputs that hold as long. A fix in an
 * emergency may come without: a plain certification follows.
 */
export function checkDemands(judgement: Judgement): readonly Finding[] {
  const { head, base, rules, ledger, trials } = judgement;
  const { catalog } = head;
  if (!catalog || !base || !rules) return [];
  return newlyCertified(head, base).flatMap(({ metric, event }) => {
    const events = ledger.get(metric.name) ?? [];
    const last = events.find(({ file }) => file.event === event);
    if (!last) return [];
    const trial = trials.get(metric.name) ?? null;
    const lacks = lacksOf(head, rules, metric, trial);
    const told = lacks.map(({ rule, what, span, fix }) =>
      found(rule, versioned(head, metric.name), `It is to be certified and lacks ${what}.`, {
        span: span ?? placeOfMetric(head, metric.name),
        fix,
      }),
    );
    return [
      ...told,
      ...unnamed(judgement, metric.name, last),
      ...otherTrial(judgement, metric, last, trial),
      ...unmeasured(judgement, metric.name, last),
      ...outlives(judgement, metric.name, last),
    ];
  });
}

/** EVIDENCE_MISSING: what a certification leans on is named in what is signed, else it could change unnoticed. */
function unnamed({ head, rules }: Judgement, name: string, { file }: JudgedEvent): readonly Finding[] {
  const { catalog, files } = head;
  const metric = catalog?.metrics.get(name);
  if (!catalog || !metric || !rules) return [];
  const due = [
    ...(isDemanded(rules, "tests", metric) && catalog.tests.has(testedAs(catalog, name)) ? ["tests"] : []),
    ...(isDemanded(rules, "mutants", metric) && catalog.tests.has(testedAs(catalog, name)) ? ["mutants"] : []),
    ...(isDemanded(rules, "contract", metric)
      ? [...sourcesOf(catalog, metric).keys()].filter((model) => files.has(contractPath(model))).map(contractKind)
      : []),
  ];
  return due
    .filter((kind) => file.event.evidence?.[kind] === undefined)
    .map((kind) =>
      found("EVIDENCE_MISSING", versioned(head, name), `The event does not name the evidence "${kind}".`, {
        span: { file: file.file, start: 0, end: 0 },
        fix: `assay certify ${name}`,
      }),
    );
}

/** EVIDENCE_MISMATCH: a trial of other tests, of another definition, or that says otherwise than what came of it here. */
function otherTrial(
  { head }: Judgement,
  tried: Metric,
  { file }: JudgedEvent,
  trial: Trial | null,
): readonly Finding[] {
  const { evidence = {}, fingerprint, metric, version } = file.event;
  const digest = evidence["mutants"];
  const document = digest === undefined ? null : documentOf(head, digest);
  if (!document) return [];
  const isMine =
    document["schema"] === "metrics-trial/1" &&
    document["metric"] === `${metric}@${version}` &&
    document["fingerprint"] === fingerprint &&
    document["tests"] === evidence["tests"];
  const here = trial && trialDocument(head, tried, trial);
  if (isMine && (!here || here.digest === digest)) return [];
  const message = isMine
    ? "The trial of its tests says otherwise than what came of it here."
    : "The trial of its tests is about other tests or another metric.";
  return [
    found("EVIDENCE_MISMATCH", versioned(head, tried.name), message, {
      span: { file: file.file, start: 0, end: 0 },
      fix: `assay certify ${tried.name}`,
    }),
  ];
}

/** IMPACT_MISSING: whoever signs that numbers change has to have seen how. */
function unmeasured({ head, base, rules, ledger }: Judgement, name: string, { file }: JudgedEvent): readonly Finding[] {
  const metric = head.catalog?.metrics.get(name);
  if (!metric || !rules || !isDemanded(rules, "impact", metric) || file.event.evidence?.["impact"] !== undefined) {
    return [];
  }
  const former = certifiedBefore(ledger, base, metric, file.event);
  if (!former) return [];
  const message = `Its numbers can differ from those that event ${former.seq} certified, and nobody has measured how.`;
  return [
    found("IMPACT_MISSING", versioned(head, name), message, {
      span: { file: file.file, start: 0, end: 0 },
      fix: `assay impact ${name} --base ${base?.revision.split(" ")[0] ?? "main"} --write, then assay certify ${name}`,
    }),
  ];
}

/** CERT_OUTLIVES_INPUT: when an input runs out, what is made of it is worth no more. */
function outlives(
  { head, ledger, certifications }: Judgement,
  name: string,
  { file }: JudgedEvent,
): readonly Finding[] {
  const { expires } = file.event;
  if (!head.catalog || expires === undefined) return [];
  const endOf = (input: string): string | null => {
    const version = head.catalog?.metrics.get(input)?.version;
    // One that waits for the same signatures counts as if it had them.
    const last = ledger.get(input)?.findLast(({ isSound, file: { event } }) => isSound && event.version === version);
    const isWaiting = last?.file.event.type === "certify" && !last.isEffective;
    return (isWaiting ? last?.file.event.expires : certifications.get(input)?.expiresAt) ?? null;
  };
  const [first] = allBelow(head.catalog, name)
    .flatMap((input) => {
      const end = endOf(input);
      return end !== null && end < expires ? [{ input, end }] : [];
    })
    .toSorted((a, b) => (a.end < b.end ? -1 : 1));
  if (!first) return [];
  const message = `It is to hold until ${expires}, and ${versioned(head, first.input)}, of which it is made, until ${first.end}.`;
  return [
    found("CERT_OUTLIVES_INPUT", versioned(head, name), message, {
      span: { file: file.file, start: 0, end: 0 },
      fix: `assay certify ${name} --expires ${first.end}`,
    }),
  ];
}
