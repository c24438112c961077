/** How to drive each engine; every part has a default. Filled from `assay.config.yaml` and the environment. */
export interface WarehouseOptions {
  readonly duckdb?: DuckDbOptions;
  readonly postgres?: PostgresOptions;
  readonly bigquery?: BigQueryOptions;
}

export interface DuckDbOptions {
  /** Default read-only: the file must exist. A database in memory is empty and always writable. */
  readonly access?: "read-only" | "read-write";
  /** Threads that one database works with. Default: one a core. */
  readonly threads?: number;
  /** In DuckDB's words, such as `2GB`. Default: DuckDB's own, 80 % of the memory. */
  readonly memoryLimit?: string;
}

export interface PostgresOptions {
  /** Wins over the URL's. */
  readonly password?: string;
  /** File of certificate authorities in PEM, besides those that Node knows. */
  readonly caFile?: string;
  /** Statements that run at once on each host; more wait their turn. Default 10. One more connection ends statements. */
  readonly maxConnections?: number;
  /** How long a statement may wait for its turn before it is refused as busy. Default 10 s. */
  readonly maxWaitMs?: number;
  /** How long a new connection may take. Default 10 s. */
  readonly connectTimeoutMs?: number;
  /** The server ends a statement that takes longer. Default 5 min. */
  readonly statementTimeoutMs?: number;
  /** URLs of read replicas of the same database: statements go there while they are well. */
  readonly replicas?: readonly string[];
  /** A replica further behind its primary is passed over. Default 1 min. */
  readonly maxReplicaLagMs?: number;
  /** How often each host is looked after. Default 1 s. */
  readonly healthCheckMs?: number;
}

export interface BigQueryOptions {
  /** File with the key of a service account. Default: the cloud's default credentials. */
  readonly keyFile?: string;
  /** Base URL of an emulator or a private endpoint, `http://127.0.0.1:9050`; over plain HTTP no credentials are sent. */
  readonly apiEndpoint?: string;
  /** Bytes that one statement may be charged for; over it BigQuery refuses, uncharged. Default: no limit of ours. */
  readonly maxBytesBilled?: number;
  /**
   * Bytes that one principal may be charged for in 24 hours, counted by this process. A statement holds the most that it
   * may cost until it ends: without a `maxBytesBilled` a principal's statements run one after the other. Default: no limit.
   */
  readonly maxBytesBilledPerPrincipal?: number;
  readonly priority?: "INTERACTIVE" | "BATCH";
  /** Written on every job as label `environment`. */
  readonly environment?: string;
  /** BigQuery ends a job that takes longer. Default 5 min. */
  readonly statementTimeoutMs?: number;
}
