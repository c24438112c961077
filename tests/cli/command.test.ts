import { mkdtempSync, openSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import { assay, DEFINITIONS, ended, makeShop, type Shop, start, writeDefinitions } from "./shop.ts";
import { runHere } from "./terminal.ts";

let shop: Shop;
const inShop = (...args: string[]) => [...args, "--metrics", shop.metrics, "--warehouse", shop.warehouse];

beforeAll(async () => {
  shop = await makeShop();
});

describe("assay", () => {
  test("help shows every verb, and each verb its flags and examples", async () => {
    const { code, stdout } = await runHere(["--help"]);
    expect(code).toBe(0);
    for (const verb of ["serve", "check", "query", "explain"]) {
      expect(stdout).toMatch(new RegExp(`^ {2}${verb} `, "m"));
      const help = await runHere([verb, "--help"]);
      expect(help).toMatchObject({ code: 0, stderr: "" });
      expect(help.stdout).toMatch(/--metrics DIR[^]*Examples\n {2}.*assay /);
    }
  });

  test("the version is the package's", async () => {
    expect((await assay(["--version"])).stdout).toMatch(/^\d+\.\d+\.\d+\n$/);
  });

  test.each([
    [[], "Usage: assay VERB"],
    [["querry"], 'error[INVALID_ARGUMENTS]: There is no verb "querry".\n  help: did you mean query?\n'],
    [["dance"], "the verbs are serve, check, query, explain"],
    [["check", "--metrcs", "x"], "There is no flag --metrcs.\n  help: did you mean --metrics?\n"],
    [["check", "metrics"], 'assay check takes flags only, not "metrics".'],
    [["check", "--metrics", "no/such/folder"], 'There is no folder "no/such/folder".'],
    [["query"], "There is nothing to ask."],
    [["query", "revenue", "--as", "no-such-file"], "--as no-such-file cannot be read: ENOENT"],
    [["query", "--input", "no-such-file"], "--input no-such-file cannot be read: there is no such file."],
  ])("%j is unusable, and says why", async (args, message) => {
    const { code, stdout, stderr } = await runHere(args, {
      env: { METRICS_DIR: shop.metrics, WAREHOUSE_URL: shop.warehouse },
    });
    expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
    expect(stderr).toContain(message);
    expect(stderr).not.toMatch(/^\s+at /m);
  });

  test("settings come from the environment where flags are silent", async () => {
    const env = { METRICS_DIR: shop.metrics, WAREHOUSE_URL: shop.warehouse };
    expect(await runHere(["query", "orders", "--format", "csv"], { env })).toMatchObject({
      code: 0,
      stdout: "orders\n6\n",
    });
  });
});

describe("assay check", () => {
  test("sound definitions are counted", async () => {
    const { code, stdout } = await runHere(["check", "--metrics", shop.metrics]);
    expect({ code, stdout }).toEqual({ code: 0, stdout: "no problems found in 3 metrics and 2 models\n" });
  });

  test("each error is shown in its place, with the way out", async () => {
    const metrics = writeDefinitions(path.join(shop.folder, "broken"), {
      ...DEFINITIONS,
      "wrong.yaml": "metric: wrong\nowner: finance\ndescription: Wrong.\nmodel: orders\nmeasure: amout\n",
    });
    const { code, stdout } = await assay(["check", "--metrics", metrics]);
    expect(code).toBe(2);
    expect(stdout).toContain("broken/wrong.yaml:5:10  error  ");
    expect(stdout).toContain("  5 | measure: amout\n    |          ^^^^^\n");
    const json = await runHere(["check", "--metrics", metrics, "--format", "json"]);
    expect(json).toMatchObject({ code: 2, stderr: "" });
    expect(JSON.parse(json.stdout)).toMatchObject([
      { file: "broken/wrong.yaml", line: 5, column: 10, severity: "error" },
    ]);
  });

  test("warnings alone are fine, unless they are to count", async () => {
    const orders = DEFINITIONS["orders.yaml"].replace("owner: finance\n", "");
    const metrics = writeDefinitions(path.join(shop.folder, "ownerless"), { ...DEFINITIONS, "orders.yaml": orders });
    const { code, stdout } = await runHere(["check", "--metrics", metrics]);
    expect(code).toBe(0);
    expect(stdout).toMatch(/ownerless\/orders\.yaml:1:8 {2}warning {2}[^]*\n1 warning in 3 metrics and 2 models\n$/);
    expect(await runHere(["check", "--strict", "--metrics", metrics])).toMatchObject({ code: 1 });
    expect(await runHere(["check", "--strict", "--metrics", shop.metrics])).toMatchObject({ code: 0 });
  });

  test("a folder without definitions fails, because nothing was checked", async () => {
    const metrics = writeDefinitions(path.join(shop.folder, "empty"), { "notes.txt": "nothing here" });
    const { code, stderr } = await runHere(["check", "--metrics", metrics]);
    expect(code).toBe(2);
    expect(stderr).toContain("No model and no metric is defined in");
  });
});

describe("assay query", () => {
  test("people get a table; the count is no part of the answer", async () => {
    const { code, stdout, stderr } = await assay(inShop("query", "revenue", "paid_share", "--by", "metric_time:month"));
    expect(stdout).toMatchInlineSnapshot(`
      "Time, month   Revenue (USD)      Paid
      ───────────   ─────────────   ───────
      2026-01            1,500.50    80.0 %
      2026-02              120.00   100.0 %
      2026-03            1,005.00    99.5 %
      "
    `);
    expect(stderr).toMatch(/^3 rows in \d+ ms\n$/);
    expect(code).toBe(0);
  });

  test("a joined dimension, a filter, a range, an order and a limit all reach the question", async () => {
    const flags = [
      "--by",
      "customer__region",
      "--where",
      "order__status = 'paid'",
      "--from",
      "2026-02-01",
      "--order",
      "-revenue",
    ];
    const { stdout, stderr } = await runHere(inShop("query", "revenue", ...flags, "--limit", "1", "--format", "csv"));
    expect(stdout).toBe("customer__region,revenue\nAPAC,1050.00\n");
    expect(stderr).toContain("and more follow");
  });

  test("programs get one document in the contract's words", async () => {
    const { code, stdout } = await assay(
      inShop("query", "orders", "revenue", "--by", "metric_time:quarter", "--format", "json"),
    );
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toEqual({
      columns: [
        { name: "metric_time__quarter", type: "DATE" },
        { name: "orders", type: "INT" },
        { name: "revenue", type: "DECIMAL" },
      ],
      rows: [["2026-01-01", "6", "2625.50"]],
    });
  });

  test("a saved query is narrowed by flags", async () => {
    const { stdout } = await runHere(
      inShop("query", "--saved", "by_region", "--where", "customer__region = 'EMEA'", "--format", "csv"),
    );
    expect(stdout).toBe("customer__region,revenue\nEMEA,1500.50\n");
  });

  test("a refused question says what to write instead", async () => {
    const text = await assay(inShop("query", "revenu"));
    expect(text).toMatchObject({ code: 1, stdout: "" });
    expect(text.stderr).toMatch(/^error\[UNKNOWN_METRIC\]: .*"revenu".*"revenue"\?\n$/);
    const json = await runHere(inShop("query", "revenu", "--format", "json"));
    expect(json.code).toBe(1);
    expect(JSON.parse(json.stdout)).toMatchObject({ error: { code: "UNKNOWN_METRIC", suggestions: ["revenue"] } });
  });

  test("definitions that do not load are told on standard error", async () => {
    const metrics = writeDefinitions(path.join(shop.folder, "unsound"), { ...DEFINITIONS, "bad.yaml": "metric: [\n" });
    const { code, stdout, stderr } = await assay([
      "query",
      "revenue",
      "--metrics",
      metrics,
      "--warehouse",
      shop.warehouse,
    ]);
    expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
    expect(stderr).toMatch(/unsound\/bad\.yaml:\d+:\d+ {2}error[^]*error\[INVALID_DEFINITIONS\]/);
  });

  test("a warehouse that is not there leaves the question open", async () => {
    const args = ["query", "revenue", "--metrics", shop.metrics, "--warehouse", `duckdb:${shop.folder}/none.duckdb`];
    const { code, stdout, stderr } = await assay(args);
    expect({ code, stdout }).toEqual({ code: 3, stdout: "" });
    expect(stderr).toContain("error[WAREHOUSE_ERROR]: ");
    expect(stderr).not.toMatch(/^\s+at /m);
  });

  test("without a warehouse the sample company is built once, step by step", async () => {
    const cwd = mkdtempSync(path.join(tmpdir(), "assay-first-"));
    const args = ["query", "nrr", "--by", "metric_time:month", "--metrics", path.resolve("metrics"), "--format", "csv"];
    const first = await assay(args, { cwd });
    expect(first.stdout).toMatch(/^metric_time__month,nrr\n\d{4}-\d\d-01,/);
    expect(first.stderr).toMatch(/^(Building the sample company: \w+ \(\d+ of \d+\)\n)+\d+ rows in/);
    expect(await assay(args, { cwd })).toEqual({ ...first, stderr: expect.stringMatching(/^\d+ rows in/) });
  });

  test("a reader who leaves early ends the program in peace", async () => {
    const input = '{"metrics":["orders"]}\n'.repeat(200);
    const child = start(inShop("query", "--input", "-"));
    child.stdin?.on("error", () => {});
    child.stdin?.end(input);
    child.stdout?.once("data", () => child.stdout?.destroy());
    const { code, stderr } = await ended(child);
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
  });
});

test.runIf(process.platform === "linux")("an answer that a full disk did not take is no answer", async () => {
  const child = start(inShop("query", "revenue"), { stdout: openSync("/dev/full", "w") });
  const { code, stderr } = await ended(child);
  expect(code).toBe(3);
  expect(stderr).toContain("error[OUTPUT_FAILED]: The answer cannot be written: ");
});

describe("assay query --input", () => {
  test("every line has its answer, in order, and one failure is told by the exit code", async () => {
    const requests = [
      '{"id":"q1","metrics":["revenue","orders"],"groupBy":[{"name":"metric_time","grain":"month"},{"name":"customer__region"}],"where":["customer__region = \'EMEA\'"],"timeRange":{"start":"2026-01-01","end":"2026-03-31"},"orderBy":[{"name":"revenue","direction":"desc"}],"limit":10}',
      '{"id":"q2","metrics":["revenu"]}',
      "this is no JSON",
      '{"id":7,"groupBy":["customer__region"],"orderBy":[{"name":"customer__region"}]}',
    ];
    const { code, stdout } = await assay(inShop("query", "--input", "-"), { input: requests.join("\n") });
    expect(code).toBe(1);
    expect(
      stdout
        .trimEnd()
        .split("\n")
        .map((line): unknown => JSON.parse(line)),
    ).toEqual([
      {
        id: "q1",
        columns: [
          { name: "metric_time__month", type: "DATE" },
          { name: "customer__region", type: "STRING" },
          { name: "revenue", type: "DECIMAL" },
          { name: "orders", type: "INT" },
        ],
        rows: [["2026-01-01", "EMEA", "1500.50", "2"]],
      },
      { id: "q2", error: { code: "UNKNOWN_METRIC", message: expect.any(String), suggestions: ["revenue"] } },
      { error: { code: "INVALID_REQUEST", message: "Line 3 is not a JSON document.", suggestions: [] } },
      { id: 7, columns: [{ name: "customer__region", type: "STRING" }], rows: [["APAC"], ["EMEA"], [null]] },
    ]);
  });

  test("all answered is fine, and nothing asked is fine too", async () => {
    expect(await runHere(inShop("query", "--input", "-"), { input: ['{"metrics":["orders"]}\n'] })).toMatchObject({
      code: 0,
    });
    expect(await runHere(inShop("query", "--input", "-"))).toEqual({ code: 0, stdout: "", stderr: "" });
  });

  test("what the warehouse refuses is an error line without SQL; the operator reads the reason", async () => {
    const orders = DEFINITIONS["orders.yaml"].replace("table: shop.orders", "table: shop.no_such_table");
    const metrics = writeDefinitions(path.join(shop.folder, "astray"), { ...DEFINITIONS, "orders.yaml": orders });
    const args = ["query", "--input", "-", "--metrics", metrics, "--warehouse", shop.warehouse];
    const { code, stdout, stderr } = await assay(args, { input: '{"id":"q1","metrics":["orders"]}\n' });
    expect(code).toBe(1);
    expect(JSON.parse(stdout)).toEqual({
      id: "q1",
      error: { code: "WAREHOUSE_ERROR", message: expect.any(String), suggestions: [] },
    });
    expect(stdout).not.toMatch(/no_such_table|select/i);
    expect(stderr).toContain("no_such_table");
    const one = await assay(["query", "orders", "--metrics", metrics, "--warehouse", shop.warehouse]);
    expect(one.stderr).toContain("help: `assay doctor` tells which table, column or grant it is");
  });
});

describe("assay explain", () => {
  test("plan, SQL and values are shown without a warehouse", async () => {
    const args = [
      "explain",
      "revenue",
      "--by",
      "metric_time:month",
      "--where",
      "order__status = 'paid'",
      "--metrics",
      shop.metrics,
    ];
    const { code, stdout, stderr } = await runHere([...args, "--warehouse", "duckdb:no/such/file"]);
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    expect(stdout).toMatch(/^Plan\n {2}[^]*\nSQL \(duckdb\)\n {2}[^]*shop[^]*\nValues\n[^]*"paid"/);
    const bigQuery = await runHere([...args, "--warehouse", "bigquery://project/shop"]);
    expect(bigQuery.stdout).toMatch(/@p1[^]*\nValues\n {2}@p1 = "paid"/);
    const json = await runHere([...args, "--format", "json"]);
    expect(JSON.parse(json.stdout)).toMatchObject({
      dialect: "duckdb",
      columns: [{ name: "metric_time__month" }, { name: "revenue" }],
      statement: { values: expect.arrayContaining(["paid"]) },
    });
  });

  test("a scheme that names no engine is refused", async () => {
    const { code, stderr } = await runHere([
      "explain",
      "revenue",
      "--metrics",
      shop.metrics,
      "--warehouse",
      "oracle:x",
    ]);
    expect(code).toBe(2);
    expect(stderr).toContain('"oracle:" names no warehouse.');
  });
});
