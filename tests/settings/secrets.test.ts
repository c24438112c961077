import { expect, test } from "vitest";
import { hasPassword } from "../../src/settings/secrets.ts";
import { assay } from "../cli/shop.ts";
import { runHere } from "../cli/terminal.ts";
import { inFile } from "./support.ts";

/** Distinct enough to be found in whatever is printed, and without letters that a message could hold anyway. */
const SECRET = "hunter2xyzzy";

test.each([
  `warehouse: { password: ${SECRET} }`,
  `warehouse:\n  password: "${SECRET}"`,
  `warehouse:\n  password: |\n    ${SECRET}\n`,
  `warehouse: { password: [${SECRET}] }`,
  `warehouse: { password: { ${SECRET} } }`,
  `warehouse: { password: { value: ${SECRET} } }`,
  `warehouse: { password: { env: '$${SECRET}' } }`,
  `warehouse: { password: a,${SECRET} }`,
  `warehouse: { password: 0${SECRET.length}, nonsense: '${SECRET}' }`,
  `warehouse: { password: !${SECRET} }`,
  `warehouse: { password: *${SECRET} }`,
  `warehouse: { password: "${SECRET}\\q" }`,
  `warehouse: { password: '${SECRET}', passwrd: 1 }`,
  `warehouse: { passwrd: ${SECRET} }`,
  `warehouse: { pw: &a ${SECRET} }`,
  `warehouse: { password: { env: PGPASSWORD } ${SECRET} }`,
  `warehouse: { url: postgres://reader:${SECRET}@h/db }`,
  `warehouse: { url: 'postgres://reader:${SECRET}@h:x/db' }`,
  `warehouse: { url: 'postgres://reader:${SECRET}/@h/db' }`,
  `warehouse: { url: 'postgres://h/db?user=a&password=${SECRET}' }`,
  `warehouse: { url: 'reader:${SECRET}@h/db' }`,
  `warehouse: { url: { ${SECRET}: 1 } }`,
  `warehouse: { replicas: ['postgres://a/db', 'postgres://u:${SECRET}@b/db'] }`,
  `warehouse: { replicas: '${SECRET}@b/db' }`,
  `warehouse: { bigquery: { api_endpoint: 'http://u:${SECRET}@h' } }`,
  `identity: { jwt: [{ keys: { secret: ${SECRET} } }] }`,
  `identity: { jwt: [{ keys: { secret: [${SECRET}] } }] }`,
  `identity: { jwt: [{ keys: ${SECRET} }] }`,
  `identity: { jwt: [{ keys: { jwks: https://u:${SECRET}@h } }] }`,
  `identity: { service_tokens: [{ name: a, sha256: ${SECRET} }] }`,
  `identity: { service_tokens: [${SECRET}] }`,
  `identity: { service_tokens: ${SECRET} }`,
  `metrics: https://u:${SECRET}@h/repository`,
])("%s is refused, and no verb repeats the secret", async (text) => {
  const file = inFile(text);
  for (const argv of [
    ["check"],
    ["check", "--format", "json"],
    ["query", "revenue"],
    ["query", "revenue", "--format", "json"],
    ["serve", "--port", "0"],
  ]) {
    const { code, stdout, stderr } = await runHere([...argv, "--config", file]);
    expect(code, argv.join(" ")).toBe(2);
    expect(stdout + stderr).toContain(file);
    expect(stdout + stderr).not.toContain(SECRET);
  }
});

test.each([
  ["postgres://reader@h/db", false],
  ["postgres://reader@h:5432/db?sslmode=require", false],
  ["duckdb:shop.duckdb", false],
  ["bigquery://p/d?location=EU", false],
  ["postgres://reader:@h/db", true],
  ["postgres://reader:x@h/db", true],
  ["POSTGRES://reader:x@h/db", true],
  ["//reader:x@h/db", true],
  ["postgres://h/db?PASSWORD=x", true],
  ["postgres://first,second/db?sslmode=require&pass%77ord=x", true],
])("%s: a password stands in it: %s", (url, expected) => {
  expect(hasPassword(url)).toBe(expected);
});

test("a secret from the environment or a file is in no message, document, help or announcement", async () => {
  const url = `postgres://reader:${SECRET}@127.0.0.1:1/shop`;
  const byVariable = inFile("warehouse: { url: 'postgres://reader@127.0.0.1:1/shop', password: { env: PW_OF_TEST } }");
  const byFile = inFile(
    `warehouse: { url: 'postgres://reader@127.0.0.1:1/shop', password: { file: ${inFile(SECRET, "pw")} } }`,
  );
  const ways = [
    { args: [], env: { WAREHOUSE_URL: url } },
    { args: ["--warehouse", url], env: {} },
    { args: ["--config", byVariable], env: { PW_OF_TEST: SECRET } },
    { args: ["--config", byFile], env: {} },
  ];
  for (const { args, env } of ways) {
    for (const argv of [
      ["query", "revenue", ...args],
      ["query", "revenue", "--format", "json", ...args],
      ["serve", "--port", "0", ...args],
    ]) {
      const { code, stdout, stderr } = await runHere(argv, { env });
      expect(code, argv.join(" ")).toBe(3);
      expect(stderr).toContain("postgres://127.0.0.1:1/shop");
      expect(stdout + stderr).not.toContain(SECRET);
    }
    for (const verb of ["serve", "check", "query"]) {
      const { stdout, stderr } = await runHere([verb, "--help"], { env });
      expect(stdout).toContain("--config FILE");
      expect(stdout + stderr).not.toContain(SECRET);
    }
  }
});

test("a whole process that fails over its settings ends with one message and no stack", async () => {
  const file = inFile(`warehouse: { password: ${SECRET} }`);
  expect(await assay(["query", "revenue"], { env: { ASSAY_CONFIG: file } })).toEqual({
    code: 2,
    stdout: "",
    stderr: expect.stringMatching(
      /^error\[INVALID_SETTINGS\]: \S+:1:24: "warehouse\.password" holds a secret.*\n {2}help: .*\n$/,
    ),
  });
});
