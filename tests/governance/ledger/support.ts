import type { Metric } from "../../../src/catalog/index.ts";
import { compileParsed } from "../../../src/compile/index.ts";
import { parseDefinitions } from "../../../src/definition/index.ts";
import type { Diagnostic, SourceFile } from "../../../src/diagnostics/index.ts";
import type { Fingerprint } from "../../../src/governance/fingerprint/fingerprint.ts";
import type { Approval, LedgerEvent } from "../../../src/governance/ledger/event.ts";
import { foldLedger, type Ledger, type LedgerInput } from "../../../src/governance/ledger/fold.ts";
import { digestOf, eventPath, payloadOf, printEvent } from "../../../src/governance/ledger/print-event.ts";
import { readEvent } from "../../../src/governance/ledger/read-event.ts";
import { readRules } from "../../../src/governance/read-rules.ts";
import type { Rules } from "../../../src/governance/rules.ts";
import type { LedgerFile } from "../../../src/governance/tree.ts";
import { sha256 } from "../../../src/std/index.ts";
import type { KeyRing } from "./keys.ts";

export const POLICY = `teams: { finance-data: [alice, ann], data-platform: [bob, carol] }
council: { members: [carol, dave, erin], quorum: 2 }
`;

export function rulesOf(text: string): Rules {
  const problems: Diagnostic[] = [];
  const rules = readRules({ path: "governance/policy.yaml", text }, problems);
  if (!rules) throw new Error(`The policy of a test is wrong: ${problems.map(({ message }) => message).join()}`);
  return rules;
}

const DEFINITIONS = `
model: orders
table: shop.orders
columns: { id: string, amount: decimal }
primary_key: id
---
metric: revenue
owner: { business: finance-data, technical: data-platform }
tier: gold
model: orders
measure: sum(amount)
---
metric: orders_total
owner: { business: finance-data, technical: data-platform }
model: orders
measure: count(id)
---
metric: shared
owner: finance-data
tier: gold
model: orders
measure: count(id)
---
metric: mean_order
owner: { business: finance-data, technical: data-platform }
numerator: revenue
denominator: orders_total
`;

export function metricsOfTests(): ReadonlyMap<string, Metric> {
  const { catalog, diagnostics } = compileParsed(parseDefinitions([{ path: "metrics/a.yaml", text: DEFINITIONS }]));
  if (!catalog) throw new Error(diagnostics.map(({ message }) => message).join("\n"));
  return catalog.metrics;
}

export function fingerprintOf(metric: string, meaning: string, version = 1): Fingerprint {
  const part = (name: string): string => sha256(`${name} ${meaning}`);
  const parts = { value: part("value"), access: part("access"), shape: part("shape"), meta: part("meta") };
  const certified = `fp/1:sha256:${sha256(meaning)}`;
  return { metric, id: metric, version, parts, certified, bySpec: [certified] };
}

export type Draft = Partial<Omit<LedgerEvent, "approvals">> & Pick<LedgerEvent, "metric">;

/** The next event of a metric, with all that a certify needs unless said otherwise. */
export function eventAfter(before: LedgerEvent | null, draft: Draft, rules: Rules): LedgerEvent {
  const { parts, certified } = fingerprintOf(draft.metric, "first");
  const { value, access, shape } = parts;
  return {
    type: "certify",
    version: 1,
    seq: (before?.seq ?? 0) + 1,
    fingerprint: certified,
    parts: { value, access, shape },
    policy: rules.digest,
    issued: "2026-11-20",
    ...((draft.type ?? "certify") === "certify" && { expires: "2027-05-19" }),
    reason: "FY27",
    prev: before ? digestOf(before) : null,
    ...draft,
    approvals: [],
  };
}

export function signed(event: LedgerEvent, ring: KeyRing, ...names: readonly string[]): LedgerEvent {
  const approvals: readonly Approval[] = names.map((by) => ({ by, sig: ring.sign(by, payloadOf(event)) }));
  return { ...event, approvals: [...event.approvals, ...approvals] };
}

export function fileOf(event: LedgerEvent): SourceFile {
  return { path: eventPath(event), text: printEvent(event) };
}

export function signersOf(ring: KeyRing, names: readonly string[], options = ""): string {
  return names.map((name) => `${name}${options && ` ${options}`} ${ring.publicKey(name)}\n`).join("");
}

export interface Situation extends Partial<Omit<LedgerInput, "events" | "brokenEvents">> {
  readonly rules: Rules;
  readonly signers: string;
}

/** As a tree with these files would be folded, at noon of 2026-11-21 unless said otherwise. */
export function foldFiles(files: readonly SourceFile[], situation: Situation): Ledger {
  const read = files.map((file) => ({ metric: file.path.split("/").at(-2) ?? "", ...readEvent(file) }));
  const events = new Map<string, LedgerFile[]>();
  for (const { metric, file, event } of read)
    if (event) events.set(metric, [...(events.get(metric) ?? []), { file, event }]);
  return foldLedger({
    metrics: METRICS,
    files: new Map(),
    fingerprints: new Map([...METRICS.keys()].map((name) => [name, fingerprintOf(name, "first")])),
    rulesByDigest: new Map([[situation.rules.digest, situation.rules]]),
    now: new Date("2026-11-21T12:00:00Z"),
    isNew: () => false,
    ...situation,
    events,
    brokenEvents: read.flatMap(({ metric, file, problem }) => (problem === null ? [] : [{ metric, file, problem }])),
  });
}

const METRICS = metricsOfTests();
