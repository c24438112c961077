import { readFileSync } from "node:fs";
import type { PostgresOptions } from "../options.ts";

export interface PostgresSettings {
  /** The URL without credentials. */
  readonly name: string;
  /** At least one; in no order of rank: who is primary, the servers say. */
  readonly hosts: readonly PostgresHost[];
  readonly limits: PostgresLimits;
  readonly maxReplicaLagMs: number;
  readonly healthCheckMs: number;
}

export interface PostgresHost {
  /** Its URL without credentials. */
  readonly name: string;
  /** In the words of pg, whose types are not at hand where the package is used. */
  readonly connection: {
    readonly connectionString: string;
    readonly connectionTimeoutMillis: number;
    readonly keepAlive: boolean;
    readonly allowExitOnIdle: boolean;
    readonly ssl?: { readonly ca: string[] };
  };
}

export interface PostgresLimits {
  readonly maxConnections: number;
  readonly maxWaitMs: number;
  readonly connectTimeoutMs: number;
  readonly statementTimeoutMs: number;
}

/**
 * @param url `postgres://user:password@host:port/database?…`, with the parameters that libpq knows; several hosts of one
 *   database as `postgres://user@first:5432,second:5432/database`. Beyond this machine the connection is encrypted and
 *   the server's certificate checked, unless `sslmode` says otherwise.
 * @throws Error when it is no such URL; the message does not repeat it, since it may hold a password.
 */
export function postgresSettings(url: string, options: PostgresOptions = {}): PostgresSettings {
  const limits: PostgresLimits = {
    maxConnections: options.maxConnections ?? 10,
    maxWaitMs: options.maxWaitMs ?? 10_000,
    connectTimeoutMs: options.connectTimeoutMs ?? 10_000,
    statementTimeoutMs: options.statementTimeoutMs ?? 300_000,
  };
  const ca = options.caFile === undefined ? null : [...publicCertificates(), certificates(options.caFile)];
  const own = hostUrls(url);
  const urls = [...own, ...(options.replicas ?? []).flatMap(hostUrls)];
  const [first] = own;
  return {
    name: first ? `postgres://${own.map(({ host }) => host).join(",")}${first.pathname}` : "postgres:",
    hosts: urls.map((each) => hostSettings(each, { limits, ca, password: options.password })),
    limits,
    maxReplicaLagMs: options.maxReplicaLagMs ?? 60_000,
    healthCheckMs: options.healthCheckMs ?? 1_000,
  };
}

/** One URL a host: URLs themselves know of one host only. */
function hostUrls(url: string): readonly URL[] {
  const [, start = "", hosts = "", rest = ""] = /^(postgres(?:ql)?:\/\/(?:[^/?#]*@)?)([^/?#@]*)(.*)$/s.exec(url) ?? [];
  return hosts.split(",").map((host) => {
    const one = `${start}${host}${rest}`;
    if (start === "" || !URL.canParse(one)) {
      throw new Error("This is no URL of a PostgreSQL database: postgres://user@host:5432/database.");
    }
    return new URL(one);
  });
}

/** The module takes long to load, and few need it. */
function publicCertificates(): readonly string[] {
  return process.getBuiltinModule("node:tls").rootCertificates;
}

function certificates(file: string): string {
  try {
    return readFileSync(file, "utf8");
  } catch (cause) {
    throw new Error(`The file of certificate authorities "${file}" cannot be read.`, { cause });
  }
}

interface Common {
  readonly limits: PostgresLimits;
  readonly ca: string[] | null;
  readonly password: string | undefined;
}

function hostSettings(url: URL, { limits, ca, password }: Common): PostgresHost {
  const name = `postgres://${url.host}${url.pathname}`;
  const { searchParams } = url;
  if (password !== undefined) {
    searchParams.delete("password");
    url.password = encodeURIComponent(password);
  }
  // Ours come last, so that they win over those of the URL.
  const session = `${searchParams.get("options") ?? ""} ${sessionOptions(limits.statementTimeoutMs)}`.trim();
  searchParams.set("options", session);
  if (!searchParams.has("application_name")) searchParams.set("application_name", "assay");
  const says = searchParams.get("sslmode") ?? searchParams.get("ssl") ?? process.env["PGSSLMODE"] ?? null;
  if (ca !== null) {
    if (says !== null && says !== "verify-full") {
      throw new Error(`${name} asks for "${says}" and for a certificate authority: leave one of them out.`);
    }
    searchParams.delete("sslmode"); // it would hide the authority from pg
  } else if (says === null && !isThisMachine(url)) {
    searchParams.set("sslmode", "verify-full");
  }
  const connection = {
    connectionString: url.href,
    connectionTimeoutMillis: limits.connectTimeoutMs,
    keepAlive: true,
    allowExitOnIdle: true,
    ...(ca && { ssl: { ca } }),
  };
  return { name, connection };
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

function isThisMachine({ hostname, searchParams }: URL): boolean {
  const host = searchParams.get("host") ?? decodeURIComponent(hostname);
  return host === "" || host.startsWith("/") || /^(localhost|127(\.\d+){3}|\[?::1\]?)$/.test(host);
}
