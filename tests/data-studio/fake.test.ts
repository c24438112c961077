import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, describe, expect, test } from "vitest";
import { ANN, APAC, KEY, serve } from "./connector.ts";
import { type AppsScript, openScript, UserError } from "./fake/script.ts";

/** The stand-in for Apps Script is as strict as the real one: else what passes here fails there. */
const opened: { close(): Promise<void> }[] = [];
afterEach(async () => {
  for (const one of opened.splice(0)) await one.close();
});

function script(body: string, whitelist: readonly string[] = [], limits = {}): AppsScript {
  const folder = mkdtempSync(join(tmpdir(), "assay-fake-"));
  writeFileSync(join(folder, "Code.js"), `function run(given) {\n${body}\n}`);
  const oauthScopes = ["openid", "https://www.googleapis.com/auth/script.external_request"];
  writeFileSync(join(folder, "appsscript.json"), JSON.stringify({ oauthScopes, urlFetchWhitelist: whitelist }));
  const made = openScript(folder, { key: KEY, ...limits });
  opened.push(made, { close: async () => rmSync(folder, { recursive: true }) });
  return made;
}

const run = (body: string, given?: unknown) => script(body).call(ANN, "run", given);

const CONNECTOR =
  "const cc = DataStudioApp.createCommunityConnector(); const config = cc.getConfig(); const fields = cc.getFields();";

test.each([
  ["an unknown type", "fields.newMetric().setType(cc.FieldType.MONEY)"],
  ["an unknown aggregation", "fields.newMetric().setAggregation('TOTAL')"],
  ["an id twice", "for (const i of [1, 2]) fields.newMetric().setId('a').setType(cc.FieldType.TEXT); fields.build()"],
  ["a field without an id", "fields.newMetric().setType(cc.FieldType.TEXT); fields.build()"],
  ["a field without a type", "fields.newMetric().setId('a'); fields.build()"],
  [
    "an aggregation of what may not be aggregated again",
    "fields.newMetric().setId('a').setType(cc.FieldType.NUMBER).setIsReaggregatable(false).setAggregation(cc.AggregationType.SUM); fields.build()",
  ],
  ["a default that is not there", "fields.setDefaultMetric('a')"],
  ["an option that is a number", "config.newOptionBuilder().setLabel('a').setValue(1)"],
  ["an option without a label", "config.newSelectSingle().addOption(config.newOptionBuilder().setValue('a'))"],
  ["a question twice", "for (const i of [1, 2]) config.newInfo().setId('a').setText('b'); config.build()"],
  ["a question without an id", "config.newInfo().setText('b'); config.build()"],
  [
    "a dynamic question that may be overridden",
    "config.newCheckbox().setId('a').setName('b').setIsDynamic(true).setAllowOverride(true); config.build()",
  ],
  ["a list without options", "config.newSelectSingle().setId('a').setName('b'); config.build()"],
  ["an error without words", "cc.newUserError().throwException()"],
  ["a service that is not there", "SpreadsheetApp.getActive()"],
  ["a function that is not there", "Utilities.formatDate(1)"],
  ["fetch", "fetch('http://127.0.0.1')"],
  ["a timer", "setTimeout(() => {}, 1)"],
  ["Buffer", "Buffer.from('')"],
  ["URL", "new URL('http://x')"],
  ["process", "process.env"],
  ["a text beyond what a property holds", "PropertiesService.getUserProperties().setProperty('a', 'x'.repeat(9217))"],
  ["a text beyond what a cache holds", "CacheService.getUserCache().put('a', 'x'.repeat(102401))"],
  ["a key beyond what a cache takes", "CacheService.getUserCache().put('x'.repeat(251), 'a')"],
  ["a digest without a charset", "Utilities.computeDigest(Utilities.DigestAlgorithm.SHA_256, 'ä')"],
  ["a fetch of what is not listed", "UrlFetchApp.fetch('http://127.0.0.1:1/x')"],
  ["an e-mail address without its scope", "Session.getEffectiveUser().getEmail()"],
])("%s breaks", async (_what, body) => {
  await expect(run(`${CONNECTOR} ${body}`)).rejects.not.toBeInstanceOf(UserError);
});

test("a misuse is heard of though the script catches it", async () => {
  await expect(run(`${CONNECTOR} try { cc.FieldType.MONEY } catch {} return 1`)).rejects.toThrow("MONEY");
});

test("an error that is caught on its way says nothing, and is found out", async () => {
  await expect(
    run(`${CONNECTOR} try { cc.newUserError().setText('a').throwException() } catch { return 1 }`),
  ).rejects.toThrow("caught");
  await expect(
    run(`${CONNECTOR} cc.newUserError().setText('a').setDebugText('b').throwException()`),
  ).rejects.toMatchObject({
    message: "a",
    debug: "b",
  });
});

test("fields are serialised as the real builders were seen to", async () => {
  const body = `${CONNECTOR}
    fields.newDimension().setId('day').setName('Day').setType(cc.FieldType.YEAR_MONTH_DAY);
    fields.newMetric().setId('share').setName('Share').setType(cc.FieldType.PERCENT).setIsReaggregatable(false).setGroup('g');
    fields.newMetric().setId('took').setName('Took').setType(cc.FieldType.DURATION).setAggregation(cc.AggregationType.SUM);
    fields.setDefaultMetric('took');
    return fields.build();`;
  expect(await run(body)).toEqual([
    {
      name: "day",
      label: "Day",
      dataType: "STRING",
      semantics: { conceptType: "DIMENSION", semanticType: "YEAR_MONTH_DAY" },
    },
    {
      name: "share",
      label: "Share",
      dataType: "NUMBER",
      semantics: { conceptType: "METRIC", semanticType: "PERCENT", isReaggregatable: false },
      group: "g",
    },
    {
      name: "took",
      label: "Took",
      dataType: "STRING",
      semantics: { conceptType: "METRIC", semanticType: "DURATION", isReaggregatable: true },
      defaultAggregationType: "SUM",
      isDefault: true,
    },
  ]);
});

test("digests are signed bytes, and base64 takes them", async () => {
  const body = `const bytes = Utilities.computeDigest(Utilities.DigestAlgorithm.SHA_256, given, Utilities.Charset.UTF_8);
    return [Math.min(...bytes) < 0, Utilities.base64EncodeWebSafe(bytes)];`;
  expect(await run(body, "ä")).toEqual([true, "M-bXP-6CkEyNevt43hFU0ejcKg7bCBIOY99bk4XC2cw="]);
});

test("a cache forgets by the script's clock, and is each viewer's own", async () => {
  const made = script(
    `const cache = CacheService.getUserCache(); if (given) cache.put('a', given, 60); return [cache.get('a'), Date.now()]`,
  );
  const [, before] = (await made.call(ANN, "run", "x")) as [string, number];
  expect(await made.call(ANN, "run", null)).toEqual(["x", expect.any(Number)]);
  expect(await made.call(APAC, "run", null)).toEqual([null, expect.any(Number)]);
  await made.pass(61_000);
  const [value, after] = (await made.call(ANN, "run", null)) as [string, number];
  expect(value).toBeNull();
  expect(after - before).toBeGreaterThanOrEqual(61_000);
});

describe("a fetch", () => {
  test("throws at a status of 400 and above unless it is muted and beyond its sizes", async () => {
    const server = await serve((req, res) => {
      res.writeHead(req.url === "/no" ? 404 : 200).end(req.url === "/large" ? "x".repeat(53_000_000) : "fine");
    });
    opened.push(server);
    const made = script("const { url, ...more } = given; return UrlFetchApp.fetch(url, more).getResponseCode()", [
      `${server.url}/`,
    ]);
    const ask = (path: string, more = {}) => made.call(ANN, "run", { url: `${server.url}${path}`, ...more });
    expect(await ask("/yes")).toBe(200);
    expect(await ask("/no", { muteHttpExceptions: true })).toBe(404);
    await expect(ask("/no")).rejects.toThrow("404");
    await expect(ask(`/${"x".repeat(2_048)}`)).rejects.toThrow("URL Length");
    await expect(ask("/large")).rejects.toThrow("Response Size");
    await expect(ask("/yes", { timeout: 5 })).rejects.toThrow("timeout");
    await expect(made.call(ANN, "run", { url: `${server.url}.example/` })).rejects.toThrow("urlFetchWhitelist");
  });

  test("throws when its time is up", async () => {
    const server = await serve(() => {});
    opened.push(server);
    const made = script("UrlFetchApp.fetch(given)", [server.url], { fetchLimitMs: 50 });
    await expect(made.call(ANN, "run", server.url)).rejects.toThrow("unavailable");
  });

  test("of several makes all at once", async () => {
    const server = await serve((req, res) => res.end(req.url));
    opened.push(server);
    const made = script("return UrlFetchApp.fetchAll(given).map((one) => one.getContentText())", [server.url]);
    const both = ["/a", "/b"].map((path) => ({ url: server.url + path }));
    expect(await made.call(ANN, "run", both)).toEqual(["/a", "/b"]);
  });
});
