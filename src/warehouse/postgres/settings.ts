import type { PostgresOptions } from "../options.ts";

export interface PostgresSettings {
  /** The URL without credentials. */
  readonly name: string;
  /** In the words of pg, whose types are not at hand where the package is used. */
  readonly connection: {
    readonly connectionString: string;
    readonly connectionTimeoutMillis: number;
    readonly keepAlive: boolean;
    readonly allowExitOnIdle: boolean;
  };
  readonly maxConnections: number;
  readonly statementTimeoutMs: number;
}

/**
 * @param url `postgres://user:password@host:port/database?…`, with the parameters that libpq knows. Beyond this machine
 *   the connection is encrypted and the server's certificate checked, unless `sslmode` says otherwise.
 * @throws Error when it is no such URL; the message does not repeat it, since it may hold a password.
 */
export function postgresSettings(url: string, options: PostgresOptions = {}): PostgresSettings {
  if (!URL.canParse(url))
    throw new Error("This is no URL of a PostgreSQL database: postgres://user@host:5432/database.");
  const parsed = new URL(url);
  const name = `postgres://${parsed.host}${parsed.pathname}`;
  const statementTimeoutMs = options.statementTimeoutMs ?? 300_000;
  const { searchParams } = parsed;
  // Ours come last, so that they win over those of the URL.
  searchParams.set("options", `${searchParams.get("options") ?? ""} ${sessionOptions(statementTimeoutMs)}`.trim());
  if (!searchParams.has("application_name")) searchParams.set("application_name", "assay");
  const saysHowToEncrypt = searchParams.has("sslmode") || searchParams.has("ssl") || process.env["PGSSLMODE"];
  if (!saysHowToEncrypt && !isThisMachine(parsed, searchParams)) searchParams.set("sslmode", "verify-full");
  const connection = {
    connectionString: parsed.href,
    connectionTimeoutMillis: options.connectTimeoutMs ?? 10_000,
    keepAlive: true,
    allowExitOnIdle: true,
  };
  return { name, connection, maxConnections: options.maxConnections ?? 10, statementTimeoutMs };
}

function sessionOptions(statementTimeoutMs: number): string {
  const settings = {
    default_transaction_read_only: "on",
    TimeZone: "UTC",
    DateStyle: "ISO",
    statement_timeout: `${statementTimeoutMs}`,
    idle_in_transaction_session_timeout: "60000",
  };
  return Object.entries(settings)
    .map(([key, value]) => `-c ${key}=${value}`)
    .join(" ");
}

function isThisMachine({ hostname }: URL, parameters: URLSearchParams): boolean {
  const host = parameters.get("host") ?? decodeURIComponent(hostname);
  return host === "" || host.startsWith("/") || /^(localhost|127(\.\d+){3}|\[?::1\]?)$/.test(host);
}
