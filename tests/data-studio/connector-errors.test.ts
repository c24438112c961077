import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { catalogFrom } from "../support/shop.ts";
import { until } from "../support/until.ts";
import { ANN, APAC, type Connected, chart, connect, dataOf, EMEA, failure, openBuilt } from "./connector.ts";
import { DEFINITIONS } from "./definitions.ts";
import { type AppsScript, UserError } from "./fake/script.ts";
import type { Viewer } from "./fake/services.ts";

const REQUEST = chart(["order__region", "orders"]);

/** What somebody is told who asks. */
const failing = (script: AppsScript, request: object = REQUEST, name = "getData", viewer: Viewer = ANN) =>
  failure(script.call(viewer, name, request));

/** Whatever the script sent, said, logged and kept, but for the header in which the token belongs. */
async function leaks(script: AppsScript, errors: readonly UserError[]): Promise<string> {
  const { log, userProperties, scriptProperties, scriptCache, userCaches } = await script.kept();
  const bodies = script.fetched.map(({ url, payload }) => [url, payload]);
  const maps = [...userCaches.values(), ...userProperties.values(), scriptProperties, scriptCache];
  return JSON.stringify([
    errors.map(({ message, debug }) => [message, debug]),
    log,
    bodies,
    maps.map((map) => [...map]),
  ]);
}

describe("a server that works", () => {
  let connected: Connected;
  beforeAll(async () => {
    connected = await connect({ build: { cache: true } });
  });
  afterAll(() => connected.close());

  test.each([
    ["another server", "http://127.0.0.1:1"],
    ["a server whose name begins like ours", (own: string) => `${own}.evil.example`],
    ["ours as a user's name", (own: string) => `${own}@evil.example`],
    ["a path of ours", (own: string) => `${own}/../../elsewhere`],
    ["no text", { url: "http://127.0.0.1:1" }],
    ["a list", ["http://127.0.0.1:1"]],
  ])("a report whose editor names %s sends nothing anywhere", async (_what, spoofed) => {
    const { script } = connected;
    const endpoint = typeof spoofed === "function" ? spoofed(connected.endpoint) : spoofed;
    const before = script.fetched.length;
    const request = { ...REQUEST, configParams: { model: "orders", endpoint } };
    for (const name of ["getSchema", "getData"]) {
      const error = await failing(script, request, name);
      expect([error.message, error.debug]).toEqual([expect.stringContaining("was not made for"), "FOREIGN_ENDPOINT"]);
    }
    // Whoever edits the data source chooses again.
    expect(await script.call(ANN, "getConfig", request)).toMatchObject({
      configParams: [{ name: "endpoint", options: [{ value: connected.endpoint }] }],
      isSteppedConfig: true,
    });
    expect(script.fetched).toHaveLength(before);
  });

  test("its own server with and without a slash is the same", async () => {
    const ask = (endpoint: string) =>
      dataOf(connected.script, ANN, { ...REQUEST, configParams: { model: "orders", endpoint } });
    expect(await ask(`${connected.endpoint}/`)).toEqual(await ask(connected.endpoint));
    expect(connected.script.fetched.at(-1)?.payload).not.toContain("endpoint");
  });

  test("a metric that was removed is named, and so is what to do", async () => {
    const missing = await failing(connected.script, chart(["revenue_of_old"]));
    expect(missing.message).toContain("revenue_of_old");
    await dataOf(connected.script, ANN, chart(["gifts"]));
    const without = DEFINITIONS.replace(/metric: gifts\n[^-]*---\n/, "");
    connected.engine.swap(catalogFrom(without));
    const removed = await failing(connected.script, chart(["gifts"]));
    expect(removed.message).toBe(missing.message.replaceAll("revenue_of_old", "gifts"));
    connected.engine.swap(catalogFrom(DEFINITIONS));
  });

  test.each([
    ["no fields", { fields: undefined }],
    ["a model that is not there", { configParams: { model: "nothing" } }],
    ["no model", { configParams: {} }],
    ["an inverted range", { dateRange: { startDate: "2026-03-01", endDate: "2026-01-01" } }],
    ["fields of another shape", { fields: "revenue" }],
  ])("%s is told in one user error", async (_what, more) => {
    const error = await failing(connected.script, { ...REQUEST, ...more });
    expect(error.debug).toMatch(/^[A-Z_]+, status 4\d\d/);
  });

  test.each([undefined, null, "x", [], 7])("%j instead of a request is told too", async (request) => {
    for (const name of ["getSchema", "getData"]) {
      expect(await connected.script.call(ANN, name, request).catch((error: unknown) => error)).toBeInstanceOf(
        UserError,
      );
    }
  });

  test("a token is in nothing but the header of what goes to the server", async () => {
    const { script } = connected;
    await script.call(ANN, "getConfig", { languageCode: "en" });
    await dataOf(script, EMEA, chart(["order__region", "revenue"]));
    const errors = [
      await failing(script, chart(["nothing"])),
      await failing(script, { ...REQUEST, configParams: { endpoint: "http://127.0.0.1:1" } }),
      await failing(script, REQUEST, "getData", { email: "eve@elsewhere.example" }),
    ];
    const tokens = script.fetched.map(({ headers }) => (headers["Authorization"] ?? "").replace("Bearer ", ""));
    const found = await leaks(script, errors);
    expect(tokens.length).toBeGreaterThan(3);
    for (const token of tokens) for (const part of token.split(".")) expect(found).not.toContain(part);
    expect(found).not.toMatch(/select |Bearer|\.ts:\d/i);
    expect(found).toContain("order__region");
  });

  test("nothing of it is in an address", () => {
    const { script, endpoint } = connected;
    const urls = new Set(script.fetched.map(({ url }) => url));
    for (const url of urls) expect(url.startsWith(`${endpoint}/v1/data-studio/`)).toBe(true);
    expect([...urls].join()).not.toMatch(/[?#@]/);
  });

  test("a sample is small and quick, and a comparison of dates a question of its own", async () => {
    const { script } = connected;
    const sample = { scriptParams: { sampleExtraction: true, lastRefresh: "1" } };
    const fields = chart(["metric_time__second", "order__channel", "orders"]);
    const [all, some] = [await dataOf(script, ANN, fields), await dataOf(script, ANN, { ...fields, ...sample })];
    expect(some.schema).toEqual(all.schema);
    expect(some.rows.length).toBeLessThanOrEqual(all.rows.length);
    const year = (startDate: string, endDate: string) =>
      dataOf(script, ANN, chart(["orders"], { dateRange: { startDate, endDate } }));
    const [before, after] = [await year("2026-01-01", "2026-06-30"), await year("2026-07-01", "2026-12-31")];
    expect(before.rows).not.toEqual(after.rows);
  });

  test("without a metric the values of a list come, each once", async () => {
    const { rows } = await dataOf(connected.script, ANN, chart(["order__region"]));
    expect(rows.map(({ values }) => values[0]).sort((a, b) => (String(a) < String(b) ? -1 : 1))).toEqual([
      "AMER",
      "APAC",
      "EMEA",
      null,
    ]);
  });

  test("nobody is shown debug texts", async () => {
    expect(await connected.script.call(ANN, "isAdminUser")).toBe(false);
  });
});

test("admins are those whom the script's own properties name", async () => {
  const built = openBuilt(["http://127.0.0.1:1"], {
    script: { scriptProperties: { ADMINS: `${ANN.email}, x@example.com` } },
  });
  expect([await built.script.call(ANN, "isAdminUser"), await built.script.call(APAC, "isAdminUser")]).toEqual([
    true,
    false,
  ]);
  expect(await built.script.call(ANN, "isAdminUser", { configParams: { email: "x@example.com" } })).toBe(true);
  await built.close();
});

describe("several servers", () => {
  const built = openBuilt(["http://127.0.0.1:1", "http://127.0.0.1:2"]);
  afterAll(() => built.close());

  test("are offered first, and nobody is asked before one is chosen", async () => {
    expect(await built.script.call(ANN, "getConfig", { languageCode: "en" })).toEqual({
      configParams: [
        {
          type: "SELECT_SINGLE",
          name: "endpoint",
          displayName: "Metrics server",
          helpText: expect.any(String),
          isDynamic: true,
          options: [
            { label: "127.0.0.1:1", value: "http://127.0.0.1:1" },
            { label: "127.0.0.1:2", value: "http://127.0.0.1:2" },
          ],
        },
      ],
      dateRangeRequired: true,
      isSteppedConfig: true,
    });
    expect((await failing(built.script)).debug).toBe("NO_ENDPOINT");
    expect(built.script.fetched).toEqual([]);
  });
});

describe("a slow question", () => {
  test("is asked after until it is there", async () => {
    let open = (): void => {};
    const gate = new Promise<void>((resolve) => {
      open = resolve;
    });
    const connected = await connect({
      http: { dataStudio: { waitMs: 10 } },
      script: { sleeps: "for real" },
      warehouse: (inner) => ({
        ...inner,
        execute: async (...parts) => {
          await gate;
          return inner.execute(...parts);
        },
      }),
    });
    const answer = dataOf(connected.script, ANN, REQUEST);
    await until(() => connected.script.fetched.length >= 3);
    open();
    expect((await answer).rows).toHaveLength(4);
    expect(
      connected.script.fetched.slice(1).map(({ payload }) => Object.keys(JSON.parse(payload ?? ""))),
    ).toContainEqual(["queryId"]);
    await connected.close();
  });

  test("that takes more than five minutes is ended in the warehouse too", async () => {
    let isAborted = false;
    const connected = await connect({
      http: { dataStudio: { waitMs: 1 } },
      script: { oversleepsMs: 90_000 },
      warehouse: (inner) => ({
        ...inner,
        execute: (_statement, options) =>
          new Promise((_resolve, reject) => {
            options?.signal?.addEventListener("abort", () => {
              isAborted = true;
              reject(options.signal?.reason);
            });
          }),
      }),
    });
    const error = await failing(connected.script);
    expect([error.message, error.debug]).toEqual([expect.stringContaining("five minutes"), "TIMEOUT"]);
    expect(connected.script.fetched.at(-1)?.url).toBe(`${connected.endpoint}/v1/data-studio/cancel`);
    expect(isAborted).toBe(true);
    await connected.close();
  });
});

describe("large answers", () => {
  const wide = chart(["metric_time__second", "order__channel", "order__region", "order__priority", "orders"]);

  test("come in pages, all of them and each row once", async () => {
    const connected = await connect({ http: { dataStudio: { pageBytes: 3_000 } } });
    const whole = await connect();
    const pages = await dataOf(connected.script, ANN, wide);
    const { rows } = await dataOf(whole.script, ANN, wide);
    const asText = (all: typeof rows) => all.map(({ values }) => values.join("|")).sort();
    expect(connected.script.fetched.length).toBeGreaterThan(2);
    expect(asText(pages.rows)).toEqual(asText(rows));
    await connected.close();
    await whole.close();
  });

  test("beyond what Data Studio takes are refused with a way out", async () => {
    const connected = await connect({ http: { dataStudio: { answerBytes: 5_000 } } });
    const error = await failing(connected.script, wide);
    expect(error.message).toMatch(/filter/);
    await connected.close();
  });
});
