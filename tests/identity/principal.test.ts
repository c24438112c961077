import { describe, expect, test } from "vitest";
import { createExpiringMap } from "../../src/identity/expiring-map.ts";
import {
  type ClaimDeclaration,
  ClaimsError,
  type ClaimValue,
  claimFromText,
  digestOf,
  OPERATOR,
  readClaims,
  type User,
} from "../../src/identity/index.ts";
import { makeUser } from "../../src/identity/principal.ts";
import { CLAIMS, standingClock } from "./support.ts";

describe("a principal's digest", () => {
  const ann: Omit<User, "kind"> = {
    issuer: "i",
    subject: "ann",
    name: "Ann",
    roles: ["a", "b"],
    claims: { region: "EMEA", regions: ["a", "b"] },
  };
  const digest = (changes: Partial<User> = {}) => digestOf(makeUser({ ...ann, ...changes }));

  test("is 16 hexadecimal digits that do not depend on order, repetition or the name for people", () => {
    expect(digest()).toMatch(/^[0-9a-f]{16}$/);
    for (const same of [
      { roles: ["b", "a", "a"] },
      { claims: { regions: ["b", "a", "b"], region: "EMEA" } },
      { name: "A." },
    ])
      expect(digest(same)).toBe(digest());
  });

  test("tells apart who sees something else, however alike it is spelled", () => {
    const others: readonly Partial<User>[] = [
      { issuer: "j" },
      { subject: "bob" },
      { roles: ["a"] },
      { roles: ["a,b"] },
      { roles: ['a","b'] },
      { claims: {} },
      { claims: { region: "EMEA", regions: [] } },
      { claims: { region: "EMEA", regions: ["a,b"] } },
      { claims: { region: ["EMEA"], regions: ["a", "b"] } },
      { claims: { region: "EMEA", regions: '["a","b"]' } },
      { claims: { region: 1, regions: ["a", "b"] } },
      { claims: { region: "1", regions: ["a", "b"] } },
      { claims: { region: true, regions: ["a", "b"] } },
      { claims: { region: "true", regions: ["a", "b"] } },
      { claims: { region: "EMEA", regions: [1, 2] } },
      { claims: { region: "EMEA", regions: ["1", "2"] } },
    ];
    const digests = [digest(), digestOf(OPERATOR), ...others.map((changes) => digest(changes))];
    expect(new Set(digests).size).toBe(digests.length);
  });
});

describe("a file of claims", () => {
  test.each([
    ["claims apart", '{"sub":"ann","roles":["analyst"],"claims":{"region":"EMEA","tenant":7,"regions":["a"]}}'],
    ["claims beside", '{"sub":"ann","roles":["analyst"],"region":"EMEA","tenant":7,"regions":["a"]}'],
  ])("makes the principal that it describes: %s", (_what, json) => {
    const expected = { kind: "user", subject: "ann", name: "ann", roles: ["analyst"] };
    expect(readClaims(json)).toMatchObject({
      ...expected,
      claims: { sub: "ann", region: "EMEA", tenant: 7, regions: ["a"] },
    });
    const { claims } = readClaims(json, CLAIMS);
    expect({ ...claims }).toEqual({ region: "EMEA", tenant: 7, regions: ["a"] });
  });

  test("may stand for somebody without name, role or claim, who is not the operator", () => {
    expect(readClaims("{}")).toMatchObject({ kind: "user", roles: [], claims: {} });
  });

  test("loses what is null or not of the declared type, as a token does", () => {
    const json = '{"claims":{"region":7,"tenant":"7","internal":null,"share":0.5,"unknown":"x"}}';
    expect({ ...readClaims(json, CLAIMS).claims }).toEqual({ share: 0.5 });
    expect({ ...readClaims('{"claims":{"region":null}}').claims }).toEqual({});
  });

  test.each([
    ["", "It is no JSON"],
    ["{", "It is no JSON"],
    ["[]", "one JSON object"],
    ['"operator"', "one JSON object"],
    ["null", "one JSON object"],
    ['{"sub":7}', '"sub" must be a text'],
    ['{"sub":""}', '"sub" must be a text'],
    ['{"sub":"a\\nb"}', '"sub" must be a text'],
    ['{"role":"analyst"}', 'write "roles"'],
    ['{"roles":"analyst"}', '"roles" must be a list'],
    ['{"roles":[1]}', '"roles" must be a list'],
    ['{"roles":{"admin":true}}', '"roles" must be a list'],
    ['{"claims":["a"]}', '"claims" must be an object'],
    ['{"claims":{},"region":"EMEA"}', '"region" stands beside "claims"'],
    ['{"region":{"is":"EMEA"}}', 'Claim "region" must be'],
    ['{"regions":[["a"]]}', 'Claim "regions" must be'],
    ['{"regions":["a",1]}', 'Claim "regions" must hold'],
    ['{"share":1e400}', 'Claim "share" must hold'],
    ['{"__proto__":{"roles":["admin"]}}', 'Claim "__proto__" must be'],
  ])("is refused where it would take guessing: %s", (json, message) => {
    expect(() => readClaims(json)).toThrow(ClaimsError);
    expect(() => readClaims(json)).toThrow(message);
  });
});

describe("a claim typed on the command line", () => {
  test.each<[string, ClaimDeclaration | undefined, ClaimValue | undefined]>([
    ["EMEA,APAC", undefined, "EMEA,APAC"],
    ["7", undefined, "7"],
    ["7", { type: "int" }, 7],
    ["7.5", { type: "int" }, undefined],
    ["7.5", { type: "number" }, 7.5],
    ["-7", { type: "number" }, -7],
    ["0x7", { type: "number" }, undefined],
    ["", { type: "number" }, undefined],
    ["9007199254740993", { type: "int" }, undefined],
    ["true", { type: "boolean" }, true],
    ["false", { type: "boolean" }, false],
    ["yes", { type: "boolean" }, undefined],
    ["EMEA, APAC", { type: "string", list: true }, ["EMEA", " APAC"]],
    ["", { type: "string", list: true }, []],
    ["1,2", { type: "int", list: true }, [1, 2]],
    ["1,x", { type: "int", list: true }, undefined],
    ["abc", { type: "string", maxLength: 2 }, undefined],
  ])("%j as %j", (text, declaration, value) => {
    expect(claimFromText(text, declaration)).toEqual(value);
  });
});

test("a map of entries with a time forgets them then, and the oldest first when it is full", () => {
  const clock = standingClock();
  const map = createExpiringMap<number>(2, clock);
  map.set("a", 1, 100);
  map.set("b", 2, 200);
  clock.pass(99);
  expect(map.get("a")).toBe(1);
  clock.pass(1);
  expect([map.get("a"), map.get("b")]).toEqual([undefined, 2]);
  map.set("c", 3, 100);
  map.set("c", 3, 100);
  expect(map.get("b")).toBe(2);
  map.set("b", 4, 100);
  map.set("d", 5, 100);
  expect([map.get("b"), map.get("c"), map.get("d")]).toEqual([4, undefined, 5]);
});
