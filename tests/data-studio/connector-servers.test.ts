import type { IncomingMessage, RequestListener, ServerResponse } from "node:http";
import { afterEach, describe, expect, test } from "vitest";
import { ANN, CLEO, chart, dataOf, failure, openBuilt, serve } from "./connector.ts";
import { type AppsScript, UserError } from "./fake/script.ts";
import type { Viewer } from "./fake/services.ts";

const REQUEST = chart(["order__region", "orders"]);

/** What somebody is told who asks. */
const failing = (script: AppsScript, request: object = REQUEST, name = "getData", viewer: Viewer = ANN) =>
  failure(script.call(viewer, name, request));

describe("a server that is not what it should be", () => {
  const opened: { close(): Promise<void> }[] = [];
  afterEach(async () => {
    for (const one of opened.splice(0)) await one.close();
  });

  /** Not our server: what stands in front of it, or what somebody put there. */
  async function against(listener: RequestListener, script: object = {}): Promise<AppsScript> {
    const server = await serve(listener);
    const built = openBuilt([server.url], { script });
    opened.push(built, server);
    return built.script;
  }

  const answers =
    (...replies: readonly (readonly [number, string, Record<string, string>?])[]): RequestListener =>
    (req: IncomingMessage, res: ServerResponse) => {
      req.resume();
      const [status, body, headers = {}] = (replies.length > 1 ? queue(replies).shift() : replies[0]) ?? [500, ""];
      res.writeHead(status, headers).end(body);
    };
  const queues = new Map<unknown, (readonly [number, string, Record<string, string>?])[]>();
  const queue = (replies: readonly (readonly [number, string, Record<string, string>?])[]) => {
    const left = queues.get(replies) ?? [...replies];
    queues.set(replies, left);
    return left;
  };

  const READY = JSON.stringify({
    status: "ready",
    schema: ["order__region", "orders"].map((name, i) => ({
      name,
      label: name,
      description: "",
      group: "",
      dataType: i ? "NUMBER" : "STRING",
      semantics: i
        ? { conceptType: "METRIC", semanticType: "NUMBER", isReaggregatable: true }
        : { conceptType: "DIMENSION", semanticType: "TEXT" },
    })),
    rows: [{ values: ["EMEA", "7"] }],
    page: null,
    filtersApplied: true,
    cacheSeconds: 0,
  });

  test("down", async () => {
    const built = openBuilt(["http://127.0.0.1:1"]);
    opened.push(built);
    for (const name of ["getConfig", "getSchema", "getData"]) {
      const error = await failing(built.script, REQUEST, name);
      expect([error.message, error.debug]).toEqual([expect.stringContaining("cannot be reached"), "UNREACHABLE"]);
    }
  });

  test("answering not within the minute of a fetch", async () => {
    const script = await against(() => {}, { fetchLimitMs: 50 });
    expect((await failing(script)).debug).toBe("UNREACHABLE");
  });

  test.each([
    ["no JSON", "<html>maintenance</html>"],
    ["broken JSON", '{"status":"ready","rows":[['],
    ["a list", "[]"],
    ["another object", "{}"],
    ["nothing", ""],
    ["no word of filters", READY.replace('"filtersApplied":true', '"filtersApplied":false')],
    ["columns in another order", READY.replace('"name":"order__region"', '"name":"x"')],
    ["rows of another width", READY.replace('["EMEA","7"]', '["EMEA"]')],
    ["a field of an unknown kind", READY.replace('"name":"order__region"', '"name":7')],
    ["a page that is none", READY.replace('"page":null', '"page":7')],
    ["pending without an id", '{"status":"pending"}'],
  ])("answering with %s: no row is shown, and nothing of it is quoted", async (_what, body) => {
    const error = await failing(await against(answers([200, body])));
    expect(error.message).toContain("could not be read");
    expect(error.debug).toMatch(/^BAD_ANSWER [A-Za-z ]+$/);
  });

  test("answering with what is expected", async () => {
    expect((await dataOf(await against(answers([200, READY])), ANN, REQUEST)).rows).toEqual([
      { values: ["EMEA", "7"] },
    ]);
  });

  test.each([
    ["a proxy without a word", [502, "<html>"]],
    ["a proxy with a time", [503, "", { "retry-after": "3" }]],
    ["our server with a time", [503, '{"error":{"code":"OVERLOADED","message":"Later."}}', { "retry-after": "10" }]],
    ["a quota with a time", [429, '{"error":{"code":"QUOTA_EXCEEDED","message":"Later."}}', { "Retry-After": "1" }]],
  ] as const)("busy for a moment, says %s: it is asked once more", async (_what, [status, body, headers]) => {
    const script = await against(answers([status, body, headers ?? {}], [200, READY]));
    expect((await dataOf(script, ANN, REQUEST)).rows).toHaveLength(1);
    expect(script.fetched).toHaveLength(2);
  });

  test.each([
    ["for an hour", [503, '{"error":{"code":"OVERLOADED","message":"Come back."}}', { "retry-after": "3600" }], 1],
    ["until a date", [503, "", { "retry-after": "Wed, 21 Oct 2026 07:28:00 GMT" }], 1],
    ["and again", [502, ""], 2],
    ["because the warehouse failed", [502, '{"error":{"code":"WAREHOUSE_ERROR","message":"No.","id":"abc"}}'], 1],
    [
      "because we asked wrongly",
      [400, '{"error":{"code":"INVALID_REQUEST","message":"No."}}', { "retry-after": "1" }],
      1,
    ],
  ] as const)("busy %s: it is not asked again and again", async (_what, [status, body, headers], times) => {
    const script = await against(answers([status, body, headers ?? {}]));
    expect((await failing(script)).debug).toContain(`status ${status}`);
    expect(script.fetched).toHaveLength(times);
  });

  test("sending the token on: it is not followed", async () => {
    const elsewhere: string[] = [];
    const thief = await serve((req, res) => {
      elsewhere.push(req.headers.authorization ?? "");
      res.end(READY);
    });
    opened.push(thief);
    const script = await against(answers([307, "", { location: `${thief.url}/v1/data-studio/data` }]));
    expect((await failing(script)).debug).toBe("NO_CODE, status 307");
    expect(elsewhere).toEqual([]);
  });

  test("putting words of its own where admins read", async () => {
    const body = JSON.stringify({ error: { code: "select 1 from secrets", message: "M", id: "Bearer x" } });
    const error = await failing(await against(answers([400, body])));
    expect([error.message, error.debug]).toEqual([expect.stringContaining("status 400"), "NO_CODE, status 400"]);
  });

  test("whose pages never end or repeat themselves", async () => {
    const page = (name: string) => READY.replace('"page":null', `"page":"${name}"`);
    expect((await failing(await against(answers([200, page("same")])))).debug).toBe("BAD_ANSWER the same page again");
    let count = 0;
    const large = READY.replace('"EMEA"', JSON.stringify("é".repeat(4_000_000)));
    const script = await against((req, res) => {
      req.resume();
      res.end(large.replace('"page":null', `"page":"p${count++}"`));
    });
    const error = await failing(script);
    expect([error.message, error.debug]).toEqual([expect.stringMatching(/50 MB.*filter/s), "TOO_LARGE"]);
    // Eight million bytes a page, though four million characters.
    expect(script.fetched).toHaveLength(7);
  });

  test("whose one answer is larger than a fetch takes", async () => {
    const script = await against(answers([200, READY.replace('"EMEA"', JSON.stringify("x".repeat(53_000_000)))]));
    expect(await failing(script)).toBeInstanceOf(UserError);
  });

  test("that lets nobody in", async () => {
    const script = await against(answers([401, '{"error":{"code":"UNAUTHENTICATED","message":"no"}}']));
    const error = await failing(script, REQUEST, "getData", CLEO);
    expect(error.message).toContain("does not know your Google account");
  });
});
