import { duration, listOf, mapping, type ShapeOf, size, text, wholeNumber, word } from "../../definition/index.ts";
import type { BigQueryOptions, DuckDbOptions, PostgresOptions, WarehouseOptions } from "../../warehouse/index.ts";
import { checkReadable, type Environment, hasPassword, SECRET, secretFrom } from "../secrets.ts";

const BIGQUERY = mapping("a mapping", {
  key_file: text("the path of a file")
    .optional()
    .meta({ description: "Key of a service account. Default: the cloud's default credentials." }),
  api_endpoint: text("a URL")
    .regex(/^https?:\/\//, { error: "a URL, such as http://127.0.0.1:9050" })
    .optional()
    .meta({ description: "An emulator or a private endpoint.", examples: ["http://127.0.0.1:9050"] }),
  max_bytes_billed: size("10 MB", "1000 TB")
    .optional()
    .meta({ description: "Most bytes that one question may be charged for; BigQuery refuses it before it reads." }),
  max_bytes_billed_per_principal: size("10 MB", "1000 TB")
    .optional()
    .meta({ description: "Most bytes that one principal may be charged for in 24 hours." }),
  priority: word(["interactive", "batch"])
    .optional()
    .meta({ description: "batch waits for idle slots. Default interactive." }),
  environment: text("a label: lower-case letters, digits, - and _, at most 63")
    .regex(/^[a-z0-9_-]{1,63}$/, { error: "a label: lower-case letters, digits, - and _, at most 63" })
    .optional()
    .meta({ description: "Label environment of every job.", examples: ["production"] }),
}).meta({ description: "Only for BigQuery." });

const DUCKDB = mapping("a mapping", {
  threads: wholeNumber("a whole number from 1", 1)
    .optional()
    .meta({ description: "Threads that one database works with. Default: one a core." }),
  memory_limit: size("10 MB", "100 TB")
    .optional()
    .meta({ description: "Memory that one database may use. Default: 80 % of the machine's.", examples: ["4 GB"] }),
}).meta({ description: "Only for DuckDB." });

export const WAREHOUSE = mapping("a mapping", {
  url: text("a warehouse URL")
    .regex(/^(duckdb:.|postgres(ql)?:\/\/|bigquery:\/\/)/, {
      error: "duckdb:PATH, postgres://… or bigquery://PROJECT/DATASET",
    })
    .optional()
    .meta({
      description: "Where the data is, without a password. Default: the embedded sample.",
      examples: [
        "duckdb:shop.duckdb",
        "postgres://reader@db.example.com:5432/shop",
        "bigquery://my-project/shop?location=EU",
      ],
    }),
  password: SECRET.optional().meta({
    description: "Where the password of PostgreSQL is.",
    examples: [{ env: "PGPASSWORD" }],
  }),
  ca_file: text("the path of a file")
    .optional()
    .meta({ description: "Certificate authorities in PEM, for PostgreSQL." }),
  replicas: listOf(
    "a list of PostgreSQL URLs",
    text("a PostgreSQL URL").regex(/^postgres(ql)?:\/\//, { error: "a PostgreSQL URL" }),
  )
    .optional()
    .meta({
      description: "Read replicas of the same PostgreSQL database.",
      examples: [["postgres://reader@replica:5432/shop"]],
    }),
  max_connections: wholeNumber("a whole number from 1 to 1000", 1)
    .max(1000, { error: "a whole number from 1 to 1000" })
    .optional()
    .meta({ description: "Statements that run at once on each PostgreSQL host. Default 10." }),
  max_wait: duration("1 ms", "1 h")
    .optional()
    .meta({ description: "Longest wait for such a turn. Default 10 s.", examples: ["10 s"] }),
  connect_timeout: duration("1 ms", "10 min")
    .optional()
    .meta({ description: "Longest time for a new PostgreSQL connection. Default 10 s.", examples: ["10 s"] }),
  statement_timeout: duration("1 ms", "1 d")
    .optional()
    .meta({
      description: "PostgreSQL and BigQuery end a statement that takes longer. Default 5 min.",
      examples: ["5 min"],
    }),
  max_replica_lag: duration("1 ms", "1 d")
    .optional()
    .meta({ description: "A replica further behind its primary is passed over. Default 1 min.", examples: ["1 min"] }),
  health_check: duration("100 ms", "1 h")
    .optional()
    .meta({ description: "How often each PostgreSQL host is looked after. Default 1 s.", examples: ["5 s"] }),
  bigquery: BIGQUERY.optional(),
  duckdb: DUCKDB.optional(),
}).meta({ description: "The warehouse that every verb asks." });

export type WarehouseShape = ShapeOf<typeof WAREHOUSE>;

/**
 * How to drive the warehouse behind a URL. Secrets and files of other engines are not looked at.
 *
 * @param url What was chosen; null: the embedded sample.
 * @throws SettingError for a secret or a file that is not there.
 */
export function warehouseOptions(shape: WarehouseShape, url: string | null, env: Environment): WarehouseOptions {
  if (url !== null && /^postgres(ql)?:/.test(url)) return { postgres: postgresOptions(shape, url, env) };
  if (url !== null && url.startsWith("bigquery:")) return { bigquery: bigQueryOptions(shape) };
  return { duckdb: duckDbOptions(shape.duckdb) };
}

function postgresOptions(shape: WarehouseShape, url: string, env: Environment): PostgresOptions {
  const { ca_file: caFile, max_connections: maxConnections, max_wait: maxWaitMs } = shape;
  const { connect_timeout: connectTimeoutMs, statement_timeout: statementTimeoutMs } = shape;
  const { max_replica_lag: maxReplicaLagMs, health_check: healthCheckMs } = shape;
  const isInUrl = hasPassword(url);
  if (caFile !== undefined) checkReadable("warehouse.ca_file", caFile);
  return {
    ...(shape.password && !isInUrl && { password: secretFrom(shape.password, "warehouse.password", env) }),
    ...(caFile !== undefined && { caFile }),
    // Replicas are copies of one database: those of the settings, not of one that a flag names.
    ...(shape.replicas?.length && url === shape.url && { replicas: shape.replicas }),
    ...(maxConnections !== undefined && { maxConnections }),
    ...(maxWaitMs !== undefined && { maxWaitMs }),
    ...(connectTimeoutMs !== undefined && { connectTimeoutMs }),
    ...(statementTimeoutMs !== undefined && { statementTimeoutMs }),
    ...(maxReplicaLagMs !== undefined && { maxReplicaLagMs }),
    ...(healthCheckMs !== undefined && { healthCheckMs }),
  };
}

function bigQueryOptions({ bigquery = {}, statement_timeout: statementTimeoutMs }: WarehouseShape): BigQueryOptions {
  const { key_file: keyFile, api_endpoint: apiEndpoint, environment, priority } = bigquery;
  const { max_bytes_billed: maxBytesBilled, max_bytes_billed_per_principal: maxBytesBilledPerPrincipal } = bigquery;
  if (keyFile !== undefined) checkReadable("warehouse.bigquery.key_file", keyFile);
  return {
    ...(keyFile !== undefined && { keyFile }),
    ...(apiEndpoint !== undefined && { apiEndpoint }),
    ...(maxBytesBilled !== undefined && { maxBytesBilled }),
    ...(maxBytesBilledPerPrincipal !== undefined && { maxBytesBilledPerPrincipal }),
    ...(priority !== undefined && { priority: priority === "batch" ? "BATCH" : "INTERACTIVE" }),
    ...(environment !== undefined && { environment }),
    ...(statementTimeoutMs !== undefined && { statementTimeoutMs }),
  };
}

function duckDbOptions({
  threads,
  memory_limit: memoryLimit,
}: NonNullable<WarehouseShape["duckdb"]> = {}): DuckDbOptions {
  return {
    ...(threads !== undefined && { threads }),
    ...(memoryLimit !== undefined && { memoryLimit: `${Math.floor(memoryLimit / 1000)}KB` }),
  };
}
