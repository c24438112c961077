import { assert, constantFrom, nat, oneof, property, record, string } from "fast-check";
import { afterAll, expect, test } from "vitest";
import { batchOf, batchPath, batchPayloadOf, printBatch, readBatch } from "../../../src/governance/ledger/batch.ts";
import type { LedgerEvent } from "../../../src/governance/ledger/event.ts";
import { payloadOf, printEvent } from "../../../src/governance/ledger/print-event.ts";
import { readEvent } from "../../../src/governance/ledger/read-event.ts";
import { sha256 } from "../../../src/std/index.ts";
import { createKeyRing } from "./keys.ts";
import {
  type Draft,
  eventAfter,
  fileOf,
  fingerprintOf,
  foldFiles,
  POLICY,
  rulesOf,
  type Situation,
  signed,
  signersOf,
} from "./support.ts";

const ring = createKeyRing();
afterAll(() => ring.close());

const EVERYBODY = ["alice", "ann", "bob", "carol", "dave", "erin"];
const rules = rulesOf(POLICY);
const signers = signersOf(ring, EVERYBODY);
const ALL = ["alice", "bob", "carol", "dave"];
const here: Situation = { rules, signers };

/** Events of one metric, each with those who sign it. */
function chain(...drafts: readonly (readonly [Draft, ...string[]])[]): readonly LedgerEvent[] {
  const events: LedgerEvent[] = [];
  for (const [draft, ...names] of drafts) {
    events.push(signed(eventAfter(events.at(-1) ?? null, draft, rules), ring, ...names));
  }
  return events;
}

function of(events: readonly LedgerEvent[], situation: Partial<Situation> = {}) {
  const ledger = foldFiles(events.map(fileOf), { ...here, ...situation });
  const metric = events[0]?.metric ?? "";
  const judged = ledger.judged.get(metric) ?? [];
  return {
    ...ledger.certifications.get(metric),
    problems: judged.flatMap(({ problems }) => problems.map(({ rule }) => rule)),
    last: judged.at(-1),
  };
}

const at = (day: string) => ({ now: new Date(`${day}T00:00:00Z`) });
const CERTIFY: Draft = { metric: "revenue" };
const [certified] = chain([CERTIFY, ...ALL]);
if (!certified) throw new Error("unreachable");

test("both owners and the council certify, and it says who signed for whom", () => {
  const { status, certifiedAt, expiresAt, history, approvalMode, problems, last } = of([certified]);
  expect({ status, certifiedAt, expiresAt, approvalMode, problems }).toEqual({
    status: "certified",
    certifiedAt: "2026-11-20",
    expiresAt: "2027-05-19",
    approvalMode: "sshsig",
    problems: [],
  });
  expect(last?.seats).toEqual({ business: "alice", technical: "bob", council: [2, 2], security: null, lacking: [] });
  expect(history).toEqual([
    {
      seq: 1,
      type: "certify",
      issued: "2026-11-20",
      expires: "2027-05-19",
      reason: "FY27",
      sunset: null,
      replacedBy: null,
      problem: null,
      approvals: [
        { by: "alice", as: ["finance-data"] },
        { by: "bob", as: ["data-platform"] },
        { by: "carol", as: ["data-platform", "council"] },
        { by: "dave", as: ["council"] },
      ],
    },
  ]);
});

test.each([
  [["bob", "carol", "dave"], { business: null, technical: "bob", council: [2, 2] }],
  [["alice", "ann", "dave", "erin"], { business: "alice", technical: null, council: [2, 2] }],
  [["alice", "bob", "dave"], { business: "alice", technical: "bob", council: [1, 2] }],
  // Carol is of the platform and of the council, and fills one place.
  [["alice", "carol", "dave"], { business: "alice", technical: "carol", council: [1, 2] }],
  [[], { business: null, technical: null, council: [0, 2] }],
])("with approvals of %j only it is proposed, and what lacks is told", (names, seats) => {
  const { status, last, problems } = of(chain([CERTIFY, ...names]));
  expect(status).toBe("proposed");
  expect(last?.seats).toMatchObject(seats);
  expect(problems).toEqual(["QUORUM_NOT_MET"]);
});

test("whoever could fill two places takes the one that nobody else can", () => {
  const { status, last } = of(chain([CERTIFY, "carol", "dave", "erin", "alice"]));
  expect(status).toBe("certified");
  expect(last?.seats).toEqual({ business: "alice", technical: "carol", council: [2, 2], security: null, lacking: [] });
});

test("one key fills one place, whatever names it signs for", () => {
  const draft = eventAfter(null, CERTIFY, rules);
  const sig = ring.sign("dave", payloadOf(draft));
  const event = signed(draft, ring, "alice", "bob");
  const both = { ...event, approvals: [...event.approvals, { by: "dave", sig }, { by: "erin", sig }] };
  const shared = `${signersOf(ring, ["alice", "bob"])}dave,erin ${ring.publicKey("dave")}\n`;
  const { status, last } = of([both], { signers: shared });
  expect(status).toBe("proposed");
  expect(last?.seats.council).toEqual([1, 2]);
});

test("gold needs two owner teams", () => {
  const { status, last } = of(chain([{ metric: "shared" }, "alice", "ann", "dave", "erin"]));
  expect(status).toBe("proposed");
  expect(last?.seats.lacking).toEqual(["a second owner team, which the tier gold demands"]);
});

test("it runs out on the day it says, and is stale once it means something else", () => {
  expect(of([certified], at("2027-05-18")).status).toBe("certified");
  expect(of([certified], at("2027-05-19"))).toMatchObject({ status: "expired", expiresAt: "2027-05-19" });
  const changed = { fingerprints: new Map([["revenue", fingerprintOf("revenue", "second")]]) };
  expect(of([certified], changed)).toMatchObject({ status: "stale", certifiedAt: "2026-11-20" });
  expect(of([certified], changed).reason).toBe(
    "It means something else than what event 1 certified: its value and access changed.",
  );
  expect(of([certified], { ...changed, ...at("2028-01-01") }).status).toBe("stale");
  const another = { fingerprints: new Map([["revenue", fingerprintOf("revenue", "first", 2)]]) };
  expect(of([certified], another).status).toBe("none");
});

test("a certify short of approvals leaves what stands", () => {
  const renewal: Draft = { ...CERTIFY, issued: "2026-11-21", expires: "2027-05-20" };
  expect(of(chain([CERTIFY, ...ALL], [renewal, "alice"]))).toMatchObject({
    status: "certified",
    expiresAt: "2027-05-19",
  });
  expect(of(chain([CERTIFY, ...ALL], [renewal, ...ALL]))).toMatchObject({
    status: "certified",
    expiresAt: "2027-05-20",
  });
});

test("any owner suspends, only the council revokes, and both may certify again", () => {
  const suspend: Draft = { ...CERTIFY, type: "suspend", reason: "Refunds are missing" };
  const revoke: Draft = { ...CERTIFY, type: "revoke" };
  expect(of(chain([CERTIFY, ...ALL], [suspend, "bob"]))).toMatchObject({
    status: "suspended",
    certifiedAt: null,
    reason: "Suspended on 2026-11-20 (event 2): Refunds are missing",
  });
  expect(of(chain([CERTIFY, ...ALL], [suspend, "erin"])).status).toBe("certified");
  expect(of(chain([CERTIFY, ...ALL], [revoke, "alice", "bob", "dave"])).status).toBe("certified");
  expect(of(chain([CERTIFY, ...ALL], [revoke, "erin", "dave"])).status).toBe("revoked");
  expect(of(chain([CERTIFY, ...ALL], [revoke, "erin", "dave"], [suspend, "bob"])).status).toBe("revoked");
  expect(of(chain([CERTIFY, ...ALL], [suspend, "bob"], [CERTIFY, ...ALL])).status).toBe("certified");
});

test("deprecating and retiring need both owners and time, and say nothing about whether it is right", () => {
  const deprecate: Draft = { ...CERTIFY, type: "deprecate", sunset: "2027-02-18", replaced_by: "orders_total" };
  const { status, last } = of(chain([CERTIFY, ...ALL], [deprecate, "alice", "bob"]));
  expect([status, last?.isEffective]).toEqual(["certified", true]);
  expect(of(chain([CERTIFY, ...ALL], [deprecate, "alice"])).last?.isEffective).toBe(false);
  const early = of(chain([CERTIFY, ...ALL], [{ ...deprecate, sunset: "2027-02-17" }, "alice", "bob"]));
  expect(early).toMatchObject({ status: "invalid", problems: ["SUNSET_TOO_SOON"] });
  expect(of(chain([CERTIFY, ...ALL], [{ ...CERTIFY, type: "retire" }, "alice", "bob"])).status).toBe("certified");
});

test("an emergency needs one owner and one of the council, and is suspended when it runs out", () => {
  const emergency: Draft = { ...CERTIFY, emergency: true, expires: "2026-11-23" };
  const short = chain([emergency, "bob", "erin"]);
  expect(of(short, at("2026-11-22"))).toMatchObject({ status: "provisional", expiresAt: "2026-11-23" });
  expect(of(short, at("2026-11-23"))).toMatchObject({ status: "suspended", expiresAt: null });
  expect(of(chain([emergency, "carol"])).status).toBe("proposed");
  expect(of(chain([{ ...emergency, expires: "2026-11-24" }, "bob", "erin"]))).toMatchObject({
    status: "invalid",
    problems: ["CERT_VALIDITY_TOO_LONG"],
  });
  const people = ["bob", "erin"];
  const thrice = chain([emergency, ...people], [emergency, ...people], [emergency, ...people]);
  expect(of(thrice.slice(0, 2)).status).toBe("provisional");
  expect(of(thrice)).toMatchObject({ status: "invalid", problems: ["EMERGENCY_TOO_OFTEN"] });
});

test.each([
  ["a day to come", { issued: "2026-11-22" }, "CERT_POSTDATED"],
  ["ten years", { expires: "2036-11-20" }, "CERT_VALIDITY_TOO_LONG"],
  ["a day more than allowed", { expires: "2027-05-20" }, "CERT_VALIDITY_TOO_LONG"],
  ["no time at all", { expires: "2026-11-20" }, "EVENT_INVALID"],
  ["rules that nobody knows", { policy: `sha256:${"0".repeat(64)}` }, "EVENT_INVALID"],
  ["a gap before it", { seq: 2 }, "EVENT_INVALID"],
  ["something before the first", { prev: `sha256:${"0".repeat(64)}` }, "EVENT_INVALID"],
  ["a batch that is not there", { batch: "renewal" }, "SIGNATURE_INVALID"],
])("signed by all, but with %s: invalid", (_, draft, rule) => {
  expect(of(chain([{ ...CERTIFY, ...draft }, ...ALL]))).toMatchObject({ status: "invalid", problems: [rule] });
});

test("an event edited after the next one was written is found out, and so is one taken away", () => {
  const [first, second] = chain([CERTIFY, ...ALL], [{ ...CERTIFY, type: "suspend" }, "alice"]);
  if (!first || !second) throw new Error("unreachable");
  const fewer = { ...first, approvals: first.approvals.slice(1) };
  expect(of([fewer, second])).toMatchObject({ status: "invalid", problems: ["QUORUM_NOT_MET", "EVENT_INVALID"] });
  expect(of([second]).reason).toBe("Event 2 does not verify. Event 1 is missing before event 2.");
});

test("an approval copied from another event or another metric is none", () => {
  const [other] = chain([{ metric: "orders_total" }, ...ALL]);
  const copied = { ...eventAfter(null, CERTIFY, rules), approvals: other?.approvals ?? [] };
  expect(of([copied])).toMatchObject({ status: "invalid", problems: Array(4).fill("SIGNATURE_INVALID") });
});

test("a signature under another's name is none", () => {
  const event = chain([CERTIFY, ...ALL]).map((one) => ({
    ...one,
    approvals: one.approvals.map(({ by, sig = "" }) => ({ by: by === "dave" ? "erin" : by, sig })),
  }));
  expect(of(event)).toMatchObject({ status: "invalid", problems: ["SIGNATURE_INVALID"] });
});

test("merged events are judged by keys of their day, new ones by those of today", () => {
  const others = signersOf(ring, ["alice", "bob", "carol"]);
  const left = `${others}dave valid-before="20261121" ${ring.publicKey("dave")}\n`;
  expect(of([certified], { signers: left }).status).toBe("certified");
  expect(of([certified], { signers: left, isNew: () => true })).toMatchObject({
    status: "invalid",
    problems: ["SIGNER_NOT_VALID_NOW"],
  });
  const before = `${others}dave valid-before="20261120" ${ring.publicKey("dave")}\n`;
  expect(of([certified], { signers: before }).problems).toEqual(["SIGNER_NOT_VALID_NOW"]);
  const later = `${others}dave valid-after="20261121" ${ring.publicKey("dave")}\n`;
  expect(of([certified], { signers: later, isNew: () => true }).problems).toEqual(["SIGNER_NOT_VALID_NOW"]);
  expect(of([certified], { signers: others }).problems).toEqual(["SIGNATURE_INVALID"]);
});

test("merged events are judged by the rules of their day, new ones by today's", () => {
  const today = rulesOf(POLICY.replace("quorum: 2", "quorum: 3"));
  const kept = new Map([rules, today].map((one) => [one.digest, one]));
  expect(of([certified], { rules: today, rulesByDigest: kept }).status).toBe("certified");
  expect(of([certified], { rules: today, rulesByDigest: kept, isNew: () => true })).toMatchObject({
    status: "invalid",
    problems: ["EVENT_INVALID"],
  });
});

test("bare names certify for demonstrations only, and never gold", () => {
  const demo = rulesOf(`enforcement: demo\napproval: unsigned\n${POLICY}`);
  const strict = rulesOf(`approval: unsigned\n${POLICY}`);
  const bare = (metric: string, under = demo): LedgerEvent => ({
    ...eventAfter(null, { metric }, under),
    approvals: ALL.map((by) => ({ by })),
  });
  const unsigned = Array(4).fill("APPROVAL_UNSIGNED");
  const under = (one: typeof demo) => ({
    rules: one,
    rulesByDigest: new Map([demo, strict].map((r) => [r.digest, r])),
  });
  expect(of([bare("orders_total")], under(demo))).toMatchObject({ status: "certified", approvalMode: "unsigned" });
  expect(of([bare("revenue")], under(demo))).toMatchObject({
    status: "proposed",
    problems: unsigned,
  });
  expect(of([bare("orders_total", strict)], under(strict)).status).toBe("proposed");
  expect(of([bare("orders_total")], under(strict)).status).toBe("proposed");
  expect(of([bare("orders_total", rules)]).problems).toEqual(unsigned);
});

test("one batch signature covers the events that name it, as they are", () => {
  const drafts = ["revenue", "orders_total"].map((metric) => eventAfter(null, { metric, batch: "renewal" }, rules));
  const batch = batchOf("renewal", drafts);
  expect(batch.covers.map(({ metric }) => metric)).toEqual(["orders_total", "revenue"]);
  const approvals = ALL.map((by) => ({ by, sig: ring.sign(by, batchPayloadOf(batch)) }));
  const files = (text: string) => new Map([[batchPath("renewal"), { path: batchPath("renewal"), text }]]);
  const whole = printBatch({ ...batch, approvals });
  const status = (events: readonly LedgerEvent[], text: string) => of(events, { files: files(text) }).status;
  expect(drafts.map((draft) => status([draft], whole))).toEqual(["certified", "certified"]);
  const [first] = drafts;
  if (!first) throw new Error("unreachable");
  expect(status([{ ...first, reason: "Another" }], whole)).toBe("invalid");
  expect(status([first], whole.replace("finance", "other").replace(/"version": 1/, '"version": 2'))).toBe("invalid");
  expect(status([first], printBatch({ ...batch, approvals: approvals.slice(1) }))).toBe("proposed");
  const [one] = batch.covers;
  const fewer = printBatch({ ...batch, covers: one ? [one] : [], approvals });
  expect(status([first], fewer)).toBe("invalid");
});

test("a batch may cover two thousand metrics", () => {
  const drafts = Array.from({ length: 1_999 }, (_, i) => eventAfter(null, { metric: `m${i}`, batch: "all" }, rules));
  const mine = eventAfter(null, { ...CERTIFY, batch: "all" }, rules);
  const batch = batchOf("all", [...drafts, mine]);
  const approvals = ALL.map((by) => ({ by, sig: ring.sign(by, batchPayloadOf(batch)) }));
  const file = { path: batchPath("all"), text: printBatch({ ...batch, approvals }) };
  expect(of([mine], { files: new Map([[file.path, file]]) }).status).toBe("certified");
});

test("no changed byte of a batch certifies, unless it reads the same", () => {
  const draft = eventAfter(null, { ...CERTIFY, batch: "one" }, rules);
  const batch = batchOf("one", [draft]);
  const approvals = ALL.map((by) => ({ by, sig: ring.sign(by, batchPayloadOf(batch)) }));
  const text = printBatch({ ...batch, approvals });
  const read = (changed: string): string =>
    JSON.stringify(readBatch({ path: batchPath("one"), text: changed })).replaceAll(String.raw`\n`, "");
  assert(
    property(nat(text.length - 1), constantFrom("", "0", "a", "B", '"', ",", "}"), (i, by) => {
      const changed = text.slice(0, i) + by + text.slice(i + 1);
      const files = new Map([[batchPath("one"), { path: batchPath("one"), text: changed }]]);
      if (read(changed) !== read(text)) expect(of([draft], { files }).status).not.toBe("certified");
    }),
    { numRuns: 300 },
  );
});

test("after a certified input changed the council signs alone, if the rules say so and it was certified before", () => {
  const [input] = chain([CERTIFY, ...ALL]);
  const digest = (event: LedgerEvent | undefined) => `sha256:${sha256(event ? payloadOf(event) : "")}`;
  const again: Draft = { metric: "mean_order", evidence: { cascade: digest(input) } };
  const status = (...drafts: readonly (readonly [Draft, ...string[]])[]) =>
    foldFiles([...chain(...drafts), ...(input ? [input] : [])].map(fileOf), here).certifications.get("mean_order");
  const first: Draft = { metric: "mean_order", fingerprint: `fp/1:sha256:${"1".repeat(64)}` };
  expect(status([first, ...ALL], [again, "dave", "erin"])?.status).toBe("certified");
  expect(status([again, "dave", "erin"])?.status).toBe("proposed");
  const unrelated = { ...again, evidence: { cascade: `sha256:${"1".repeat(64)}` } };
  expect(status([first, ...ALL], [unrelated, "dave", "erin"])?.status).toBe("stale");
  // Nothing that an input brought about: an owner suspended it, or it only runs out.
  expect(status([first, ...ALL], [{ ...first, type: "suspend" }, "bob"], [again, "dave", "erin"])?.status).toBe(
    "suspended",
  );
  const later = { ...again, reason: "For longer", expires: "2027-05-19" };
  expect(status([{ metric: "mean_order", expires: "2027-01-01" }, ...ALL], [later, "dave", "erin"])?.expiresAt).toBe(
    "2027-01-01",
  );
});

test("a file that cannot be read makes its metric invalid, whatever else was signed", () => {
  const broken = { path: "governance/certifications/revenue/0002.json", text: "{}" };
  const { certifications } = foldFiles([fileOf(certified), broken], here);
  expect(certifications.get("revenue")).toMatchObject({ status: "invalid" });
});

test("without a council nothing is certified", () => {
  const nobody = rulesOf("teams: { finance-data: [alice], data-platform: [bob] }\n");
  const event = signed(eventAfter(null, CERTIFY, nobody), ring, ...ALL);
  expect(of([event], { rules: nobody, rulesByDigest: new Map([[nobody.digest, nobody]]) }).status).toBe("proposed");
});

test("no changed byte of an event is certified, unless it reads the same", () => {
  const text = printEvent(certified);
  const path = "governance/certifications/revenue/0001.json";
  const same = JSON.stringify(readEvent({ path, text }).event);
  const change = record({
    at: nat(text.length - 1),
    by: oneof(constantFrom("", " ", "0", "1", "9", "a", "A", '"', "\\", "}", "é", ","), string({ maxLength: 3 })),
  });
  assert(
    property(change, ({ at: i, by }) => {
      const changed = text.slice(0, i) + by + text.slice(i + 1);
      const status = foldFiles([{ path, text: changed }], here).certifications.get("revenue")?.status;
      const read = JSON.stringify(readEvent({ path, text: changed }).event).replaceAll(String.raw`\n`, "");
      if (read !== same.replaceAll(String.raw`\n`, "")) expect(status).not.toBe("certified");
    }),
    { numRuns: 700 },
  );
});
