import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { type Api, startApi, startShop } from "../graphql/support.ts";
import { inFile } from "../settings/support.ts";
import { assay, ended, makeShop, printedUntil, start } from "./shop.ts";
import { runHere } from "./terminal.ts";

const SECRET = "a-secret-of-32-letters-or-so-xyz";
const ENV = { ASSAY_EVENTS_SECRET: SECRET };

let shop: Api;
let deaf: Api;
let url: string;
beforeAll(async () => {
  shop = await startShop({ http: { eventSecret: SECRET }, engine: { cache: { ttlMs: 3_600_000 } } });
  deaf = await startShop();
  url = `http://127.0.0.1:${shop.port}`;
});
afterAll(async () => {
  await shop.close();
  await deaf.close();
});
beforeEach(async () => {
  for (const metric of ["revenue", "members"]) await cost(metric);
});

async function cost(metric: string): Promise<number> {
  const before = shop.statements.length;
  await shop.ask(`{ query(input: { metrics: ["${metric}"] }) { rows } }`);
  return shop.statements.length - before;
}

const tell = (...args: string[]) => runHere(["refreshed", ...args], { env: ENV });

test("the program tells the server, and only answers from the source are asked for again", async () => {
  const args = ["refreshed", "--source", "shop.orders", "--partition", "ordered_on=2026-11-20", "--url", url];
  expect(await assay(args, { env: ENV })).toEqual({ code: 0, stdout: `${url}: 1 answer of orders\n`, stderr: "" });
  expect([await cost("revenue"), await cost("members")]).toEqual([1, 0]);
});

test("for programs it prints one document, with every server", async () => {
  const { code, stdout } = await tell("--source", "orders", "--source", "customers", "--url", url, "--format", "json");
  const refreshed = [
    { source: "orders", models: ["orders"] },
    { source: "customers", models: ["customers"] },
  ];
  expect([code, JSON.parse(stdout)]).toEqual([0, { servers: [{ url, refreshed, answers: 2 }] }]);
});

test("the same may be told at once and again", async () => {
  const all = await Promise.all([1, 2, 3].map(() => tell("--source", "orders", "--url", `${url}/`)));
  expect(all.map(({ code }) => code)).toEqual([0, 0, 0]);
});

test("a partition that was not used is said, and is no finding", async () => {
  const { code, stdout, stderr } = await tell("--source", "orders", "--partition", "2026-11-20", "--url", url);
  expect([code, stdout]).toEqual([0, `${url}: 1 answer of orders\n`]);
  expect(stderr).toMatch(/: The partition was not used: all answers of orders ended\. .*partition: true.*\n$/);
});

test("a name that nothing has is a finding, also where an author's SELECT may read any table", async () => {
  const metrics = mkdtempSync(join(tmpdir(), "assay-selects-"));
  const select = "description: Rows.\nowner: us\nprimary_key: id\nprimary_entity: thing\ncolumns: { id: int }\n";
  writeFileSync(
    join(metrics, "models.yaml"),
    `model: orders\ntable: shop.orders\n${select}---\nmodel: news\nsql: select id from raw."events"\n${select.replace("thing", "other")}`,
  );
  const api = await startApi(metrics, "duckdb::memory:", { http: { eventSecret: SECRET } });
  const at = `http://127.0.0.1:${api.port}`;
  const wrong = await tell("--source", "ordrs", "--url", at);
  const near = 'No model, calendar or table here is named "ordrs"; did you mean "orders"?';
  const rest = "Only answers of models with SQL of their own ended: news.";
  expect(wrong).toEqual({ code: 1, stdout: `${at}: 0 answers of news\n`, stderr: `${at}: ${near} ${rest}\n` });
  for (const source of ["raw.events", "EVENTS", "news", "shop.orders"]) {
    expect(await tell("--source", source, "--url", at)).toMatchObject({ code: 0, stderr: "" });
  }
  expect((await tell("--source", "other.events", "--url", at)).code).toBe(1);
  const parted = await tell("--source", "news", "--partition", "2026-11-20", "--url", at);
  expect(parted.stderr).toContain("all answers of news ended. A model with SQL of its own has no partitions.");
  await api.close();
});

test("a source that nothing is read from is a finding", async () => {
  const { code, stderr } = await tell("--source", "ordres", "--source", "orders", "--url", url);
  expect([code, stderr]).toEqual([
    1,
    `${url}: No model, calendar or table here is named "ordres"; did you mean "orders"?\n`,
  ]);
  expect(await cost("revenue")).toBe(1);
});

test("a server that refuses is a finding, and the others are told all the same", async () => {
  const other = `http://127.0.0.1:${deaf.port}`;
  const { code, stderr } = await tell("--source", "orders", "--url", other, "--url", url);
  expect([code, stderr]).toEqual([
    1,
    `${other}: no events are taken there: set events.secret in the settings of the server\n`,
  ]);
  expect(await cost("revenue")).toBe(1);
});

test("another secret is refused, and never shown", async () => {
  const wrong = "wrong-secret-of-32-letters-or-so";
  const args = ["refreshed", "--source", "orders", "--url", url];
  const { code, stdout, stderr } = await runHere(args, { env: { ASSAY_EVENTS_SECRET: wrong } });
  expect([code, stdout]).toEqual([1, ""]);
  expect(stderr).toContain("not of this text and secret");
  expect(stderr).not.toContain(wrong);
  expect(await cost("revenue")).toBe(0);
});

test("a server that nobody reaches leaves it open", async () => {
  const { code, stdout } = await tell("--source", "orders", "--url", "http://127.0.0.1:1", "--format", "json");
  expect([code, JSON.parse(stdout)]).toEqual([
    3,
    { servers: [{ url: "http://127.0.0.1:1", error: { message: "no server answers there" } }] },
  ]);
});

describe("what cannot be sent", () => {
  test.each([
    [[], ENV, "Say which source was refreshed."],
    [["--source", "orders"], {}, "set ASSAY_EVENTS_SECRET, or events.secret of the settings"],
    [["--source", "orders", "--at", "yesterday"], ENV, '"at" is an instant'],
    [["--source", "orders", "--url", "ftp://x"], ENV, "--url is the address of a server"],
    [["--source", "orders", "--url", "http://me:pw@127.0.0.1"], ENV, "without a name or password"],
  ])("%j", async (args, env, words) => {
    const toShop = args.includes("--at") ? ["--url", url] : [];
    const { code, stderr } = await runHere(["refreshed", ...args, ...toShop], { env });
    expect(code).toBe(2);
    expect(stderr).toContain(words);
    expect(stderr).not.toContain("pw@");
  });
});

test("the settings name the secret of the server, and of who tells it", async () => {
  const { metrics, warehouse } = await makeShop();
  const config = inFile("events: { secret: { env: SECRET } }\ncache: { ttl: 1 h }\naudit: { enabled: false }\n");
  const env = { SECRET };
  const child = start(["serve", "--port", "0", "--config", config, "--metrics", metrics, "--warehouse", warehouse], {
    env,
  });
  const outcome = ended(child);
  const [, origin = ""] = /curl -s (\S+)\/graphql /.exec(await printedUntil("curl -s ", child)) ?? [];
  const args = ["refreshed", "--source", "orders", "--config", config, "--url", origin];
  expect(await runHere(args, { env })).toMatchObject({ code: 0, stdout: `${origin}: 0 answers of orders\n` });
  child.kill("SIGTERM");
  expect((await outcome).code).toBe(0);
});

test("a secret that is short or stands in the file is refused", async () => {
  const refused = async (text: string, env = {}) => {
    const { code, stderr } = await runHere(["refreshed", "--source", "orders", "--config", inFile(text)], { env });
    return [code, stderr];
  };
  const short = await refused("events: { secret: { env: SECRET } }", { SECRET: "short" });
  expect(short).toEqual([2, expect.stringContaining('"events.secret" is too short to be a secret')]);
  const [code, stderr] = await refused(`events: { secret: ${SECRET} }`);
  expect(code).toBe(2);
  expect(stderr).not.toContain(SECRET);
});
