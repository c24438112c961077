import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { DuckDBInstance } from "@duckdb/node-api";
import { Client } from "pg";
import { describe, expect, onTestFinished, test } from "vitest";
import { publishRegistry } from "../../../src/governance/registry/publish.ts";
import type { Publication, RegistryDefinition } from "../../../src/sql/index.ts";
import { openWriter } from "../../../src/warehouse/index.ts";
import { runHere } from "../../cli/terminal.ts";
import { type GovernedProject, governedProject, usage } from "../../support/governed-project.ts";
import { emptyPostgres } from "../../support/postgres.ts";

const MORNING = "2026-11-21T08:00:00Z";
const NOON = "2026-11-21T12:00:00Z";
const EVENING = "2026-11-21T18:00:00Z";

const ENGINES = [
  ["duckdb", emptyDuckDb],
  ["postgres", emptyPostgres],
] as const;

describe.each(ENGINES)("the registry in %s", (_, makeWarehouse) => {
  test("says of each metric what its definition, its owners and its signatures say", async () => {
    const { url, published } = await publishedProject(makeWarehouse);
    expect(published).toMatch(/^Published [0-9a-f]{7}: 7 rows opened, 0 closed, \d+ rows of lineage\.\n$/);
    const [revenue] = await ask(
      url,
      `select metric_name, category, business_owner, technical_owner, definition, array_to_string(source_models, ',') models,
        array_to_string(filters, ',') filters, unit, tier, lifecycle, is_certified, certification_status,
        cast(certification_date as date)::text certified_on, certification_expires > certification_date expires_later,
        is_certified_now, fingerprint like 'fp/1:sha256:%' has_fingerprint, length(git_commit) git_commit
      from governance.metric_registry where metric_id = 'revenue' and version = 1`,
    );
    expect(revenue).toEqual({
      metric_name: "Revenue",
      category: "finance",
      business_owner: "finance-data",
      technical_owner: "data-platform",
      definition: "sum(amount) of orders",
      models: "orders",
      filters: "order__status = 'paid'",
      unit: "USD",
      tier: "gold",
      lifecycle: "active",
      is_certified: "true",
      certification_status: "certified",
      certified_on: "2026-11-20",
      expires_later: "true",
      is_certified_now: "true",
      has_fingerprint: "true",
      git_commit: "40",
    });
    const statuses = await ask(
      url,
      "select certification_status status, count(*) metrics from governance.metric_registry group by 1 order by 1",
    );
    expect(statuses).toEqual([
      { status: "certified", metrics: "6" },
      { status: "none", metrics: "1" },
    ]);
  });

  test("shows SQL that runs on the engine that it lies in", async () => {
    const { url } = await publishedProject(makeWarehouse);
    await run(
      url,
      "create schema shop",
      "create table shop.visits (visit_id int, visited_at timestamptz)",
      "insert into shop.visits values (1, '2026-11-01 10:00:00+00'), (2, '2026-11-01 12:00:00+00')",
    );
    const [row] = await ask(url, "select calculation_sql from governance.metric_registry where metric_id = 'visits'");
    const [answer] = await ask(url, String(row?.["calculation_sql"]));
    expect(answer?.["visits"]).toBe("2");
    const [bound] = await ask(
      url,
      "select calculation_sql from governance.metric_registry where metric_id = 'revenue'",
    );
    expect(bound?.["calculation_sql"]).toMatch(/status = \$1[^]*\n-- \$1 = "paid"$/);
  });

  test("scores columns by who asks, how near they are, and how they are read", async () => {
    const { url } = await publishedProject(makeWarehouse);
    const rows = await ask(
      url,
      `select metric_id || ' ' || upstream_model || '.' || upstream_column || ' ' || transformation_type what, depth, impact_score
      from governance.metric_lineage where metric_id in ('revenue', 'order_value', 'visits') order by 1`,
    );
    // The page's formula by hand: 100·0.4·(ln 3 / ln 41)·0.8 = 9.47, for a row policy ·0.6 = 5.68, for a filter ·0.8 = 7.57.
    expect(rows.map(({ what, depth, impact_score: score }) => `${what} ${depth} ${score}`)).toEqual([
      "order_value orders.* DIRECT/AGGREGATION 2 9",
      "order_value orders.amount DIRECT/AGGREGATION 2 9",
      "order_value orders.ordered_at INDIRECT/GROUP_BY 2 8",
      "order_value orders.region INDIRECT/RLS 2 6",
      "order_value orders.status INDIRECT/FILTER 2 8",
      "revenue orders.amount DIRECT/AGGREGATION 1 100",
      "revenue orders.ordered_at INDIRECT/GROUP_BY 1 80",
      "revenue orders.region INDIRECT/RLS 1 60",
      "revenue orders.status INDIRECT/FILTER 1 80",
      "visits visits.* DIRECT/AGGREGATION 1 0",
      "visits visits.visited_at INDIRECT/GROUP_BY 1 0",
    ]);
  });

  test("does not change when a commit is published twice", async () => {
    const { url, publish } = await publishedProject(makeWarehouse);
    const before = await dump(url);
    expect(await publish(EVENING)).toMatch(/^[0-9a-f]{7} is published already: nothing to do\.\n$/);
    expect(await dump(url)).toEqual(before);
    expect(before.definitions).toHaveLength(7);
  });

  test("closes the row of a definition that changed, and opens another one", async () => {
    const { url, project, publish } = await publishedProject(makeWarehouse);
    project.edit(
      "metrics/finance/revenue.yaml",
      "The revenue of the shop.",
      "What it sells, 'quotes' and \\ included.",
    );
    expect(await publish(NOON)).toContain(": 1 row opened, 1 closed, ");
    const rows = await ask(
      url,
      `select description, valid_from = timestamptz '${MORNING}' since_morning, valid_to = timestamptz '${NOON}' till_noon,
        valid_to is null is_current, published_at = valid_from is_published, git_commit
      from governance.metric_definitions where metric_id = 'revenue' order by valid_from`,
    );
    const [first, second] = rows;
    expect(rows).toHaveLength(2);
    expect(first).toMatchObject({
      description: "The revenue of the shop.",
      since_morning: "true",
      till_noon: "true",
      is_published: "true",
    });
    expect(second).toMatchObject({ description: "What it sells, 'quotes' and \\ included.", is_current: "true" });
    expect(second?.["git_commit"]).toBe(project.git("rev-parse", "HEAD"));
    expect(first?.["git_commit"]).not.toBe(second?.["git_commit"]);
    const [commits] = await ask(
      url,
      "select count(distinct git_commit) commits, min(git_commit) git_commit from governance.metric_lineage",
    );
    expect(commits).toEqual({ commits: "1", git_commit: second?.["git_commit"] });
    const [created] = await ask(
      url,
      "select count(distinct created_date) created from governance.metric_definitions where metric_id = 'revenue'",
    );
    expect(created).toEqual({ created: "1" });
  });

  test("closes the row of a metric that is gone, and has no lineage of it", async () => {
    const { url, project, publish } = await publishedProject(makeWarehouse);
    project.write({ "metrics/web/visits.yaml": null });
    project.commit();
    expect(await publish(NOON)).toContain(": 0 rows opened, 1 closed, ");
    const gone = "where metric_id = 'visits'";
    const [left] = await ask(
      url,
      `select (select count(*) from governance.metric_registry ${gone}) as current_rows,
        (select count(*) from governance.metric_definitions ${gone}) as all_rows,
        (select count(*) from governance.metric_lineage ${gone}) as lineage`,
    );
    expect(left).toEqual({ current_rows: "0", all_rows: "1", lineage: "0" });
  });

  test("a certification that a change made stale is so from the merge on", async () => {
    const { url, project, publish } = await publishedProject(makeWarehouse);
    project.edit("metrics/finance/revenue.yaml", "status = 'paid'\n", "status <> 'placed'\n");
    await publish(NOON);
    const rows = await ask(
      url,
      "select metric_id from governance.metric_registry where certification_status = 'stale' order by 1",
    );
    expect(rows.map(({ metric_id: name }) => name)).toEqual(["net_revenue", "order_value", "revenue"]);
    const [now] = await ask(url, "select count(*) certified from governance.metric_registry where is_certified_now");
    expect(now).toEqual({ certified: "3" });
  });

  test("has a row for each version that lives, and closes that of one that leaves alone", async () => {
    const { url, project, publish } = await publishedProject(makeWarehouse);
    await project.act("version", "revenue", "--keep");
    const second = "metrics/finance/revenue@2.yaml";
    project.write({
      [second]: project
        .read(second)
        .replace("status = 'paid'", "status <> 'placed'")
        .replace(/^tests:[^]*$/m, ""),
      "metrics/finance/net_revenue.yaml": project
        .read("metrics/finance/net_revenue.yaml")
        .replace("[revenue,", "[{ metric: revenue@2, as: revenue },"),
      "governance/usage/2026-11.json": usage("2026-10-01", "2026-11-20", { revenue: 40 }),
    });
    project.commit();
    expect(await publish(NOON)).toContain(": 2 rows opened, 1 closed, ");
    const versions = () =>
      ask(
        url,
        `select version, is_certified, certification_status status, array_to_string(filters, ',') filters, valid_from = timestamptz '${MORNING}' is_older
        from governance.metric_registry where metric_id = 'revenue' order by version`,
      );
    const first = {
      version: "1",
      is_certified: "true",
      status: "certified",
      filters: "order__status = 'paid'",
      is_older: "true",
    };
    const beside = { version: "2", is_certified: "false", status: "none", filters: "order__status <> 'placed'" };
    expect(await versions()).toEqual([first, { ...beside, is_older: "false" }]);
    const [told] = await ask(
      url,
      `select count(distinct fingerprint) fingerprints, count(distinct calculation_sql) texts
      from governance.metric_registry where metric_id = 'revenue'`,
    );
    expect(told).toEqual({ fingerprints: "2", texts: "2" });
    const [above] = await ask(url, "select definition from governance.metric_registry where metric_id = 'net_revenue'");
    expect(above).toEqual({ definition: "revenue@2 - refunds" });
    // Nobody asks for the second one, though many do for the name.
    const scores = await ask(
      url,
      `select version, max(impact_score) score from governance.metric_lineage where metric_id = 'revenue' group by version order by 1`,
    );
    expect(scores).toEqual([
      { version: "1", score: "100" },
      { version: "2", score: "0" },
    ]);

    project.git("revert", "--no-edit", "HEAD");
    expect(await publish(EVENING)).toContain(": 1 row opened, 2 closed, ");
    expect(await versions()).toEqual([first]);
    const [kept] = await ask(
      url,
      `select count(*) n, count(distinct version) versions from governance.metric_definitions where metric_id = 'revenue'`,
    );
    expect(kept).toEqual({ n: "2", versions: "2" });
    const [lineage] = await ask(
      url,
      "select max(version) newest from governance.metric_lineage where metric_id = 'revenue'",
    );
    expect(lineage).toEqual({ newest: "1" });
  });

  test("what lies uncommitted is not published, unless a commit is named: then that is", async () => {
    const { url, project, publish } = await publishedProject(makeWarehouse);
    project.write({ "metrics/finance/orders.yaml": "metric: orders\nmodel: orders\nmeasure: sum(discount)\n" });
    const refused = await project.assay("publish", "--warehouse", url, "--now", NOON);
    expect(refused).toMatchObject({ code: 3, stdout: "" });
    expect(refused.stderr).toContain("metrics/finance/orders.yaml is not as HEAD");
    expect(await publish(NOON, "--commit", "HEAD")).toContain("is published already");
    const unknown = await project.assay("publish", "--warehouse", url, "--commit", "no-such-branch");
    expect(unknown).toMatchObject({ code: 3, stdout: "" });
  });

  test("a commit is not put over a later one, nor behind a later time", async () => {
    const url = await makeWarehouse();
    const writer = await openWriter(url);
    onTestFinished(() => writer.close());
    const first = publicationOf({ commit: "a".repeat(40), committedAt: "2026-11-20T10:00:00Z", publishedAt: MORNING });
    const second = publicationOf(
      { commit: "b".repeat(40), committedAt: "2026-11-20T11:00:00Z", publishedAt: NOON },
      { description: "Another one." },
    );
    expect(await publishRegistry(writer, first)).toEqual({ kind: "published", opened: 1, closed: 0, lineage: 1 });
    expect(await publishRegistry(writer, second)).toEqual({ kind: "published", opened: 1, closed: 1, lineage: 1 });
    const before = await writer.transact([{ text: "select * from governance.metric_definitions", values: [] }]);
    expect(await publishRegistry(writer, { ...first, publishedAt: EVENING })).toEqual({ kind: "overtaken" });
    expect(await publishRegistry(writer, { ...second, commit: "c".repeat(40), publishedAt: MORNING })).toEqual({
      kind: "overtaken",
    });
    expect(await writer.transact([{ text: "select * from governance.metric_definitions", values: [] }])).toEqual(
      before,
    );
  });

  test("is filled whole or not at all", async () => {
    const url = await makeWarehouse();
    const writer = await openWriter(url);
    onTestFinished(() => writer.close());
    const first = publicationOf({ commit: "a".repeat(40), committedAt: "2026-11-20T10:00:00Z", publishedAt: MORNING });
    await publishRegistry(writer, first);
    const state = ["select * from governance.metric_definitions", "select * from governance.metric_lineage"];
    const before = await writer.transact(state.map((text) => ({ text, values: [] })));
    const next = publicationOf(
      { commit: "b".repeat(40), committedAt: "2026-11-20T11:00:00Z", publishedAt: NOON },
      { description: "Another one." },
    );
    // A key that comes twice fails in the last statement.
    const broken = { ...next, lineage: [...next.lineage, ...next.lineage] };
    await expect(publishRegistry(writer, broken)).rejects.toMatchObject({ name: "WarehouseError" });
    expect(await writer.transact(state.map((text) => ({ text, values: [] })))).toEqual(before);
    expect(await publishRegistry(writer, next)).toMatchObject({ kind: "published", closed: 1 });
  });
});

describe("publishing", () => {
  test("with a user who may only read is refused in clear words", async () => {
    const url = await emptyPostgres();
    const role = `reader_${Date.now()}`;
    await run(url, `create role ${role} login password 'secret'`);
    const reader = new URL(url);
    reader.username = role;
    reader.password = "secret";
    const project = await governedProject();
    const refused = await project.assay("publish", "--warehouse", reader.href);
    expect(refused).toMatchObject({ code: 3, stdout: "" });
    expect(refused.stderr).toContain("The registry cannot be written. These credentials may not.");
    expect(refused.stderr).toContain("docs/registry.md");
    expect(refused.stderr).not.toContain("secret");
    const [schemas] = await ask(url, "select count(*) n from pg_namespace where nspname = 'governance'");
    expect(schemas).toEqual({ n: "0" });
  });

  test("with a user who may write to the tables needs no right to make any", async () => {
    const { url, project } = await publishedProject(emptyPostgres);
    const role = `publisher_${Date.now()}`;
    await run(
      url,
      `create role ${role} login password 'secret'`,
      `grant usage on schema governance to ${role}`,
      `grant select, insert, update, delete on all tables in schema governance to ${role}`,
    );
    const publisher = new URL(url);
    publisher.username = role;
    publisher.password = "secret";
    project.edit("metrics/finance/revenue.yaml", "The revenue of the shop.", "What it sells.");
    const done = await project.assay("publish", "registry", "--warehouse", publisher.href, "--now", NOON);
    expect(done).toMatchObject({ code: 0, stderr: "" });
    expect(done.stdout).toContain("1 row opened, 1 closed");
  });

  test("by two at once happens once, and the other one is told so", async () => {
    const url = await emptyPostgres();
    const writers = [await openWriter(url), await openWriter(url), await openWriter(url)];
    onTestFinished(async () => void (await Promise.all(writers.map((writer) => writer.close()))));
    const times = { committedAt: "2026-11-20T10:00:00Z", publishedAt: MORNING };
    const [first] = writers;
    if (first) await publishRegistry(first, publicationOf({ commit: "a".repeat(40), ...times }));
    const next = publicationOf(
      { commit: "b".repeat(40), committedAt: "2026-11-20T11:00:00Z", publishedAt: NOON },
      { description: "Another one." },
    );
    const outcomes = await Promise.all(writers.map((writer) => publishRegistry(writer, next)));
    expect(outcomes.map(({ kind }) => kind).toSorted()).toEqual(["already", "already", "published"]);
    const [rows] = await ask(url, "select count(*) n from governance.metric_definitions");
    expect(rows).toEqual({ n: "2" });
  });

  test("under rules that are not the trusted ones certifies nothing", async () => {
    const url = await emptyDuckDb();
    const project = await governedProject();
    const argv = ["publish", "--warehouse", url, "--now", MORNING, "--metrics", path.join(project.folder, "metrics")];
    expect(await runHere(argv, { env: { ASSAY_TRUST_ROOT: `sha256:${"0".repeat(64)}` } })).toMatchObject({ code: 0 });
    const statuses = await ask(
      url,
      "select distinct certification_status, is_certified from governance.metric_registry order by 1",
    );
    expect(statuses).toEqual([
      { certification_status: "invalid", is_certified: "false" },
      { certification_status: "none", is_certified: "false" },
    ]);
  });

  test("says since when and until when a deprecated metric stays, as its owners signed", async () => {
    const url = await emptyDuckDb();
    const project = await governedProject();
    const argv = ["deprecate", "orders", "--reason", "old", "--sunset", "2027-03-31", "--replaced-by", "revenue"];
    await project.assay(...argv, "--now", "2026-11-21");
    await project.approve("orders", "alice", "bob");
    project.commit();
    expect(await project.assay("publish", "--warehouse", url, "--now", NOON)).toMatchObject({ code: 0 });
    const [row] = await ask(
      url,
      `select lifecycle, deprecation_date::text since, sunset_date::text ends_on, replaced_by, certification_status status
      from governance.metric_registry where metric_id = 'orders'`,
    );
    expect(row).toEqual({
      lifecycle: "deprecated",
      since: "2026-11-21",
      ends_on: "2027-03-31",
      replaced_by: "revenue",
      status: "certified",
    });
  });

  test("a dry run prints the SQL and opens nothing", async () => {
    const project = await governedProject();
    const shown = await project.assay("publish", "--warehouse", "postgres://nobody@127.0.0.1:1/none", "--dry-run");
    expect(shown).toMatchObject({ code: 0, stderr: "" });
    expect(shown.stdout).toContain("create table if not exists governance.metric_lineage");
    const argv = [
      "publish",
      "--warehouse",
      "duckdb:/no/such/file",
      "--schema",
      "meta",
      "--dry-run",
      "--format",
      "json",
    ];
    const json = await project.assay(...argv);
    expect(JSON.parse(json.stdout)).toMatchObject({
      dialect: "duckdb",
      statements: [{ text: "create schema if not exists meta", values: [] }, {}, {}, {}, {}, {}, {}, {}],
    });
  });

  test.each([
    [[], 2, "Say where the registry is to be"],
    [["page", "--warehouse", "duckdb:x"], 2, 'There is nothing called "page" to publish.'],
    [["--warehouse", "duckdb:x", "--schema", 'x"; drop'], 2, "--schema is a name of small letters"],
    [["--warehouse", "mysql://x"], 2, '"mysql:" names no warehouse.'],
    [["--warehouse", "duckdb:/no/such/file"], 3, "There is no DuckDB file"],
  ])("%j is refused", async (args, code, message) => {
    const refused = await (await governedProject()).assay("publish", ...args);
    expect(refused).toMatchObject({ code, stdout: "" });
    expect(refused.stderr).toContain(message);
  });
});

/** A project whose first commit was published in the morning. */
async function publishedProject(makeWarehouse: () => Promise<string>): Promise<{
  readonly url: string;
  readonly project: GovernedProject;
  readonly published: string;
  publish(now: string, ...flags: readonly string[]): Promise<string>;
}> {
  const url = await makeWarehouse();
  const project = await governedProject();
  const publish = async (now: string, ...flags: readonly string[]): Promise<string> => {
    const done = await project.assay("publish", "registry", "--warehouse", url, "--now", now, ...flags);
    if (done.code !== 0) throw new Error(done.stderr);
    return done.stdout;
  };
  return { url, project, publish, published: await publish(MORNING) };
}

function publicationOf(
  times: Pick<Publication, "commit" | "committedAt" | "publishedAt">,
  more: Partial<RegistryDefinition> = {},
): Publication {
  const definition: RegistryDefinition = {
    metric_id: "revenue",
    version: 1,
    metric_name: "Revenue",
    category: null,
    description: "",
    business_owner: null,
    technical_owner: null,
    definition: "sum(amount) of orders",
    calculation_sql: null,
    source_models: ["orders"],
    dimensions: [],
    filters: ["status in ('a', 'b')", 'name = "x"'],
    grains: [],
    unit: null,
    tier: null,
    lifecycle: "active",
    fingerprint: null,
    is_certified: false,
    certification_status: "none",
    certification_date: null,
    certification_expires: null,
    deprecation_date: null,
    sunset_date: null,
    replaced_by: null,
    ...more,
  };
  const edge = {
    metric_id: "revenue",
    version: 1,
    upstream_model: "orders",
    upstream_column: "amount",
    transformation_type: "DIRECT/AGGREGATION",
    depth: 1,
    impact_score: 0,
  };
  return { schema: "governance", ...times, definitions: [definition], lineage: [edge] };
}

async function emptyDuckDb(): Promise<string> {
  const folder = mkdtempSync(path.join(tmpdir(), "assay-registry-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const file = path.join(folder, "warehouse.duckdb");
  (await DuckDBInstance.create(file)).closeSync();
  return `duckdb:${file}`;
}

type Cells = Readonly<Record<string, string>>;

/** Rows by the engine's own driver; cells as text. */
async function ask(url: string, text: string): Promise<readonly Cells[]> {
  const rows = await rowsOf(url, [text]);
  return rows.map((row) => Object.fromEntries(Object.entries(row).map(([name, cell]) => [name, String(cell)])));
}

async function run(url: string, ...statements: readonly string[]): Promise<void> {
  await rowsOf(url, statements);
}

async function rowsOf(url: string, statements: readonly string[]): Promise<readonly object[]> {
  let rows: readonly object[] = [];
  if (url.startsWith("duckdb:")) {
    const instance = await DuckDBInstance.create(url.slice("duckdb:".length));
    const connection = await instance.connect();
    for (const text of statements) rows = (await connection.runAndReadAll(text)).getRowObjectsJson();
    connection.closeSync();
    instance.closeSync();
    return rows;
  }
  const client = new Client(url);
  await client.connect();
  for (const text of statements) rows = (await client.query<object>(text)).rows;
  await client.end();
  return rows;
}

async function dump(url: string) {
  return {
    definitions: await ask(url, "select * from governance.metric_definitions order by metric_id, valid_from"),
    lineage: await ask(url, "select * from governance.metric_lineage order by 1, 3, 4, 5"),
  };
}
