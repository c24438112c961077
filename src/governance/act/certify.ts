import { type Catalog, certificationOf, coordinateOf, inputsOf, metricsBelow } from "../../catalog/index.ts";
import { canonicalJson } from "../../std/index.ts";
import { certifiedBefore } from "../demands/certified-before.ts";
import { isDemanded, lacksOf, needsTrial } from "../demands/demands.ts";
import { type Progress, type Trial, trialDocument, tryTests } from "../demands/trial.ts";
import { testedAs } from "../evidence.ts";
import { batchOf, batchPath, coveredBy, printBatch } from "../ledger/batch.ts";
import { dayOf } from "../ledger/day.ts";
import type { LedgerEvent } from "../ledger/event.ts";
import { foldLedger, type Ledger } from "../ledger/fold.ts";
import { digestOf, eventPath, printEvent } from "../ledger/print-event.ts";
import type { Rules } from "../rules.ts";
import type { GovernedTree } from "../tree.ts";
import { ActError, definedAs, evidenceOf, expiryOf, lastEvent, nextEvent } from "./draft.ts";

export interface CertifyRequest {
  /** Names of metrics; empty: all that were certified and are no more, because they or their inputs changed. */
  readonly metrics: readonly string[];
  readonly reason: string;
  /** `YYYY-MM-DD`; null: as long as may be. */
  readonly expires: string | null;
  readonly isEmergency: boolean;
  /** Metrics that grow stale only by an input of these are certified with them. */
  readonly isCascade: boolean;
  /** Whether a file of an event may be merged: then it is not approved any more, and another one follows it. */
  readonly isMerged: (path: string) => boolean;
  /** The branch that the events go to; null: whatever lies here may have been merged. */
  readonly base?: GovernedTree | null;
  /** Digests of reports of how numbers change, by metric. */
  readonly impact?: ReadonlyMap<string, string>;
  readonly now: Date;
  /** Is told how far the trial of tests is. */
  readonly onProgress?: Progress;
}

/** One thing that a metric lacks, and the way to it. */
export interface Missing {
  /** Completes "It lacks …". */
  readonly what: string;
  readonly fix: string;
}

/** Files to write, and what a reader should know of each metric. */
export interface Certifying {
  readonly files: ReadonlyMap<string, string>;
  readonly events: readonly LedgerEvent[];
  /** The batch whose one signature covers them all; null: there is one event. */
  readonly batch: string | null;
  /** What a certified metric should say or have, and this one does not, by the name that verbs take. */
  readonly lacking: ReadonlyMap<string, readonly Missing[]>;
}

/** Events that certify, unsigned, with the evidence of their tests. Inputs come before what is made of them. */
export async function certify(tree: GovernedTree, request: CertifyRequest): Promise<Certifying> {
  const { catalog, rules } = tree;
  if (!catalog) throw new ActError("The definitions do not load.", "assay check shows why");
  if (!rules) throw new ActError("Nothing governs these metrics.", "write governance/policy.yaml: docs/governance.md");
  const today = dayOf(request.now.getTime());
  const ledger = foldTree(tree, request.now);
  const unknown = request.metrics.find((name) => !definedAs(tree, name));
  if (unknown !== undefined) throw new ActError(`There is no metric "${unknown}".`, "assay lock lists the metrics");
  const named = new Map(request.metrics.map((name) => [definedAs(tree, name)?.name ?? name, name]));
  const asked = request.metrics.length > 0 ? [...named.keys()] : changedSince(tree, ledger);
  const roots = request.metrics.length > 0 ? asked : asked.filter((name) => !hasInputAmong(catalog, name, asked));
  const names = inputsFirst(catalog, request.isCascade ? withCascade(tree, ledger, asked) : asked);
  demandOneOfEach(catalog, names);
  const expiries = new Map([...ledger.certifications].map(([name, { expiresAt }]) => [name, expiresAt]));
  const payloads = new Map<string, string>();
  const events: LedgerEvent[] = [];
  const files = new Map<string, string>();
  const trials = request.isEmergency ? NO_TRIALS : await trialsOf(catalog, rules, names, request.onProgress);
  for (const metric of names) {
    const pending = lastEvent(tree, metric);
    const [definition, trial] = [catalog.metrics.get(metric), trials.get(metric)];
    const tried = definition && trial ? trialDocument(tree, definition, trial) : null;
    const found = { ...evidenceOf(tree, metric), ...(tried && { mutants: tried.digest }) };
    if (
      pending &&
      isPending(ledger, metric) &&
      pending.event.fingerprint === tree.fingerprints.get(metric)?.certified &&
      pending.event.policy === rules.digest &&
      !request.isMerged(pending.file.path) &&
      isSameEvidence(pending.event, found)
    ) {
      payloads.set(metric, coveredBy(pending.event).payload);
      continue;
    }
    const expires = request.isEmergency ? emergencyEnd(request.now, rules.emergency.maxHours) : request.expires;
    const until = expiryOf(tree, metric, today, expires, expiries);
    expiries.set(metric, until);
    const cascade = roots.includes(metric) ? undefined : causeOf(catalog, metric, payloads);
    const impact = request.impact?.get(named.get(metric) ?? metric);
    const event = nextEvent(
      tree,
      {
        type: "certify",
        metric,
        reason: request.reason,
        expires: until,
        ...(request.isEmergency && { emergency: true as const }),
        evidence: { ...found, ...(impact && { impact }), ...(cascade && { cascade }) },
      },
      today,
    );
    payloads.set(metric, coveredBy(event).payload);
    events.push(event);
    if (tried) files.set(tried.path, tried.text);
  }
  const made = written(events, today, lackingOf(tree, ledger, names, events, trials, request));
  return { ...made, files: new Map([...made.files, ...files]) };
}

const NO_TRIALS: ReadonlyMap<string, Trial> = new Map();

async function trialsOf(
  catalog: Catalog,
  rules: Rules,
  names: readonly string[],
  onProgress: Progress = () => {},
): Promise<ReadonlyMap<string, Trial>> {
  const due = names.filter((name) => {
    const metric = catalog.metrics.get(name);
    return metric && catalog.tests.has(testedAs(catalog, name)) && needsTrial(rules, metric);
  });
  return tryTests(catalog, due, onProgress);
}

/** Whether an event leans on what is found today; a report of how numbers change, and its cause, it may name besides. */
function isSameEvidence({ evidence = {} }: LedgerEvent, found: Readonly<Record<string, string>>): boolean {
  const { impact: _report, cascade: _cause, ...signed } = evidence;
  return canonicalJson(signed) === canonicalJson(found);
}

/** Events of one metric follow each other, and who approves one changes what the next has to name. */
function demandOneOfEach({ metrics }: Catalog, names: readonly string[]): void {
  const byId = Map.groupBy(names, (name) => metrics.get(name)?.id ?? name);
  for (const [id, [first, second]] of byId) {
    if (first === undefined || second === undefined) continue;
    throw new ActError(
      `Two versions of ${id} cannot be certified at once, as their events are one chain.`,
      `assay certify ${first}, have it approved, then assay certify ${second}`,
    );
  }
}

export function foldTree(tree: GovernedTree, now: Date): Ledger {
  return foldLedger({ ...tree, metrics: tree.catalog?.metrics ?? new Map(), now, isNew: () => false });
}

/** Whether the last event of a metric is a certify that waits for approvals. */
export function isPending({ judged }: Ledger, metric: string): boolean {
  const last = judged.get(metric)?.at(-1);
  return last?.file.event.type === "certify" && last.isSound && !last.isEffective;
}

/** One event stands alone; several share a batch, so that whoever approves signs once. */
function written(events: readonly LedgerEvent[], today: string, lacking: Certifying["lacking"]): Certifying {
  if (events.length < 2) {
    return {
      files: new Map(events.map((event) => [eventPath(event), printEvent(event)])),
      events,
      batch: null,
      lacking,
    };
  }
  const id = `${today}-${digestOf(events.map(coveredBy)).slice("sha256:".length, "sha256:".length + 8)}`;
  const all = events.map((event) => ({ ...event, batch: id }));
  const files = all.map((event) => [eventPath(event), printEvent(event)] as const);
  return { files: new Map([...files, [batchPath(id), printBatch(batchOf(id, all))]]), events: all, batch: id, lacking };
}

function changedSince({ catalog }: GovernedTree, { certifications }: Ledger): readonly string[] {
  if (!catalog) return [];
  const due = [...certifications].filter(([, { status }]) => status === "stale" || status === "expired");
  return due.map(([name]) => name);
}

/** Whether one of the others is below it: then that is why it changed, as far as anybody can tell here. */
function hasInputAmong(catalog: Catalog, name: string, others: readonly string[]): boolean {
  const metric = catalog.metrics.get(name);
  const below = metric ? metricsBelow(catalog, metric) : [];
  return below.some((input) => input.name !== name && others.includes(input.name));
}

/** With the certified metrics above that are stale. */
function withCascade(
  { catalog }: GovernedTree,
  { certifications }: Ledger,
  names: readonly string[],
): readonly string[] {
  if (!catalog) return names;
  const above = [...catalog.metrics.values()].filter(
    (metric) =>
      certifications.get(metric.name)?.status === "stale" &&
      metricsBelow(catalog, metric).some(({ name }) => name !== metric.name && names.includes(name)),
  );
  return [...new Set([...names, ...above.map(({ name }) => name)])];
}

function inputsFirst(catalog: Catalog, names: readonly string[]): readonly string[] {
  const ordered = names.flatMap((name) => {
    const metric = catalog.metrics.get(name);
    return metric ? metricsBelow(catalog, metric).map((below) => below.name) : [];
  });
  return [...new Set(ordered)].filter((name) => names.includes(name));
}

/** Of the first input below it that is certified with it. */
function causeOf(catalog: Catalog, name: string, payloads: ReadonlyMap<string, string>): string | undefined {
  const metric = catalog.metrics.get(name);
  const below = metric ? metricsBelow(catalog, metric).filter((other) => other.name !== name) : [];
  return below.flatMap((other) => payloads.get(other.name) ?? [])[0];
}

function emergencyEnd(now: Date, hours: number): string {
  return dayOf(now.getTime() + Math.floor(hours / 24) * 86_400_000);
}

/** What the evidence table of docs/governance.md asks for. */
function lackingOf(
  tree: GovernedTree,
  ledger: Ledger,
  names: readonly string[],
  events: readonly LedgerEvent[],
  trials: ReadonlyMap<string, Trial>,
  { isEmergency, base }: CertifyRequest,
): Certifying["lacking"] {
  const { rules } = tree;
  const catalog = tree.catalog && { ...tree.catalog, certifications: ledger.certifications };
  const found = names.map((name) => {
    const metric = catalog?.metrics.get(name);
    if (!catalog || !metric || !rules) return [name, [] as Missing[]] as const;
    const teams = metric.owner ? [metric.owner.business, metric.owner.technical] : [];
    const weak = inputsOf(metric)
      .map((input) => input.metric)
      .filter((input) => {
        const below = catalog.metrics.get(input);
        return below && !names.includes(input) && certificationOf(catalog, below) !== "certified";
      });
    const event = events.find((one) => one.metric === metric.id && one.version === metric.version);
    const isUnmeasured =
      event !== undefined &&
      event.evidence?.["impact"] === undefined &&
      isDemanded(rules, "impact", metric) &&
      certifiedBefore(ledger.judged, base ?? tree, metric, event) !== null;
    const verbName = name === metric.id ? name : coordinateOf(metric);
    const owners = 'write "owner: { business: …, technical: … }" beside it';
    const lacking: readonly Missing[] = [
      ...(metric.owner === null ? [{ what: "owners", fix: owners }] : []),
      ...(metric.tier === "gold" && new Set(teams).size < 2
        ? [{ what: "a second owner team, which the tier gold demands", fix: owners }]
        : []),
      ...teams
        .filter((team) => (rules.teams.get(team) ?? []).length === 0)
        .map((team) => ({ what: `a member of ${team}`, fix: "name one under teams in governance/policy.yaml" })),
      ...weak.map((input) => ({ what: `a certified ${input}`, fix: `assay certify ${input}` })),
      ...(isEmergency ? [] : lacksOf(tree, rules, metric, trials.get(name) ?? null)),
      ...(isUnmeasured && !isEmergency
        ? [{ what: "a report of how its numbers change", fix: `assay impact ${verbName} --base REF --write` }]
        : []),
    ];
    return [verbName, lacking] as const;
  });
  return new Map(found.filter(([, lacking]) => lacking.length > 0));
}
