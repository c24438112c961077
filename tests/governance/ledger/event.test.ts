import { expect, test } from "vitest";
import type { LedgerEvent } from "../../../src/governance/ledger/event.ts";
import { digestOf, eventPath, payloadOf, printEvent } from "../../../src/governance/ledger/print-event.ts";
import { readEvent } from "../../../src/governance/ledger/read-event.ts";

const D = `sha256:${"d".repeat(64)}`;
const H = "a".repeat(64);
const SIG = "-----BEGIN SSH SIGNATURE-----\nU1NIU0lH\n-----END SSH SIGNATURE-----\n";

const EVENT: LedgerEvent = {
  type: "certify",
  metric: "revenue",
  version: 1,
  seq: 3,
  fingerprint: `fp/1:${D}`,
  parts: { value: H, access: H, shape: H },
  policy: D,
  issued: "2026-11-20",
  expires: "2027-05-19",
  evidence: { contract: D, tests: D },
  reason: "FY27, geprüft",
  prev: D,
  batch: "renewal",
  approvals: [{ by: "alice", sig: SIG }, { by: "bob" }],
};
const DEPRECATE: LedgerEvent = {
  type: "deprecate",
  metric: "revenue",
  version: 1,
  seq: 3,
  fingerprint: `fp/1:${D}`,
  parts: { value: H, access: H, shape: H },
  policy: D,
  issued: "2026-11-20",
  sunset: "2027-05-19",
  replaced_by: "net_revenue@2",
  reason: "Replaced",
  prev: null,
  approvals: [],
};

const read = (text: string, path = eventPath(EVENT)) => readEvent({ path, text });

test.each([EVENT, DEPRECATE])("what is printed reads as it was ($type)", (event) => {
  expect(read(printEvent(event))).toMatchObject({ event, problem: null });
  expect(printEvent(read(printEvent(event)).event ?? DEPRECATE)).toBe(printEvent(event));
});

test("an event reads the same however its JSON is laid out, and so do its payload and its digest", () => {
  const compact = JSON.stringify(Object.fromEntries(Object.entries(EVENT).toReversed()));
  const windows = printEvent(EVENT).replaceAll("\n", "\r\n");
  for (const text of [compact, windows, printEvent(EVENT).replace("ü", "\\u00fc")]) {
    const { event } = read(text);
    expect(event).toEqual(EVENT);
    expect(digestOf(event ?? {})).toBe(digestOf(EVENT));
    expect(event && payloadOf(event)).toBe(payloadOf(EVENT));
  }
});

test("what is signed is everything but approvals and batch, keys in order, without blanks", () => {
  expect(payloadOf(EVENT)).toBe(
    `{"evidence":{"contract":"${D}","tests":"${D}"},"expires":"2027-05-19","fingerprint":"fp/1:${D}","issued":"2026-11-20",` +
      `"metric":"revenue","parts":{"access":"${H}","shape":"${H}","value":"${H}"},"policy":"${D}","prev":"${D}",` +
      `"reason":"FY27, geprüft","seq":3,"type":"certify","version":1}`,
  );
  expect(payloadOf({ ...EVENT, approvals: [], batch: "other" })).toBe(payloadOf(EVENT));
  expect(digestOf({ ...EVENT, approvals: [] })).not.toBe(digestOf(EVENT));
});

const changed = (from: string | RegExp, to: string): string => {
  const text = printEvent(EVENT).replace(from, to);
  if (text === printEvent(EVENT)) throw new Error("Nothing was changed");
  return text;
};

test.each([
  ["no JSON", "{", "line 1, column"],
  ["YAML", "type: certify", "it is not JSON"],
  ["an array", "[]", "is a mapping"],
  [
    "an unknown key",
    changed('"seq"', '"note": "x",\n  "seq"'),
    'line 5, column 3: a certification event has no key "note"',
  ],
  ["an unknown type", changed('"certify"', '"approve"'), '"type" cannot be "approve"'],
  ["a missing key", changed(/ {2}"policy".*\n/, ""), 'lacks the key "policy"'],
  ["a key written twice", changed('"seq": 3', '"seq": 3,\n  "seq": 3'), '"seq" is written twice'],
  ["a key written twice, once escaped", changed('"seq": 3', '"seq": 3,\n  "s\\u0065q": 3'), '"seq" is written twice'],
  ["a key of an approval twice", changed('"by": "bob"', '"by": "bob", "by": "carol"'), '"by" is written twice'],
  ["a prototype", changed('"tests": "', `"__proto__": "${D}", "tests": "`), "a key in it is not allowed"],
  ["half a number", changed('"seq": 3', '"seq": 3.5'), '"seq" must be a whole number'],
  ["a number as a text", changed('"seq": 3', '"seq": "3"'), '"seq" must be a whole number'],
  ["a day that is none", changed("2027-05-19", "2027-02-30"), '"expires" must be a day'],
  ["a fingerprint of another kind", changed("fp/1:", "fp/0:"), '"fingerprint" must be a fingerprint'],
  ["an upper-case digest", changed(/"policy": "sha256:d/, '"policy": "sha256:D'), '"policy" must be a digest'],
  ["a reason that turns text around", changed("FY27", "FY\u202e27"), "U+202E"],
  ["a reason of half a letter", changed("FY27", "FY\\ud83d27"), "is not Unicode"],
  ["a name with a space", changed('"alice"', '"alice smith"'), '"approvals[1].by" must be a name'],
  ["an approval twice", changed('"bob"', '"alice"'), '"alice" approves twice'],
  ["no armour", changed("BEGIN SSH", "BEGIN PGP"), '"approvals[1].sig" must be an SSH signature'],
  ["the number of another file", changed('"seq": 3', '"seq": 4'), "its file has the number 0003 and its seq is 4"],
  ["the folder of another metric", changed('"revenue"', '"orders"'), 'it lies in the folder of "revenue"'],
  ["no end", changed(/ {2}"expires".*\n/, ""), 'needs the key "expires"'],
  ["a sunset of a certify", changed('"reason"', '"sunset": "2027-05-19",\n  "reason"'), 'has no key "sunset"'],
  ["an emergency that is none", changed('"reason"', '"emergency": false,\n  "reason"'), '"emergency" is true'],
  ["more than it may hold", `${" ".repeat(300_000)}${printEvent(EVENT)}`, "more than 262144 characters"],
  ["a deep hole", `${"[".repeat(100_000)}${"]".repeat(100_000)}`, "it must be a mapping"],
])("%s in an event is refused", (_, text, problem) => {
  const found = read(text);
  expect(found.event).toBeNull();
  expect(found.problem).toContain(problem);
});
