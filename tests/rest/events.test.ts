import { createHmac } from "node:crypto";
import { afterAll, beforeAll, beforeEach, describe, expect, onTestFinished, test, vi } from "vitest";
import { createTelemetry } from "../../src/telemetry/index.ts";
import { type Api, startShop } from "../graphql/support.ts";

const SECRET = "a-secret-of-32-letters-or-so-xyz";
const PATH = "/v1/events/refreshed";

let shop: Api;
beforeAll(async () => {
  shop = await startShop({ http: { eventSecret: SECRET }, engine: { cache: { ttlMs: 3_600_000 } } });
});
afterAll(() => shop.close());
beforeEach(() => {
  shop.statements.length = 0;
});

const now = () => Math.floor(Date.now() / 1_000);

/** Signed by hand, as docs/caching.md says. */
function signature(body: string, at = now(), secret = SECRET): string {
  return `t=${at},v1=${createHmac("sha256", secret).update(`${at}.${body}`).digest("hex")}`;
}

let events = 0;
async function tell(event: object, headers?: Readonly<Record<string, string>>) {
  const body = JSON.stringify({ id: String(events++), ...event });
  return send(body, headers ?? { "assay-signature": signature(body) });
}

async function send(body: string, headers: Readonly<Record<string, string>>, api = shop) {
  const { status, text } = await api.http({ path: PATH, body, headers });
  return { status, body: JSON.parse(text) };
}

/** How many statements the question took. */
async function cost(metric: string): Promise<number> {
  const before = shop.statements.length;
  const { data } = await shop.ask(`{ query(input: { metrics: ["${metric}"] }) { rows } }`);
  expect(data.query.rows).toHaveLength(1);
  return shop.statements.length - before;
}

describe("word of a refreshed source", () => {
  test.each(["orders", "shop.orders"])("ends the answers from it and leaves the others: %s", async (source) => {
    for (const metric of ["revenue", "members"]) await cost(metric);
    expect([await cost("revenue"), await cost("members")]).toEqual([0, 0]);
    const told = await tell({ source, partition: "ordered_on=2026-11-20", at: "2026-11-20T06:00:00Z" });
    const body = { refreshed: [{ source, models: ["orders"] }], answers: 1 };
    expect(told).toEqual({ status: 200, body });
    expect([await cost("revenue"), await cost("members")]).toEqual([1, 0]);
    expect(await cost("revenue")).toBe(0);
  });

  test("may be of several sources, also of some that nothing is read from", async () => {
    for (const metric of ["revenue", "members", "per_member"]) await cost(metric);
    const { body } = await tell({ source: ["orders", "customers", "nowhere"] });
    expect(body.answers).toBe(3);
    expect(body.refreshed.map((one: { models: readonly string[] }) => one.models)).toEqual([
      ["orders"],
      ["customers"],
      [],
    ]);
    const message = 'No model, calendar or table here is named "nowhere".';
    expect(body.warnings).toEqual([{ source: "nowhere", code: "UNKNOWN_SOURCE", message }]);
    expect([await cost("revenue"), await cost("members"), await cost("per_member")]).toEqual([1, 1, 1]);
  });
});

test.each(["2026-11-20", "ordered=2026-11-20", "ordered_on=2026-02-31"])(
  "that a partition cannot be told, and all answers ended, is said: %s",
  async (partition) => {
    const { body } = await tell({ source: ["orders", "nowhere"], partition });
    expect(body.warnings.map(({ source, code }: Record<string, string>) => [source, code])).toEqual([
      ["orders", "PARTITION_NOT_USED"],
      ["nowhere", "UNKNOWN_SOURCE"],
    ]);
    expect(body.warnings[0].message).toContain("all answers of orders ended");
  },
);

describe("word that is not to be believed ends nothing", () => {
  const BODY = '{"source":"orders"}';
  test.each([
    ["no signature", {}, "UNAUTHENTICATED"],
    [
      "another secret",
      { "assay-signature": signature(BODY, now(), "another-secret-of-32-letters-xyz") },
      "UNAUTHENTICATED",
    ],
    ["another text", { "assay-signature": signature(`${BODY} `) }, "UNAUTHENTICATED"],
    ["another time", { "assay-signature": signature(BODY).replace(/^t=\d+/, `t=${now() - 1}`) }, "UNAUTHENTICATED"],
    ["two signatures", { "assay-signature": `${signature(BODY)}, ${signature(BODY)}` }, "UNAUTHENTICATED"],
    ["one from before six minutes", { "assay-signature": signature(BODY, now() - 360) }, "SIGNATURE_EXPIRED"],
    ["one of in six minutes", { "assay-signature": signature(BODY, now() + 360) }, "SIGNATURE_EXPIRED"],
  ])("%s", async (_, headers, code) => {
    await cost("revenue");
    const { status, body } = await send(BODY, headers);
    expect([status, body.error.code]).toEqual([401, code]);
    expect(await cost("revenue")).toBe(0);
  });

  test("the same twice", async () => {
    const body = JSON.stringify({ source: "orders", id: "once" });
    const headers = { "assay-signature": signature(body) };
    expect((await send(body, headers)).status).toBe(200);
    await cost("revenue");
    const again = await send(body, headers);
    expect([again.status, again.body.error.code]).toEqual([409, "REPLAYED"]);
    expect(await cost("revenue")).toBe(0);
  });

  test("what is signed and no event", async () => {
    await cost("revenue");
    const wrong = [
      "",
      "[]",
      "null",
      "{}",
      '{"source":""}',
      '{"source":[]}',
      '{"source":["orders",7]}',
      '{"source":"orders","partition":20261120}',
      '{"source":"orders","at":"yesterday"}',
      '{"source":"orders","at":"2026-13-45T99:00:00Z"}',
      '{"source":"orders","table":"x"}',
      JSON.stringify({ source: Array.from({ length: 101 }, (_, i) => `t${i}`) }),
      JSON.stringify({ source: "o".repeat(256) }),
    ];
    for (const body of wrong) {
      const answer = await send(body, { "assay-signature": signature(body) });
      expect([body, answer.status, answer.body.error.code]).toEqual([body, 400, "BAD_REQUEST"]);
    }
    expect(await cost("revenue")).toBe(0);
  });

  test("too much, another method, another type", async () => {
    const long = JSON.stringify({ source: "orders", id: "x".repeat(17_000) });
    expect((await send(long, { "assay-signature": signature(long) })).status).toBe(413);
    const got = await shop.http({ method: "GET", path: PATH });
    expect([got.status, got.headers.allow]).toEqual([405, "POST"]);
    const typed = { "assay-signature": signature(BODY), "content-type": "text/plain" };
    expect((await send(BODY, typed)).status).toBe(415);
  });
});

test("who guesses is made to wait, and who knows the secret is not", async () => {
  // As time goes by, more guesses are looked at.
  const standing = vi.spyOn(performance, "now").mockReturnValue(performance.now());
  onTestFinished(() => standing.mockRestore());
  const guessed = await startShop({ http: { eventSecret: SECRET } });
  const body = '{"source":"orders"}';
  const guess = () => send(body, { "assay-signature": signature(body, now(), "guess") }, guessed);
  const statuses = [];
  for (let i = 0; i < 21; i++) statuses.push((await guess()).status);
  expect(new Set(statuses.slice(0, 20))).toEqual(new Set([401]));
  expect(statuses[20]).toBe(429);
  expect((await send(body, { "assay-signature": signature(body) }, guessed)).status).toBe(200);
  await guessed.close();
});

test("the log says what was refreshed", async () => {
  const lines: string[] = [];
  const telemetry = createTelemetry({ sink: { write: (line: string) => void lines.push(line) } });
  const logged = await startShop({ http: { eventSecret: SECRET, telemetry } });
  const body = '{"source":"orders","partition":"2026-11-20","at":"2026-11-21T05:00:00Z"}';
  await send(body, { "assay-signature": signature(body) }, logged);
  const [line = "{}"] = lines.filter((one) => one.includes("refreshed."));
  expect(JSON.parse(line)).toMatchObject({
    level: "info",
    sources: ["orders"],
    partition: "2026-11-20",
    at: "2026-11-21T05:00:00Z",
    answers: 0,
    warnings: [{ source: "orders", code: "PARTITION_NOT_USED" }],
  });
  const { body: numbers } = await telemetry.text();
  expect(numbers).toContain('assay_request_seconds_count{door="events",status="2xx"} 1\n');
  await logged.close();
});

test("without a secret nothing is there", async () => {
  const closed = await startShop();
  const body = '{"source":"orders"}';
  const { status } = await closed.http({ path: PATH, body, headers: { "assay-signature": signature(body) } });
  expect(status).toBe(404);
  await closed.close();
});
