import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { describe, expect, test } from "vitest";
import { createDevelopmentAuthenticator } from "../../src/identity/index.ts";
import { runHere } from "./terminal.ts";

const folder = mkdtempSync(path.join(tmpdir(), "assay-token-"));
const MAIN = path.resolve("src/cli/main.ts");

const metrics = path.join(folder, "metrics");
mkdirSync(metrics);
writeFileSync(
  path.join(metrics, "project.yaml"),
  "project: shop\nclaims: { region: string, a: int, b: string, regions: { list: string } }\n---\nmodel: orders\ntable: orders\n",
);

/** In a folder of its own: the key is kept where the program runs, and claims are declared beside the metrics. */
function assayToken(...args: string[]) {
  return spawnSync(process.execPath, [MAIN, "token", ...args], { cwd: folder, encoding: "utf8" });
}

const authenticator = createDevelopmentAuthenticator(
  new Map([["region", { type: "string" }]]),
  path.join(folder, ".assay", "dev-key.pem"),
);

describe("assay token", () => {
  test("prints the token alone, which the server of that folder takes for its principal", async () => {
    const { status, stdout, stderr } = assayToken("--role", "analyst", "--role", "viewer", "--claim", "region=EMEA=1");
    expect(status).toBe(0);
    expect(stdout).toMatch(/^[\w-]+\.[\w-]+\.[\w-]+\n$/);
    expect(stderr).toMatch(/^Good until \d{4}-.*dev-key\.pem\.\n$/);
    expect(await authenticator.authenticate(`Bearer ${stdout.trim()}`)).toMatchObject({
      kind: "user",
      subject: "developer",
      roles: ["analyst", "viewer"],
      claims: { region: "EMEA=1" },
    });
  });

  test("as JSON it says until when, and without a role it says what that means", async () => {
    const { stdout, stderr } = assayToken("--subject", "ann", "--expires", "30m", "--format", "json");
    const { token, expires }: { token: string; expires: string } = JSON.parse(stdout);
    expect(stderr).toContain("It has no role");
    expect(await authenticator.authenticate(`Bearer ${token}`)).toMatchObject({ subject: "ann", roles: [] });
    expect(Date.parse(expires) - Date.now()).toBeLessThan(31 * 60_000);
  });

  test.each([
    [["--claim", "region"], "--claim is NAME=VALUE"],
    [["--claim", "=x"], "--claim is NAME=VALUE"],
    [["--claim", "__proto__=x"], "--claim is NAME=VALUE"],
    [["--claim", "a=1", "--claim", "a=2"], 'Claim "a" is given twice.'],
    [["--claim", "b=\u0000"], "is no string"],
    [["--claim", "a=one"], "is no int"],
    [["--claim", "c=1"], 'No policy can read claim "c".\n  help: the project declares region, a, b, regions'],
    [["--expires", "8"], "--expires is a time up to 30d"],
    [["--expires", "0s"], "--expires is a time up to 30d"],
    [["--expires", "31d"], "--expires is a time up to 30d"],
    [["--role", "a\nb"], "--role"],
    [["--subject", "a\nb"], "--subject"],
    [["analyst"], "assay token takes flags only"],
  ])("%j is unusable, and says why", async (args, message) => {
    const { code, stdout, stderr } = await runHere(["token", ...args], { env: { METRICS_DIR: metrics } });
    expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
    expect(stderr).toContain(message);
  });
});
