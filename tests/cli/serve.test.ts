import { createHash } from "node:crypto";
import { once } from "node:events";
import { mkdtempSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { beforeAll, expect, test } from "vitest";
import { inFile } from "../settings/support.ts";
import { assay, DEFINITIONS, ended, makeShop, printedUntil, type Shop, start, writeDefinitions } from "./shop.ts";
import { runHere } from "./terminal.ts";

let shop: Shop;
const inShop = (...args: string[]) => ["serve", ...args, "--metrics", shop.metrics, "--warehouse", shop.warehouse];

beforeAll(async () => {
  shop = await makeShop();
});

function urlIn(printed: string): string {
  return /curl -s (\S+) /.exec(printed)?.[1] ?? "";
}

function ask(url: string, headers: Readonly<Record<string, string>> = {}): Promise<Response> {
  const body = JSON.stringify({ query: `{ query(input: { metrics: ["revenue"] }) { rows } }` });
  return fetch(url, { method: "POST", headers: { "content-type": "application/json", ...headers }, body });
}

test("the server answers what it prints, and ends cleanly when told to", async () => {
  const child = start(inShop("--port", "0"));
  const outcome = ended(child);
  const printed = await printedUntil("assay audit show", child);
  expect(printed).toContain("Assay serves 3 metrics of 2 models from ");
  expect(printed).toContain("everyone on this machine is the operator");
  expect(printed).toContain(`\n  Audit log  ${join(".assay", "audit")} (assay audit show)\n`);

  const [, url = "", body = ""] = /curl -s (\S+) .* -d '(.*)'/.exec(printed) ?? [];
  const answer = await fetch(url, { method: "POST", headers: { "content-type": "application/json" }, body });
  expect(await answer.json()).toMatchObject({
    data: { query: { columns: [{ name: "revenue" }], rows: [["2625.50"]] } },
  });
  expect((await fetch(new URL("/health/ready", url))).status).toBe(200);

  child.kill("SIGTERM");
  const { code, stderr } = await outcome;
  expect(code).toBe(0);
  const lines = stderr.trimEnd().split("\n");
  expect(lines[0]).toMatch(
    /^\{"level":"info","time":"[^"]+","requestId":"[0-9a-f]{32}","door":"graphql","status":200,[^\n]*\}$/,
  );
  const catalogVersion = expect.stringMatching(/^[0-9a-f]+$/);
  expect(lines.slice(1).map((line) => JSON.parse(line))).toMatchObject(
    [
      ["The server was told to stop, and answers for a while yet.", { delayMs: 250, graceMs: 10_000, questions: 0 }],
      ["The server takes no more connections, and lets requests under way end.", { questions: 0 }],
      ["The server has ended.", { cut: 0, ms: expect.any(Number) }],
    ].map(([message, fields]) => ({ level: "info", message, catalogVersion, signal: "SIGTERM", ...Object(fields) })),
  );
});

async function described(url: string, metric: string): Promise<unknown> {
  const body = JSON.stringify({ query: `{ metric(name: "${metric}") { description } }` });
  const answer = await fetch(url, { method: "POST", headers: { "content-type": "application/json" }, body });
  return (
    ((await answer.json()) as { data: { metric: { description: string } | null } }).data.metric?.description ?? null
  );
}

test.each(["--watch", "SIGHUP"])(
  "definitions that change are served without a stop, by %s, and broken ones never",
  async (how) => {
    const folder = mkdtempSync(join(tmpdir(), "assay-watched-"));
    writeDefinitions(folder, DEFINITIONS);
    const watched = how === "--watch" ? ["--watch"] : [];
    const child = start(["serve", "--port", "0", ...watched, "--metrics", folder, "--warehouse", shop.warehouse]);
    const outcome = ended(child);
    const url = urlIn(await printedUntil("assay audit show", child));
    const change = (text: string): void => {
      writeFileSync(join(folder, "metrics.yaml"), text);
      if (how === "SIGHUP") child.kill("SIGHUP");
    };
    expect(await described(url, "revenue")).not.toBe("Written anew.");
    change(DEFINITIONS["metrics.yaml"].replace(/description: .*/, "description: Written anew."));
    await expect.poll(() => described(url, "revenue")).toBe("Written anew.");

    change("metric: revenue\ndescription: Broken.\nmodel: nowhere\n");
    const whoami = new URL("/graphql/whoami", url);
    const problem = async () =>
      ((await (await fetch(whoami)).json()) as { definitionsProblem: string | null }).definitionsProblem;
    await expect.poll(problem).toMatch(/metrics\.yaml:\d+:\d+ /);
    expect(await described(url, "revenue")).toBe("Written anew.");
    const numbers = await (await fetch(new URL("/metrics", url))).text();
    expect(numbers).toMatch(/assay_reloads_total\{outcome="refused"\} [1-9]/);
    child.kill("SIGTERM");
    const { code, stderr } = await outcome;
    expect(code).toBe(0);
    expect(stderr).toContain("metrics.yaml:");
  },
);

test("told to stop it is not ready at once, answers those who still ask, and ends without failing any", async () => {
  // Long enough for a slow machine to look in time.
  const config = inFile("server: { drain: { delay: 3 s } }");
  const child = start(inShop("--port", "0", "--config", config));
  const outcome = ended(child);
  const url = urlIn(await printedUntil("assay audit show", child));
  const ready = async () => {
    const answer = await fetch(new URL("/health/ready", url));
    return { status: answer.status, body: await answer.json() };
  };
  expect(await ready()).toEqual({ status: 200, body: { status: "ready", reasons: [] } });
  child.kill("SIGTERM");
  await expect
    .poll(ready, { interval: 10 })
    .toEqual({ status: 503, body: { status: "unavailable", reasons: ["stopping"] } });
  const last = await ask(url);
  expect(last.headers.get("connection")).toBe("close");
  expect(await last.json()).toMatchObject({ data: { query: { rows: [["2625.50"]] } } });
  expect((await outcome).code).toBe(0);
});

test("where policies name roles, it says how to be somebody who holds one", async () => {
  const child = start(["serve", "--port", "0"]);
  const outcome = ended(child);
  const printed = await printedUntil("Principals", child);
  expect(printed).toContain("  Principals analyst (tenant), regional_analyst (tenant, regions), ");
  child.kill("SIGTERM");
  expect(await outcome).toMatchObject({ code: 0 });
});

test("programs learn the address from one document", async () => {
  const child = start(inShop("--port", "0", "--format", "json"));
  const outcome = ended(child);
  const printed: unknown = JSON.parse(await printedUntil("}\n", child));
  expect(printed).toMatchObject({ url: expect.stringMatching(/^http:\/\/127\.0\.0\.1:\d+$/), metrics: 3, models: 2 });
  child.kill("SIGINT");
  child.kill("SIGINT"); // as under npm, which hands on what the terminal has already sent
  expect(await outcome).toMatchObject({ code: 0 });
});

test("a busy port is said, with another way", async () => {
  const other = createServer().listen(0, "127.0.0.1");
  await once(other, "listening");
  const address = other.address();
  const port = typeof address === "object" && address ? String(address.port) : "";
  const { code, stderr } = await assay(inShop(), { env: { PORT: port } });
  other.close();
  expect(code).toBe(2);
  expect(stderr).toBe(
    `error[INVALID_ARGUMENTS]: Port ${port} on 127.0.0.1 is in use by another program.\n  help: choose another: --port 4001, or PORT=4001\n`,
  );
});

test.each(["0.0.0.0", "::", "192.0.2.1", "example.org"])(
  "%s is refused while nobody has to say who they are",
  async (host) => {
    const { code, stderr } = await runHere(inShop("--port", "0"), { env: { HOST: host } });
    expect(code).toBe(2);
    expect(stderr).toContain(`error[ANONYMOUS_REFUSED]: Will not listen on ${host}: no identity is configured`);
  },
);

test("others are let in where that is said in so many words, and then every token is refused", async () => {
  const child = start(inShop("--port", "0", "--host", "0.0.0.0"), {
    cwd: shop.folder,
    env: { ALLOW_ANONYMOUS: "true" },
  });
  const outcome = ended(child);
  const printed = await printedUntil("Access", child);
  expect(printed).toContain("others may connect: everyone is the operator and sees every row; tokens are refused");
  expect((await ask(urlIn(printed))).status).toBe(200);
  const { stdout } = await assay(["token", "--role", "analyst", "--metrics", shop.metrics], { cwd: shop.folder });
  expect(stdout).toMatch(/^[\w-]+\.[\w-]+\.[\w-]+\n$/);
  expect((await ask(urlIn(printed), { authorization: `Bearer ${stdout.trim()}` })).status).toBe(401);
  child.kill("SIGTERM");
  expect(await outcome).toMatchObject({ code: 0 });
});

test("with identity the server may listen anywhere, nobody comes in without a token, and the page names nothing", async () => {
  const token = "a-service-token-of-this-test-0123456789";
  const config = inFile(
    "identity: { service_tokens: [{ name: nightly, sha256: { env: NIGHTLY }, roles: [analyst] }] }",
  );
  const metrics = writeDefinitions(join(dirname(config), "metrics"), {
    ...DEFINITIONS,
    "policies.yaml": "policy: orders\nroles: { analyst: { rows: all, fields: all } }\n",
    "project.yaml": "project: shop\ncache: { refresh: probe }\n",
  });
  const child = start(
    [
      "serve",
      "--port",
      "0",
      "--host",
      "0.0.0.0",
      "--metrics",
      metrics,
      "--warehouse",
      shop.warehouse,
      "--config",
      config,
    ],
    { env: { NIGHTLY: createHash("sha256").update(token).digest("hex") } },
  );
  const outcome = ended(child);
  const printed = await printedUntil("Access", child);
  expect(printed).toContain("identity is configured: every request needs a token");
  expect(printed).toContain('-H "authorization: Bearer $TOKEN"');
  const url = urlIn(printed);
  expect((await ask(url)).status).toBe(401);
  expect((await ask(url, { authorization: `Bearer ${token}x` })).status).toBe(401);
  const answer = await ask(url, { authorization: `Bearer ${token}` });
  expect(await answer.json()).toMatchObject({ data: { query: { rows: [["2625.50"]] } } });
  const page = await (await fetch(url, { headers: { accept: "text/html" } })).text();
  expect(page).toContain('id="tabs">[{"query":"{\\n  __typename\\n}\\n"}]<');
  expect((await fetch(new URL("/health/ready", url))).status).toBe(200);
  expect((await fetch(new URL("/metrics", url))).status).toBe(401);
  child.kill("SIGTERM");
  const { code, stdout, stderr } = await outcome;
  expect(code).toBe(0);
  expect(stderr).toContain("A credential was refused.");
  expect(stderr).toMatch(
    /"model":"orders","why":"the warehouse does not remember [^\n]*No answer with this model is kept/,
  );
  expect(stdout + stderr).not.toContain(token);
});

test.each([
  ["identity: {}", {}, /:1:\d+: "identity": nobody could come in/],
  [
    "identity: { service_tokens: [{ name: nightly, sha256: { env: UNSET_HERE } }] }",
    {},
    /:1:\d+: "identity\.service_tokens": UNSET_HERE is not set\./,
  ],
  [
    "identity: { jwt: [{ issuer: a, audience: b, algorithm: RS256, typ: JWT, keys: { jwks: 'http://a.example' } }] }",
    {},
    /:1:\d+: "identity\.jwt\[1\]\.keys\.jwks": must begin with https/,
  ],
  [
    "identity: { service_tokens: [{ name: a, sha256: { env: X }, claims: { tenant: 1 } }] }",
    {},
    /:1:\d+: "identity\.service_tokens\[1\]\.claims\.tenant": no such claim is declared/,
  ],
  [
    "identity: { service_tokens: [{ name: a, sha256: { env: X } }] }",
    { ALLOW_ANONYMOUS: "true" },
    /"server\.allow_anonymous" \(the environment variable ALLOW_ANONYMOUS\) and "identity" contradict each other/,
  ],
  ["graphql: { persisted: only }", {}, /"graphql\.persisted" \(\S+:1:\d+\) is "only", and no documents are named/],
  ["graphql: { persisted: open, documents: nowhere }", {}, /"graphql\.documents" \(\S+:1:\d+\): ENOENT/],
])("%s with %j does not start, and says which setting", async (text, env, message) => {
  const { code, stdout, stderr } = await runHere(inShop("--port", "0", "--config", inFile(text)), { env });
  expect([code, stdout]).toEqual([2, ""]);
  expect(stderr).toMatch(message);
  expect(stderr).toContain("error[INVALID_SETTINGS]");
});

test.each(["65536", "4000x", "-1"])("port %s is refused", async (port) => {
  const { code, stderr } = await runHere(inShop(`--port=${port}`));
  expect(code).toBe(2);
  expect(stderr).toContain(`The port must be a number from 0 to 65535, not "${port}".`);
});

test("a promise that is rejected while nobody waits for it is told in the log, and the server answers on", async () => {
  const slip = 'process.on("SIGUSR2", () => void Promise.reject(new Error("Nobody waits for this.")));';
  const flags = { NODE_OPTIONS: `--import data:text/javascript,${encodeURIComponent(slip)}` };
  const child = start(inShop("--port", "0"), { env: flags });
  const outcome = ended(child);
  const url = urlIn(await printedUntil("assay audit show", child));
  const told = new Promise<void>((resolve) => {
    child.stderr?.on("data", (chunk: Buffer) => chunk.includes("A promise was rejected") && resolve());
  });
  child.kill("SIGUSR2");
  await told;
  expect(await (await ask(url)).json()).toMatchObject({ data: { query: { rows: [["2625.50"]] } } });
  child.kill("SIGTERM");
  const { code, stderr } = await outcome;
  expect(code).toBe(0);
  expect(stderr).toContain("Nobody waits for this.");
});
