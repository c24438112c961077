import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { beforeAll, expect, test } from "vitest";
import { inFile } from "../settings/support.ts";
import { DEFINITIONS, makeShop, type Shop, writeDefinitions } from "./shop.ts";
import { runHere } from "./terminal.ts";

const POLICY = "policy: customers\nroles: { a: { rows: all, fields: all, masks: { region: hash } } }\n";
const IDENTITY = "identity: { service_tokens: [{ name: nightly, sha256: { env: NIGHTLY }, roles: [a] }] }\n";
const KEY = "a-secret-of-32-letters-or-so-xyz";

let shop: Shop;
let metrics: string;

beforeAll(async () => {
  shop = await makeShop();
  metrics = writeDefinitions(mkdtempSync(join(tmpdir(), "assay-hash-")), { ...DEFINITIONS, "policy.yaml": POLICY });
});

test("where others are let in, a hash without a key is a warning of assay check", async () => {
  const check = async (text: string) => runHere(["check", "--metrics", metrics, "--config", inFile(text)]);
  expect((await check(IDENTITY)).stdout).toMatch(/warning {2}settings\/no-hash-key\n.*: customers has one/);
  expect((await check(`${IDENTITY}policy: { hash_key: { env: K } }`)).stdout).not.toContain("no-hash-key");
  expect((await check("limits: { max_rows: 5 }")).stdout).not.toContain("no-hash-key");
});

test.each([
  [{}, 'comes from the environment variable "K", which is not set'],
  [{ K: "short" }, "is too short to be a secret"],
])("the key has to be there and be a secret: %j", async (env, words) => {
  const file = inFile("policy: { hash_key: { env: K } }");
  const argv = ["query", "revenue", "--metrics", metrics, "--warehouse", shop.warehouse, "--config", file];
  const { code, stderr } = await runHere(argv, { env });
  expect(code).toBe(2);
  expect(stderr).toContain(`"policy.hash_key" ${words}`);
});

test("assay query hashes with the key of the settings, and assay access explain does not show it", async () => {
  const file = inFile(`policy: { hash_key: { file: key } }`);
  const key = inFile(KEY, "key");
  const config = inFile(`policy: { hash_key: { file: ${key} } }`);
  const as = inFile(JSON.stringify({ roles: ["a"], claims: {} }), "as.json");
  const rest = ["--by", "customer__region", "--as", as, "--metrics", metrics, "--warehouse", shop.warehouse];
  const values = async (...more: string[]) => (await runHere(["query", ...rest, "--format", "json", ...more])).stdout;
  expect(await values("--config", config)).toMatch(/[0-9a-f]{64}/);
  expect(await values("--config", config)).not.toBe(await values("--config", inFile("limits: { max_rows: 99 }")));
  const told = await runHere(["access", "explain", ...rest, "--config", config]);
  expect(told.code).toBe(0);
  expect(told.stdout).toContain('"policy.hash_key"');
  expect(told.stdout).not.toContain(KEY);
  // A path counts from the folder of the file.
  expect((await runHere(["query", ...rest, "--config", file])).stderr).toContain("no such file");
});

test("assay serve says so once, and goes on to open the warehouse", async () => {
  const argv = ["serve", "--port", "0", "--metrics", metrics, "--warehouse", "duckdb:/nowhere/shop.duckdb"];
  const env = { NIGHTLY: "0".repeat(64), K: KEY };
  const { code, stderr } = await runHere([...argv, "--config", inFile(IDENTITY)], { env });
  expect(code).toBe(3);
  expect(stderr.match(/Masks by hash can be guessed: customers has one/g)).toHaveLength(1);
  const keyed = await runHere([...argv, "--config", inFile(`${IDENTITY}policy: { hash_key: { env: K } }`)], { env });
  expect(keyed.code).toBe(3);
  expect(keyed.stderr).not.toContain("Masks by hash");
});
