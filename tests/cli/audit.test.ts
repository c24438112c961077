import { appendFileSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import { beforeAll, beforeEach, expect, test } from "vitest";
import { makeKeys } from "../audit/support.ts";
import { ended, makeShop, printedUntil, type Shop, start } from "./shop.ts";
import { runHere } from "./terminal.ts";

let shop: Shop;
let log: string;
let config: readonly string[];
const data = () => ["--metrics", shop.metrics, "--warehouse", shop.warehouse];

beforeAll(async () => {
  shop = await makeShop();
});

beforeEach(() => {
  log = path.join(shop.folder, "log");
  rmSync(log, { recursive: true, force: true });
  writeFileSync(path.join(shop.folder, "key.pem"), readFileSync(makeKeys().keyFile));
  config = configOf("audit: { folder: log, checkpoint_key_file: key.pem }");
});

function configOf(text: string): readonly string[] {
  const file = path.join(shop.folder, "assay.config.yaml");
  writeFileSync(file, text);
  return ["--config", file];
}

function onlyFile(): string {
  const [file = ""] = readdirSync(log).filter((name) => name.endsWith(".jsonl"));
  return path.join(log, file);
}

test("query records what the settings ask for, and verify and show read it", async () => {
  await runHere(["query", "revenue", ...data(), ...config]);
  await runHere(["query", "revnue", ...data(), ...config]);
  const verified = await runHere(["audit", "verify", ...config]);
  expect(verified).toMatchObject({ code: 0, stderr: "" });
  expect(verified.stdout).toMatch(/^assay {2}1 file {2}6 lines .* closed\n\nwhole; 4 checkpoints\n$/);
  const shown = await runHere(["audit", "show", "--last", "5", "--format", "json", ...config]);
  const kinds = [{ kind: "question", record: { outcome: "answered", rows: 1 } }, { kind: "end" }, { kind: "start" }];
  const refused = { kind: "question", record: { decision: "deny", code: "UNKNOWN_METRIC" } };
  expect(JSON.parse(shown.stdout)).toMatchObject({ lines: [...kinds, refused, { kind: "end" }] });
});

test("verify ends with 1 and names the file and the line of what was changed", async () => {
  await runHere(["query", "revenue", ...data(), ...config]);
  writeFileSync(onlyFile(), readFileSync(onlyFile(), "utf8").replace('"rows":1', '"rows":0'));
  const { code, stdout } = await runHere(["audit", "verify", ...config]);
  expect(code).toBe(1);
  expect(stdout).toContain(`error  ${path.basename(onlyFile())}:2  altered-line  is not as it was written\n`);
  const json = await runHere(["audit", "verify", "--folder", log, "--format", "json"]);
  expect(JSON.parse(json.stdout)).toMatchObject({ findings: [{ kind: "altered-line", line: 2 }] });
});

test("a gap that was looked into is accepted by its hash, and no other gap with it", async () => {
  const verify = async (...flags: string[]) => runHere(["audit", "verify", "--folder", log, ...flags]);
  const crash = async () => {
    appendFileSync(onlyFile(), '{"seq":');
    await runHere(["query", "revenue", ...data(), ...config]);
  };
  await runHere(["query", "revenue", ...data(), ...config]);
  await crash();
  const found = await verify();
  expect(found.code).toBe(1);
  const hash = /--accept ([0-9a-f]{64})/.exec(found.stdout)?.[1] ?? "";
  const accepted = await verify("--accept", hash);
  expect(accepted.code).toBe(0);
  expect(accepted.stdout).toMatch(/\nnote {2}\S+ {2}gap {2}says .*; accepted\n/);
  expect(accepted.stdout).toContain("\nwhole, but for 1 accepted gap; ");
  expect((await verify("--accept", "0".repeat(64))).code).toBe(1);
  expect(await verify("--accept", hash.slice(0, 16))).toMatchObject({ code: 2, stdout: "" });

  await crash();
  const again = await verify("--accept", hash);
  expect(again.code).toBe(1);
  const [, second = ""] = /--accept ([0-9a-f]{64})/.exec(again.stdout) ?? [];
  expect((await verify("--accept", hash, "--accept", second)).stdout).toContain("whole, but for 2 accepted gaps; ");
});

test("where there is no log, verify cannot tell", async () => {
  expect(await runHere(["audit", "verify", ...config])).toMatchObject({ code: 3, stdout: "" });
  mkdirSync(log);
  expect(await runHere(["audit", "verify", "--folder", log])).toMatchObject({ code: 3, stdout: "" });
  expect((await runHere(["audit"])).stderr).toContain("assay audit verify, or assay audit show");
});

test("less than 400 days, and checkpoints without a key, are refused", async () => {
  const short = await runHere(["query", "revenue", ...data(), ...configOf("audit: { keep: 30 d }")]);
  expect(short.code).toBe(2);
  expect(short.stderr).toMatch(/assay\.config\.yaml:1:16.*"audit\.keep".*from 400 d/s);
  const keyless = await runHere(["query", "revenue", ...data(), ...configOf("audit: { checkpoint_folder: there }")]);
  expect(keyless.code).toBe(2);
  expect(keyless.stderr).toContain("openssl genpkey -algorithm ed25519");
});

test("a log that must be kept and cannot be stops the verb before it asks anything", async () => {
  writeFileSync(log, "in the way");
  const { code, stdout, stderr } = await runHere(["query", "revenue", ...data(), ...config]);
  expect({ code, stdout }).toEqual({ code: 3, stdout: "" });
  expect(stderr).toContain("error[AUDIT_UNAVAILABLE]");
});

test("the server records questions, documents and refused credentials, and answers 503 while it cannot", async () => {
  const child = start([
    "serve",
    "--port",
    "0",
    "--format",
    "json",
    ...data(),
    ...configOf("audit: { folder: log, rotate: 100 KB }"),
  ]);
  const outcome = ended(child);
  const { graphql }: { graphql: string } = JSON.parse(await printedUntil("}\n", child));
  const ask = (headers: Record<string, string> = {}) =>
    fetch(graphql, {
      method: "POST",
      headers: { "content-type": "application/json", ...headers },
      body: JSON.stringify({ query: `{ query(input: {metrics: ["revenue"]}) { rows } }` }),
    });
  expect((await ask()).status).toBe(200);
  expect((await ask({ authorization: "Bearer s3cret.s3cret.s3cret" })).status).toBe(401);
  const text = readFileSync(onlyFile(), "utf8");
  expect(text).toMatch(/"consumer":"graphql","document":"[0-9a-f]{64}"/);
  expect(text).toContain('"kind":"authentication"');
  expect(text).not.toContain("s3cret");

  rmSync(log, { recursive: true });
  writeFileSync(log, "in the way");
  expect(await (await ask()).json()).not.toMatchObject({ data: { query: { rows: expect.anything() } } });
  expect((await ask()).status).toBe(503);
  expect(await (await fetch(new URL("/metrics", graphql))).text()).toContain("assay_audit_gaps_total 1");
  rmSync(log);
  mkdirSync(log);
  expect((await ask()).status).toBe(200);
  child.kill("SIGTERM");
  expect(await outcome).toMatchObject({ code: 0, stderr: expect.stringContaining("audit: The audit log in ") });
});
