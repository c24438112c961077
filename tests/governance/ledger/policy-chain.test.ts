import { afterAll, expect, test } from "vitest";
import type { SourceFile } from "../../../src/diagnostics/index.ts";
import {
  policyChangeFiles,
  verifyPolicyChain,
  verifyPolicyChange,
} from "../../../src/governance/ledger/policy-chain.ts";
import { policyPayloadOf, printPolicyRecord, readPolicyRecord } from "../../../src/governance/ledger/policy-record.ts";
import { digestOf } from "../../../src/governance/ledger/print-event.ts";
import { createKeyRing } from "./keys.ts";
import { POLICY, rulesOf, signersOf } from "./support.ts";

const ring = createKeyRing();
afterAll(() => ring.close());

const NOW = new Date("2026-11-21T12:00:00Z");
const TODAY = { issued: "2026-11-21", reason: "Dave leaves" };
const SIGNERS = signersOf(ring, ["alice", "bob", "carol", "dave", "erin"]);

type Files = ReadonlyMap<string, SourceFile>;

function filesOf(texts: Readonly<Record<string, string>>, others: readonly SourceFile[] = []): Files {
  const files = Object.entries(texts).map(([path, text]) => ({ path: `governance/${path}`, text }));
  return new Map([...files, ...others].map((file) => [file.path, file]));
}

const START = filesOf({ "policy.yaml": POLICY, allowed_signers: SIGNERS });

/** The change with its record, signed by these; their names may be those of other keys. */
function changed(base: Files, texts: Readonly<Record<string, string>>, ...names: readonly string[]): Files {
  const head = new Map([...base, ...filesOf(texts)]);
  const files = policyChangeFiles(base, head, TODAY).map((file) => {
    const read = readPolicyRecord(file);
    if (!read.ok || read.value.prev === null) return file;
    const record = read.value;
    const approvals = names.map((name) => {
      const [by = "", key = by] = name.split("=");
      return { by, sig: ring.sign(key, policyPayloadOf(record)) };
    });
    return { path: file.path, text: printPolicyRecord({ ...record, approvals }) };
  });
  return new Map([...head, ...files.map((file) => [file.path, file] as const)]);
}

const without = (files: Files, path: string): Files => new Map([...files].filter(([name]) => name !== path));
const LOOSER = { "policy.yaml": POLICY.replace("quorum: 2", "quorum: 1") };
const MALLORY = { allowed_signers: `${SIGNERS}mallory ${ring.publicKey("mallory")}\n` };

const of = (base: Files, head: Files) => verifyPolicyChange(base, head, NOW);

test("a quorum of the council before changes rules and keys, and both stay on record", () => {
  const head = changed(START, { ...LOOSER, ...MALLORY }, "carol", "erin");
  expect([...head.keys()].toSorted()).toEqual([
    "governance/allowed_signers",
    "governance/policies/0001.allowed_signers",
    "governance/policies/0001.approval.json",
    "governance/policies/0001.yaml",
    "governance/policies/0002.approval.json",
    "governance/policy.yaml",
  ]);
  expect(of(START, head)).toEqual([]);
  expect(verifyPolicyChain(head, rulesOf(POLICY).digest, NOW)).toEqual([]);
  // The next one needs one of them only, as the rules in force now say, by the keys in force now.
  const next = changed(head, { "policy.yaml": POLICY.replace("quorum: 2", "quorum: 3") }, "dave");
  expect(of(head, next)).toEqual([]);
  expect(verifyPolicyChain(next, rulesOf(POLICY).digest, NOW)).toEqual([]);
});

test("layout of the policy and comments among the keys are no change", () => {
  const texts = {
    "policy.yaml": `# ours\n${POLICY.replaceAll("\n", "\r\n")}`,
    allowed_signers: `# keys\n\n${SIGNERS}`,
  };
  expect(of(START, filesOf(texts))).toEqual([]);
});

test.each([
  ["nobody", LOOSER, [], [0, 2]],
  ["one of two", LOOSER, ["carol"], [1, 2]],
  ["owners", LOOSER, ["carol", "alice", "bob"], [1, 2]],
  [
    "who only the new rules make a member",
    { "policy.yaml": POLICY.replace("dave", "mallory") },
    ["carol", "alice"],
    [1, 2],
  ],
] as const)("a change approved by %s is not approved", (_, texts, names, council) => {
  expect(of(START, changed(START, texts, ...names))).toMatchObject([{ council }]);
});

test("a change without a record is not approved", () => {
  expect(of(START, new Map([...START, ...filesOf(LOOSER)]))).toMatchObject([{ council: [0, 2] }]);
  expect(of(START, new Map([...START, ...filesOf(MALLORY)]))).toMatchObject([{ council: [0, 2] }]);
  expect(of(START, without(START, "governance/policy.yaml"))).toMatchObject([{ council: [0, 2] }]);
});

test("keys that the change itself brings do not approve it", () => {
  const joined = { "policy.yaml": POLICY.replace("dave", "mallory"), ...MALLORY };
  const [problem] = of(START, changed(START, joined, "carol", "mallory"));
  expect(problem).toMatchObject({ council: null, message: expect.stringContaining('is not one of "mallory"') });
  const stolen = { allowed_signers: SIGNERS.replace(ring.publicKey("dave"), ring.publicKey("mallory")) };
  expect(of(START, changed(START, stolen, "carol", "dave=mallory"))).toMatchObject([{ council: null }]);
});

test("an approval is for the rules and keys it was given for", () => {
  const head = changed(START, LOOSER, "carol", "erin");
  const more = new Map([...head, ...filesOf(MALLORY)]);
  expect(of(START, more)).toEqual([
    { path: "governance/allowed_signers", message: expect.stringContaining("is not what"), council: null },
  ]);
  const other = { "policy.yaml": POLICY.replace("quorum: 2", "quorum: 3") };
  expect(of(START, new Map([...head, ...filesOf(other)]))).toMatchObject([{ path: "governance/policy.yaml" }]);
});

test("keys are those of before, and valid now", () => {
  const keys = `${signersOf(ring, ["carol"])}erin valid-before="20261121" ${ring.publicKey("erin")}\n`;
  const base = filesOf({ "policy.yaml": POLICY, allowed_signers: keys });
  expect(of(base, changed(base, LOOSER, "carol", "erin"))).toMatchObject([
    { message: expect.stringContaining("was not valid then") },
  ]);
});

test("a history that was forged does not descend from the policy that is trusted", () => {
  const root = rulesOf(POLICY).digest;
  const theirs = filesOf({ "policy.yaml": POLICY.replace("dave", "mallory"), ...MALLORY });
  const forged = changed(theirs, { "policy.yaml": POLICY }, "mallory", "carol");
  expect(verifyPolicyChain(START, root, NOW)).toEqual([]);
  expect(verifyPolicyChain(theirs, root, NOW)).toMatchObject([{ path: "governance/policy.yaml" }]);
  expect(verifyPolicyChain(forged, null, NOW)).toEqual([]);
  expect(verifyPolicyChain(forged, root, NOW)).toMatchObject([{ path: "governance/policies/0001.approval.json" }]);
});

test("trusted by its record, a first policy cannot be given other keys", () => {
  const ours = changed(START, LOOSER, "carol", "erin");
  const theirKeys = SIGNERS.replace(ring.publicKey("dave"), ring.publicKey("mallory"));
  const theirStart = filesOf({ "policy.yaml": POLICY, allowed_signers: theirKeys });
  const theirs = changed(theirStart, LOOSER, "carol", "dave=mallory");
  const file = ours.get("governance/policies/0001.approval.json");
  const first = file && readPolicyRecord(file);
  const root = first?.ok ? digestOf(first.value) : "";
  expect(verifyPolicyChain(ours, root, NOW)).toEqual([]);
  expect(verifyPolicyChain(theirs, root, NOW)).toHaveLength(1);
});

test("what is on record stays as it was", () => {
  const once = changed(START, LOOSER, "carol", "erin");
  const twice = changed(once, { "policy.yaml": POLICY }, "carol");
  const root = rulesOf(POLICY).digest;
  expect(verifyPolicyChain(twice, root, NOW)).toEqual([]);
  for (const name of ["0001.yaml", "0002.yaml", "0001.allowed_signers", "0001.approval.json", "0002.approval.json"]) {
    expect(verifyPolicyChain(without(twice, `governance/policies/${name}`), root, NOW), name).toHaveLength(1);
  }
  const again = changed(START, { "policy.yaml": POLICY.replace("2", "3") }, "carol", "erin");
  expect(of(once, again)).toMatchObject([{ path: "governance/policies/0002.approval.json" }]);
  const stray = filesOf({ "policies/0009.yaml": LOOSER["policy.yaml"] });
  expect(verifyPolicyChain(new Map([...once, ...stray]), root, NOW)).toMatchObject([
    { path: "governance/policies/0009.yaml" },
  ]);
  const record = once.get("governance/policies/0002.approval.json");
  for (const [from, to] of [
    ["Dave", "Erin"],
    ["2026-11-21", "2026-11-20"],
    ['"seq": 2', '"seq": 3'],
  ] as const) {
    const edited = { path: record?.path ?? "", text: record?.text.replace(from, to) ?? "" };
    expect(verifyPolicyChain(new Map([...once, [edited.path, edited]]), root, NOW)).toHaveLength(1);
  }
});
