import * as crypto from "node:crypto";
import { beforeEach, expect, test, vi } from "vitest";
import { createAuthenticator, type ServiceToken } from "../../src/identity/index.ts";
import { CLAIMS, ec, fileWith, forge, jwtSettings, refusal, standingClock } from "./support.ts";

vi.mock("node:crypto", async (original) => {
  const real = await original<typeof crypto>();
  return { ...real, timingSafeEqual: vi.fn<typeof real.timingSafeEqual>(real.timingSafeEqual) };
});

const digestOf = (token: string) => crypto.createHash("sha256").update(token).digest("hex");
const [nightly, reports] = ["n", "r"].map((letter) => letter.repeat(40)) as [string, string];
const env = { NIGHTLY_SHA256: `${digestOf(nightly)}\n` };
const tokens: readonly ServiceToken[] = [
  { name: "nightly", sha256: { env: "NIGHTLY_SHA256" }, roles: ["loader"], claims: new Map([["tenant", 7]]) },
  {
    name: "reports",
    sha256: { file: fileWith(digestOf(reports).toUpperCase()) },
    roles: ["viewer"],
    claims: new Map(),
  },
];
const pair = ec();
const open = (kept: readonly ServiceToken[], given: Record<string, string> = env) =>
  createAuthenticator(
    { claims: CLAIMS, issuers: [{ kind: "service", tokens: kept }, jwtSettings(pair)] },
    { clock: standingClock(), env: given },
  );
const authenticator = open(tokens);

beforeEach(() => void vi.mocked(crypto.timingSafeEqual).mockClear());

test("a service token becomes the program that it was made for, beside tokens of issuers", async () => {
  expect(await authenticator.authenticate(`Bearer ${nightly}`)).toMatchObject({
    kind: "user",
    issuer: "assay-service",
    subject: "nightly",
    roles: ["loader"],
    claims: { tenant: 7 },
  });
  expect(await authenticator.authenticate(`Bearer ${reports}`)).toMatchObject({
    subject: "reports",
    roles: ["viewer"],
  });
  expect(await authenticator.authenticate(`Bearer ${forge(pair.privateKey)}`)).toMatchObject({ subject: "ann" });
});

test.each([
  ["a token of nobody", "x".repeat(40)],
  ["a token with one letter more", `${nightly}n`],
  ["a token with one letter less", nightly.slice(1)],
  ["a token in capitals", nightly.toUpperCase()],
  ["the digest itself", digestOf(nightly)],
])("%s lets nobody in", async (_what, token) => {
  expect(await refusal(authenticator, `Bearer ${token}`)).toBe("no service has this token");
});

test("a short token serves nobody, though somebody kept its digest", async () => {
  const short = "s".repeat(31);
  const weak = open([{ ...tokens[0]!, sha256: { env: "WEAK" } }], { WEAK: digestOf(short) });
  expect(await refusal(weak, `Bearer ${short}`)).toBe("no service has this token");
});

test("every digest is compared in constant time, whichever matches", async () => {
  for (const token of [nightly, reports, "x".repeat(40)]) {
    vi.mocked(crypto.timingSafeEqual).mockClear();
    await authenticator.authenticate(`Bearer ${token}`).catch(() => {});
    expect(crypto.timingSafeEqual).toHaveBeenCalledTimes(tokens.length);
  }
});

test("the server does not start with a digest that is missing, none, or another's", () => {
  const first = tokens[0]!;
  expect(() => open([first], {})).toThrow("NIGHTLY_SHA256 is not set");
  expect(() => open([first], { NIGHTLY_SHA256: nightly })).toThrow(
    'stands for the service token "nightly" is no SHA-256',
  );
  expect(() => open([first, { ...first, name: "twin" }])).toThrow("two service tokens have the same digest");
  expect(() => open([first, first])).toThrow("tokens.1.name: stands here twice");
  expect(() => open([{ ...first, name: "" }])).toThrow("tokens.0.name: is missing");
  expect(() => open([])).toThrow("name at least one token");
  expect(() => open([{ ...first, claims: new Map([["tenant", "7"]]) }])).toThrow("is declared as int");
  expect(() => open([{ ...first, roles: [""] }])).toThrow("a role is a text");
});
