import { Buffer } from "node:buffer";
import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from "vitest";
import { createQuotas } from "../../src/engine/index.ts";
import { OPERATOR } from "../../src/identity/index.ts";
import { quotasFrom } from "../../src/settings/blocks/quotas.ts";
import { WarehouseError } from "../../src/warehouse/index.ts";
import { type Api, type HttpAnswer, startShop } from "../graphql/support.ts";

let shop: Api;
const stderr = vi.spyOn(process.stderr, "write").mockImplementation(() => true);

beforeAll(async () => {
  shop = await startShop();
});
beforeEach(() => {
  stderr.mockClear();
  shop.fail(null);
});
afterAll(async () => {
  stderr.mockRestore();
  await shop.close();
});

type Headers = Readonly<Record<string, string>>;

function get(search: string, headers: Headers = {}): Promise<HttpAnswer> {
  return shop.http({ method: "GET", path: `/v1/query?${search}`, headers });
}

function post(request: unknown, headers: Headers = {}, search = ""): Promise<HttpAnswer> {
  return shop.http({ path: `/v1/query${search}`, body: JSON.stringify(request), headers });
}

function refusalOf({ text }: HttpAnswer): { code: string; message: string; path: string[]; suggestions: string[] } {
  return JSON.parse(text).error;
}

const BY_REGION = { metrics: ["revenue"], groupBy: [{ name: "customer__region" }] };
const CSV = "customer__region,revenue\r\nAPAC,50.00\r\nEMEA,1500.50\r\n,1075.00\r\n";

describe("a question", () => {
  test("is the contract's, posted or in the address", async () => {
    const expected = await shop.engine.query(BY_REGION, OPERATOR);
    const document = {
      columns: expected.columns.map(({ name, type }) => ({ name, type })),
      rows: expected.rows,
    };
    expect(JSON.parse((await post({ id: "q1", ...BY_REGION })).text)).toEqual(document);
    expect(JSON.parse((await get(`q=${encodeURIComponent(JSON.stringify(BY_REGION))}`)).text)).toEqual(document);
    expect(JSON.parse((await get("metrics=revenue&by=customer__region")).text)).toEqual(document);
  });

  test("may be written in the words of the command line", async () => {
    const words = [
      "metrics=revenue,orders",
      "by=metric_time:month&by=customer__region",
      `where=${encodeURIComponent("customer__region = 'EMEA' or customer__region = 'APAC'")}`,
      `where=${encodeURIComponent("order__status <> 'cancelled'")}`,
      "from=2026-01-01&to=2026-03-31",
      "order=-metric_time:month,customer__region",
      "limit=2&offset=1&time-zone=UTC&format=csv",
    ];
    const { text } = await get(words.join("&"));
    expect(text).toBe("metric_time__month,customer__region,revenue,orders\r\n2026-01-01,EMEA,1500.50,2\r\n");
    expect((await get("by=customer__tier&min-max&format=csv")).text).toBe(
      "customer__tier__min,customer__tier__max\r\nbasic,top-tier\r\n",
    );
    expect((await get("by=order__is_gift&no-distinct=true&order=order__is_gift&format=csv")).text).toBe(
      "order__is_gift\r\nfalse\r\nfalse\r\nfalse\r\ntrue\r\ntrue\r\n\r\n",
    );
    expect((await get("saved=by_region&format=csv")).text).toBe(
      "customer__region,revenue\r\nEMEA,1500.50\r\n,1075.00\r\n",
    );
  });

  test.each([
    ["nothing", "", 400, "EMPTY_QUERY"],
    ["an unknown word", "metric=revenue", 400, "INVALID_REQUEST"],
    ["a word twice", "metrics=revenue&limit=1&limit=2", 400, "INVALID_REQUEST"],
    ["a word beside q", "q=%7B%7D&metrics=revenue", 400, "INVALID_REQUEST"],
    ["no JSON", "q=revenue", 400, "INVALID_REQUEST"],
    ["another limit", "metrics=revenue&limit=-1", 400, "INVALID_LIMIT"],
    ["another group", "metrics=revenue&by=:month", 400, "INVALID_REQUEST"],
    ["another format", "metrics=revenue&format=xlsx", 400, "INVALID_REQUEST"],
    ["another switch", "metrics=revenue&bom=perhaps", 400, "INVALID_REQUEST"],
    ["another filter", "metrics=revenue&where=1%20%3D", 400, "INVALID_FILTER"],
    ["an unknown metric", "metrics=revenu", 404, "UNKNOWN_METRIC"],
    ["an unknown group", "metrics=revenue&by=customer__regio", 404, "UNKNOWN_GROUP_BY"],
    ["an unknown saved query", "saved=by_regio", 404, "UNKNOWN_SAVED_QUERY"],
  ])("that says %s is refused", async (_, search, status, code) => {
    const answer = await get(search);
    expect(answer.status, answer.text).toBe(status);
    expect(refusalOf(answer)).toMatchObject({ code, path: expect.any(Array), suggestions: expect.any(Array) });
    expect(answer.headers["content-type"]).toBe("application/json; charset=utf-8");
  });

  test("that is refused says what to write instead", async () => {
    expect(refusalOf(await get("metrics=revenu")).suggestions).toContain("revenue");
    expect(refusalOf(await get("metric=revenue"))).toMatchObject({ path: ["metric"], suggestions: ["metrics"] });
    expect(refusalOf(await post({ metrics: ["revenue"], groupBy: [{ name: 1 }] })).path).toEqual([
      "groupBy",
      "0",
      "name",
    ]);
  });

  test("that is posted is one JSON document of at most 256 KB, and only its format stands in the address", async () => {
    expect((await post(BY_REGION, { "content-type": "text/plain" })).status).toBe(415);
    expect((await shop.http({ path: "/v1/query", body: "{" })).status).toBe(400);
    expect((await post({ where: ["x".repeat(300_000)] })).status).toBe(413);
    expect((await post(BY_REGION, {}, "?format=csv")).text).toBe(CSV);
    expect(refusalOf(await post(BY_REGION, {}, "?metrics=orders")).code).toBe("INVALID_REQUEST");
    expect((await shop.http({ method: "PUT", path: "/v1/query", body: "{}" })).headers.allow).toBe("GET, POST");
  });
});

describe("the format", () => {
  test.each([
    [undefined, "application/json"],
    ["*/*", "application/json"],
    ["text/html, application/xhtml+xml, */*;q=0.8", "application/json"],
    ["text/csv", "text/csv"],
    ["text/*", "text/csv"],
    ["application/x-ndjson", "application/x-ndjson"],
    ["application/vnd.apache.parquet", "application/vnd.apache.parquet"],
    ["Application/Vnd.Apache.Arrow.Stream", "application/vnd.apache.arrow.stream"],
    ["application/json;q=0.5, text/csv;q=0.9", "text/csv"],
    ["text/csv;q=0.1, */*;q=0.2", "application/json"],
    ["application/json;q=0, */*", "text/csv"],
    ["text/csv; header=present; q=1, application/json;q=0.9", "text/csv"],
  ])("for Accept %j is %s", async (accept, type) => {
    const { status, headers } = await post(BY_REGION, accept === undefined ? {} : { accept });
    expect(status).toBe(200);
    expect(headers["content-type"]?.split(";")[0]).toBe(type);
  });

  test.each(["image/png", "text/csv;q=0", "application/xml, text/*;q=0", "*/*;q=0"])(
    "that nobody writes is refused with a list: %s",
    async (accept) => {
      const answer = await post(BY_REGION, { accept });
      expect(answer.status).toBe(406);
      expect(refusalOf(answer).message).toContain("text/csv, application/x-ndjson, application/vnd.apache.parquet");
    },
  );

  test("named in the address goes before Accept", async () => {
    expect((await get("metrics=revenue&by=customer__region&format=csv", { accept: "image/png" })).text).toBe(CSV);
  });

  test("has a file name made of the question, in letters that every system takes", async () => {
    const nameOf = async (search: string) => (await get(search)).headers["content-disposition"];
    expect(await nameOf("metrics=revenue,orders&by=metric_time:month&format=csv")).toBe(
      'attachment; filename="revenue-orders-by-metric_time-month.csv"',
    );
    expect(
      (await post({ ...BY_REGION, groupBy: [{ name: "customer__region", as: "a_b" }] })).headers["content-disposition"],
    ).toBe('inline; filename="revenue-by-a_b.json"');
    expect(await nameOf("saved=by_region&format=arrow")).toBe('attachment; filename="by_region.arrows"');
    expect(await nameOf("saved=by_region")).toBe('inline; filename="by_region.json"');
  });

  test("takes what is said of its numbers, its formulas and its byte order mark", async () => {
    expect((await get("metrics=orders&format=ndjson")).text).toBe('{"orders":"6"}\n');
    expect((await get("metrics=orders&format=ndjson&numbers=json")).text).toBe('{"orders":6}\n');
    expect((await get("metrics=orders&format=csv&bom=true")).text).toBe("\ufefforders\r\n6\r\n");
    expect((await get("metrics=orders&format=csv&bom=false")).text).toBe("orders\r\n6\r\n");
  });
});

describe("an answer", () => {
  test("is nobody's to keep, and says which question it was", async () => {
    const { headers } = await get("metrics=revenue");
    expect(headers).toMatchObject({
      "cache-control": "private, no-store",
      "x-content-type-options": "nosniff",
      vary: "Authorization, Accept, Origin",
      "assay-query-id": expect.stringMatching(/^[\w-]{36}$/),
      "assay-data-as-of": expect.stringMatching(/Z$/),
    });
    expect(headers.etag).toBeUndefined();
  });

  test("that the warehouse does not give is a masked error with an id", async () => {
    shop.fail(new WarehouseError("statement", "SECRET words", { cause: new Error("SECRET cause") }));
    const answer = await get("metrics=revenue&format=csv");
    expect(answer.status).toBe(502);
    const { code, message, id } = JSON.parse(answer.text).error;
    expect({ code, message }).toEqual({
      code: "WAREHOUSE_ERROR",
      message: `The warehouse could not answer. Error id: ${id}.`,
    });
    expect(String(stderr.mock.calls[0]?.[0])).toContain(id);
    expect(answer.text).not.toContain("SECRET");
  });

  test.each([
    ["timeout", 504, "TIMEOUT"],
    ["too-large", 400, "LIMIT_EXCEEDED"],
    ["busy", 503, "OVERLOADED"],
  ] as const)("that is %s has a status of its own", async (kind, status, code) => {
    shop.fail(new WarehouseError(kind, "No."));
    const answer = await get("metrics=revenue");
    expect([answer.status, refusalOf(answer).code]).toEqual([status, code]);
  });

  test("that fails inside of us is a masked error", async () => {
    shop.fail(new TypeError("SECRET"));
    const answer = await get("metrics=revenue");
    expect([answer.status, refusalOf(answer).code]).toEqual([500, "INTERNAL"]);
    expect(answer.text).not.toContain("SECRET");
  });
});

describe("the door", () => {
  test("answers only for its own Host, and no page of another site", async () => {
    expect((await get("metrics=revenue", { host: "evil.example.com" })).status).toBe(403);
    const before = shop.statements.length;
    const foreign = { "sec-fetch-site": "cross-site", origin: "https://evil.example.com" };
    expect((await get("metrics=revenue", foreign)).status).toBe(403);
    expect((await post(BY_REGION, foreign)).status).toBe(403);
    expect(shop.statements).toHaveLength(before);
  });

  test("lets listed pages ask, and tells their browser so", async () => {
    const open = await startShop({ http: { corsOrigins: ["https://bi.example.com"] } });
    try {
      const listed = { "sec-fetch-site": "cross-site", origin: "https://bi.example.com" };
      const answer = await open.http({ method: "GET", path: "/v1/query?metrics=orders", headers: listed });
      expect([answer.status, answer.headers["access-control-allow-origin"]]).toEqual([200, "https://bi.example.com"]);
      const asked = await open.http({
        method: "OPTIONS",
        path: "/v1/query",
        headers: { ...listed, "access-control-request-method": "POST" },
      });
      expect([asked.status, asked.headers["access-control-allow-methods"]]).toEqual([204, "GET, POST"]);
    } finally {
      await open.close();
    }
  });

  test("refuses credentials it cannot check", async () => {
    const answer = await get("metrics=revenue", { authorization: `Bearer ${Buffer.from("{}").toString("base64")}` });
    expect([answer.status, refusalOf(answer).code]).toEqual([401, "UNAUTHENTICATED"]);
    expect(answer.headers["www-authenticate"]).toBe("Bearer");
  });

  test("counts requests and rows as every other door", async () => {
    const quotas = createQuotas(quotasFrom({ rows_per_hour: 2, requests_per_minute: 3 }));
    const small = await startShop({ quotas });
    const ask = () => small.http({ method: "GET", path: "/v1/query?metrics=revenue&by=customer__region" });
    try {
      expect((await ask()).status).toBe(200);
      const rows = await ask();
      expect([rows.status, refusalOf(rows).code]).toEqual([429, "QUOTA_EXCEEDED"]);
      await ask();
      const requests = await ask();
      expect([requests.status, refusalOf(requests).message]).toEqual([
        429,
        expect.stringContaining("requests_per_minute"),
      ]);
      expect(Number(requests.headers["retry-after"])).toBeGreaterThan(0);
    } finally {
      await small.close();
    }
  });
});
