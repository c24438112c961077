import {
  chmodSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { beforeEach, expect, test } from "vitest";
import {
  createAuthenticator,
  createDevelopmentAuthenticator,
  type DevelopmentToken,
  mintDevelopmentToken,
  OPERATOR,
} from "../../src/identity/index.ts";
import { CLAIMS, ec, forge, jwtSettings, payloadWith, refusal, standingClock } from "./support.ts";

const clock = standingClock();
const ann: DevelopmentToken = {
  subject: "ann",
  roles: ["analyst"],
  claims: new Map<string, string | readonly string[]>([
    ["region", "EMEA"],
    ["regions", ["EMEA", "APAC"]],
    ["undeclared", "x"],
  ]),
  expiresInSeconds: 60,
};
let folder: string;
let keyFile: string;

beforeEach(() => {
  folder = join(mkdtempSync(join(tmpdir(), "assay-dev-")), ".assay");
  keyFile = join(folder, "dev-key.pem");
});

const mint = (token = ann) => `Bearer ${mintDevelopmentToken(token, keyFile, clock)}`;
const development = () => createDevelopmentAuthenticator(CLAIMS, keyFile, clock);

test("without a token the operator asks, with a minted one whom it names", async () => {
  expect(await development().authenticate(undefined)).toBe(OPERATOR);
  const principal = await development().authenticate(mint());
  expect(principal).toMatchObject({ kind: "user", issuer: "assay-development", subject: "ann", roles: ["analyst"] });
  expect(principal.kind === "user" && { ...principal.claims }).toEqual({ region: "EMEA", regions: ["EMEA", "APAC"] });
});

test("a policy may read the subject, where it is declared", async () => {
  const authenticator = createDevelopmentAuthenticator(new Map([["sub", { type: "string" }]]), keyFile, clock);
  expect(await authenticator.authenticate(mint())).toMatchObject({ claims: { sub: "ann" } });
});

test("a bad token is refused, never taken for none", async () => {
  const authenticator = development();
  expect(await refusal(authenticator, "Bearer a.b.c")).not.toBe("");
  const good = mint();
  const stranger = ec().privateKey;
  const claimed = payloadWith({ iss: "assay-development", aud: "assay" });
  const bad = [
    "",
    "Bearer",
    "Basic x",
    `${good}x`,
    good.slice(0, -4),
    `Bearer ${forge(stranger, claimed, { alg: "ES256", typ: "JWT" })}`,
  ];
  for (const header of bad) expect(await refusal(authenticator, header)).not.toBe("");
});

test("a token ends, and lasts 30 days at most", async () => {
  const late = standingClock();
  const authenticator = createDevelopmentAuthenticator(CLAIMS, keyFile, late);
  const token = mint();
  expect(await authenticator.authenticate(token)).toBeDefined();
  late.pass(91_000);
  expect(await refusal(authenticator, token)).toContain("jwt expired");
  expect(await refusal(development(), mint({ ...ann, expiresInSeconds: 31 * 86_400 }))).toContain("too late");
});

test("the key is made once, for its owner alone and out of git's sight", async () => {
  const first = mint();
  expect(statSync(keyFile).mode & 0o777).toBe(0o600);
  expect(readFileSync(join(folder, ".gitignore"), "utf8")).toBe("*\n");
  expect(readdirSync(folder).toSorted()).toEqual([".gitignore", "dev-key.pem"]);
  const second = mint({ ...ann, subject: "bob" });
  for (const token of [first, second]) expect(await development().authenticate(token)).toBeDefined();
});

test("a key that others may read, or that is none, neither signs nor verifies", async () => {
  const token = mint();
  chmodSync(keyFile, 0o644);
  expect(() => mint()).toThrow(/others may read .*delete it/);
  expect(await refusal(development(), token)).toContain("others may read");
  chmodSync(keyFile, 0o600);
  writeFileSync(keyFile, "nonsense");
  expect(() => mint()).toThrow(/holds no private key: delete it/);
  expect(await refusal(development(), token)).toContain("holds no private key");
});

test("a server believes a key that is made while it runs, and forgets the one before", async () => {
  const authenticator = development();
  expect(await refusal(authenticator, `Bearer ${forge(ec().privateKey)}`)).toContain("without the key");
  expect(existsSync(keyFile)).toBe(false);
  const first = mint();
  expect(await authenticator.authenticate(first)).toMatchObject({ subject: "ann" });
  rmSync(keyFile);
  const second = mint();
  expect(await authenticator.authenticate(second)).toMatchObject({ subject: "ann" });
  expect(await refusal(authenticator, first)).toContain("invalid signature");
});

test("a server with identity configured does not believe development tokens", async () => {
  const configured = createAuthenticator({ claims: CLAIMS, issuers: [jwtSettings(ec())] }, { clock, env: {} });
  expect(await refusal(configured, mint())).toContain("not configured");
  expect(await refusal(configured, undefined)).toBe("no credentials");
});
