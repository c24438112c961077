import { mkdirSync } from "node:fs";
import { dirname, join } from "node:path";
import { expect, test } from "vitest";
import { placeOf } from "../../src/diagnostics/index.ts";
import { readSettings, SettingError, type Settings, VARIABLES, warehouseOptions } from "../../src/settings/index.ts";
import { inFile } from "./support.ts";

type Environment = Readonly<Record<string, string>>;

function settingsOf(text: string, env: Environment = {}): Settings {
  const { settings, diagnostics } = readSettings(inFile(text), env);
  expect(diagnostics).toEqual([]);
  if (settings === null) throw new Error("unreachable: nothing was wrong");
  return settings;
}

/** What is wrong: the place without its folder, and the message. */
function problemsOf(text: string, env: Environment = {}): readonly string[] {
  const file = inFile(text);
  return readSettings(file, env).diagnostics.map(({ message, span }) =>
    span ? `${placeOf(span).slice(dirname(file).length + 1)} ${message}` : message,
  );
}

const PEM = inFile("-----BEGIN CERTIFICATE-----\n", "ca.pem");
const POSTGRES = `warehouse:
  url: postgres://reader@127.0.0.1/shop
  password: { env: SECRET_OF_TEST }
  ca_file: ${PEM}
  replicas: [postgres://reader@127.0.0.2/shop]
  max_connections: 3
  max_wait: 250 ms
  connect_timeout: 2 s
  statement_timeout: 1.5 min
  max_replica_lag: 1 h
  health_check: 1 s
`;
const BIGQUERY = `warehouse:
  url: bigquery://project/dataset
  statement_timeout: 30 s
  bigquery:
    key_file: ${PEM}
    api_endpoint: http://127.0.0.1:9050
    max_bytes_billed: 10 GB
    max_bytes_billed_per_principal: 1 TiB
    priority: batch
    environment: staging
`;

test("every setting of PostgreSQL reaches its driver", () => {
  const { warehouse } = settingsOf(POSTGRES);
  expect(warehouseOptions(warehouse, warehouse.url ?? null, { SECRET_OF_TEST: "hunter2" })).toEqual({
    postgres: {
      password: "hunter2",
      caFile: PEM,
      replicas: ["postgres://reader@127.0.0.2/shop"],
      maxConnections: 3,
      maxWaitMs: 250,
      connectTimeoutMs: 2_000,
      statementTimeoutMs: 90_000,
      maxReplicaLagMs: 3_600_000,
      healthCheckMs: 1_000,
    },
  });
});

test("every setting of BigQuery reaches its driver", () => {
  const { warehouse } = settingsOf(BIGQUERY);
  expect(warehouseOptions(warehouse, warehouse.url ?? null, {})).toEqual({
    bigquery: {
      keyFile: PEM,
      apiEndpoint: "http://127.0.0.1:9050",
      maxBytesBilled: 10e9,
      maxBytesBilledPerPrincipal: 1024 ** 4,
      priority: "BATCH",
      environment: "staging",
      statementTimeoutMs: 30_000,
    },
  });
});

test("every setting can be read from its variable, which wins over the file", () => {
  const values: Environment = {
    "warehouse.url": "postgres://elsewhere/db",
    "server.port": "4001",
    "server.allow_anonymous": "true",
    "warehouse.replicas": "postgres://a/db, postgres://b/db",
    consumers: "sheets, finance-app",
    "warehouse.max_connections": "7",
    "warehouse.duckdb.threads": "7",
    "limits.max_rows": "7",
    "overload.concurrency": "7",
    "overload.queue": "7",
    "warehouse.bigquery.api_endpoint": "http://127.0.0.1:1",
    "warehouse.bigquery.priority": "batch",
    "audit.enabled": "false",
    "cache.enabled": "false",
    "audit.on_failure": "closed",
    "audit.rotate": "7 MB",
    "audit.keep": "500 d",
    "server.cors_origins": "https://a.example, http://localhost:3000",
    "graphql.persisted": "only",
    "telemetry.log_level": "warn",
    "telemetry.otlp.endpoint": "http://127.0.0.1:1",
    "telemetry.otlp.sample_percent": "7",
    "quotas.requests_per_minute": "7",
    "quotas.concurrent_questions": "7",
    "quotas.rows_per_hour": "7",
    "quotas.warehouse_time_per_hour": "7 s",
  };
  const quantities = /bytes|memory/;
  expect(VARIABLES.length).toBeGreaterThan(20);
  for (const { name, path } of VARIABLES) {
    const setting = path.join(".");
    const times = /timeout|ttl|max_wait|lag|health|drain/.test(setting) ? "7 s" : "seven";
    const text = values[setting] ?? (quantities.test(setting) ? "70 MB" : times);
    const before = settingsOf("");
    const after = settingsOf(POSTGRES, { [name]: text });
    expect(after.origins.get(setting), setting).toBe(`the environment variable ${name}`);
    expect(JSON.stringify(after), setting).not.toBe(JSON.stringify(settingsOf(POSTGRES)));
    expect(JSON.stringify(settingsOf("", { [name]: text })), setting).not.toBe(JSON.stringify(before));
  }
});

test("without a file and without variables every setting has its default", () => {
  expect(readSettings(null, {})).toEqual({
    diagnostics: [],
    settings: {
      metrics: "metrics",
      warehouse: {},
      limits: {},
      overload: {},
      cache: { isEnabled: true, maxBytes: 268_435_456, answerBytes: 67_108_864, ttlMs: 0 },
      events: {},
      server: {
        port: 4000,
        host: "127.0.0.1",
        allowAnonymous: false,
        corsOrigins: [],
        drain: { delayMs: 250, graceMs: 10_000 },
      },
      graphql: { persisted: "off", documents: null },
      identity: null,
      policy: {},
      quotas: { everybody: {}, byRole: new Map() },
      audit: {
        isConfigured: false,
        isEnabled: true,
        folder: join(".assay", "audit"),
        writer: "assay",
        onFailure: "open",
        rotateBytes: 16_000_000,
        keepDays: 400,
        checkpointKeyFile: null,
        checkpointFolder: null,
      },
      telemetry: {},
      consumers: [],
      origins: new Map(),
    },
  });
  expect(settingsOf("# nothing yet\n").server.port).toBe(4000);
});

test("an empty variable counts as not set, and ASSAY_CONFIG names the file that no flag names", () => {
  const text =
    "server: { port: 4002, host: '::1' }\nconsumers: [a]\nlimits: { max_rows: 5, max_bytes: 2 KiB, timeout: 1 d }";
  const file = inFile(text);
  const { settings } = readSettings(null, { ASSAY_CONFIG: file, PORT: "" });
  expect(settings).toMatchObject({
    server: { port: 4002, host: "::1" },
    consumers: ["a"],
    limits: { maxRows: 5, maxBytes: 2048, timeoutMs: 86_400_000 },
  });
  expect(settings?.origins.get("server.port")).toBe(`${file}:1:17`);
  expect(readSettings(inFile(""), { ASSAY_CONFIG: file }).settings?.server.port).toBe(4000);
});

test("replicas are not used for a database that a flag or a variable names", () => {
  const replicasOf = (settings: Settings, url: string) =>
    warehouseOptions(settings.warehouse, url, { SECRET_OF_TEST: "x" }).postgres?.replicas;
  const own = settingsOf(POSTGRES);
  expect(replicasOf(own, own.warehouse.url ?? "")).toHaveLength(1);
  expect(replicasOf(own, "postgres://other/db")).toBeUndefined();
  const url = "postgres://other/db";
  expect(replicasOf(settingsOf(POSTGRES, { WAREHOUSE_URL: url }), url)).toBeUndefined();
  const both = { WAREHOUSE_URL: url, ASSAY_WAREHOUSE_REPLICAS: "postgres://replica/db" };
  expect(replicasOf(settingsOf(POSTGRES, both), url)).toEqual(["postgres://replica/db"]);
});

test("a password in the URL of a variable counts before that of the file", () => {
  const url = "postgres://u:own@h/db";
  const { warehouse } = settingsOf(POSTGRES, { WAREHOUSE_URL: url });
  expect(warehouseOptions(warehouse, url, {}).postgres?.password).toBeUndefined();
});

test("paths in the file count from its folder", () => {
  const file = inFile(
    "metrics: m\nwarehouse: { url: duckdb:shop.duckdb, ca_file: ca.pem, password: { file: pw }, bigquery: { key_file: key.json } }",
  );
  const from = (name: string) => join(dirname(file), name);
  expect(readSettings(file, {}).settings).toMatchObject({
    metrics: from("m"),
    warehouse: {
      url: `duckdb:${from("shop.duckdb")}`,
      ca_file: from("ca.pem"),
      password: { file: from("pw") },
      bigquery: { key_file: from("key.json") },
    },
  });
  expect(settingsOf("warehouse: { url: 'duckdb::memory:' }").warehouse.url).toBe("duckdb::memory:");
  expect(settingsOf("metrics: /absolute").metrics).toBe("/absolute");
});

test("a file that is named has to be there, and be one", () => {
  const messageOf = (path: string) => readSettings(path, {}).diagnostics.map(({ message }) => message);
  expect(messageOf("nowhere.yaml")).toEqual(['There is no settings file "nowhere.yaml".']);
  const folder = join(dirname(inFile("")), "folder");
  mkdirSync(folder);
  expect(readSettings(folder, {})).toMatchObject({
    settings: null,
    diagnostics: [
      {
        message: `"${folder}" is a folder, where a settings file has to be named.`,
        help: `name the file in it: --config ${join(folder, "assay.config.yaml")}`,
      },
    ],
  });
});

test.each([
  ["limits: { timout: 1 s }", '1:11 "limits" has no key "timout".'],
  ["limits: { max_rows: 0 }", '1:21 "limits.max_rows" must be a whole number from 1; found the number 0.'],
  [
    "limits: { timeout: 30 }",
    '1:20 "limits.timeout" must be written with its unit (ms, s, min, h, d), such as "30 s", from 1 ms to 1 d; found the number 30.',
  ],
  [
    "warehouse: { statement_timeout: 2 d }",
    '1:33 "warehouse.statement_timeout" must be written with its unit (ms, s, min, h, d), such as "30 s", from 1 ms to 1 d; found the text "2 d".',
  ],
  [
    "limits: { max_bytes: 10 gb }",
    '1:22 "limits.max_bytes" must be written with its unit (B, KB, MB, GB, TB, KiB, MiB, GiB, TiB), such as "10 GB", from 1 KB to 1 TB; found the text "10 gb".',
  ],
  ["server: { port: 65536 }", '1:17 "server.port" must be a whole number from 0 to 65535; found the number 65536.'],
  ["server: { allow_anonymous: yes }", '1:28 "server.allow_anonymous" must be true or false; found the text "yes".'],
  ["warehouse: { bigquery: { priority: urgent } }", '1:36 "warehouse.bigquery.priority" cannot be "urgent".'],
  ["warehouse: { bigquery: { api_endpoint: localhost } }", '1:40 "warehouse.bigquery.api_endpoint" must be a URL'],
  ["server: { cors_origins: ['*'] }", '1:26 "server.cors_origins[1]" must be an origin without a path or *'],
  ["server: { cors_origins: [https://a.example/] }", '1:26 "server.cors_origins[1]" must be an origin'],
  ["graphql: { persisted: allow }", '1:23 "graphql.persisted" cannot be "allow".'],
  ["quotas: { roles: { bi: { rows_per_hour: 0 } } }", '1:41 "quotas.roles.bi.rows_per_hour" must be a whole number'],
  ["- metrics", "1:1 The settings file is a mapping of keys to values; found a list."],
  ["metrics: a\n---\nmetrics: b", "3:1 The settings file holds more than one document."],
  ["warehous: { url: x }", '1:1 The settings file has no key "warehous".'],
])("%s is refused at its place", (text, problem) => {
  expect(problemsOf(text)).toEqual([expect.stringContaining(`assay.config.yaml:${problem}`)]);
});

test.each([
  [{ PORT: "abc" }, 'PORT (setting "server.port") must be a whole number from 0 to 65535.'],
  [{ ALLOW_ANONYMOUS: "yes" }, 'ALLOW_ANONYMOUS (setting "server.allow_anonymous") must be true or false.'],
  [{ ASSAY_LIMITS_MAX_ROWS: "-1" }, 'ASSAY_LIMITS_MAX_ROWS (setting "limits.max_rows") must be a whole number from 1.'],
  [{ WAREHOUSE_URL: "mysql://h/db" }, 'WAREHOUSE_URL (setting "warehouse.url") must be duckdb:PATH, postgres://… or'],
])("the variable in %o is refused by its name", (env, problem) => {
  expect(problemsOf("", env)).toEqual([expect.stringContaining(`The environment variable ${problem}`)]);
});

test("files and variables that are missing are named with their setting when they are needed, and only then", () => {
  const failure = (text: string, env: Environment = {}) => {
    const { warehouse } = settingsOf(text);
    try {
      warehouseOptions(warehouse, warehouse.url ?? null, env);
      return null;
    } catch (thrown) {
      return thrown instanceof SettingError ? thrown.diagnostic.message : thrown;
    }
  };
  const url = "url: postgres://h/db";
  expect(failure(POSTGRES)).toBe(
    '"warehouse.password" comes from the environment variable "SECRET_OF_TEST", which is not set.',
  );
  expect(failure(`warehouse: { ${url}, password: { file: /nowhere/pw } }`)).toBe(
    '"warehouse.password" names the file "/nowhere/pw", which cannot be used: there is no such file.',
  );
  const empty = inFile("\n", "pw");
  expect(failure(`warehouse: { ${url}, password: { file: ${empty} } }`)).toBe(
    `"warehouse.password" names the file "${empty}", which is empty.`,
  );
  expect(failure(`warehouse: { ${url}, ca_file: ${dirname(empty)} }`)).toBe(
    `"warehouse.ca_file" names the file "${dirname(empty)}", which cannot be used: it is no file.`,
  );
  expect(failure("warehouse: { url: bigquery://p/d, bigquery: { key_file: /nowhere/key } }")).toContain(
    '"warehouse.bigquery.key_file" names the file "/nowhere/key"',
  );
  expect(failure("warehouse: { password: { env: UNSET }, ca_file: /nowhere/ca }")).toBeNull();
});

test("a file that cannot even be looked at is one that cannot be read", () => {
  const { settings, diagnostics } = readSettings("a".repeat(300), {});
  expect(settings).toBeNull();
  expect(diagnostics).toMatchObject([{ code: "file/unreadable", message: expect.stringContaining("ENAMETOOLONG") }]);
});
