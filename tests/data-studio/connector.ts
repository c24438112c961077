import { createHash, randomBytes } from "node:crypto";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { createServer, type RequestListener } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { buildConnector } from "../../scripts/connector/bundle.ts";
import { type ConnectorSettings, readSettings } from "../../scripts/connector/settings.ts";
import { createEngine, type Engine } from "../../src/engine/index.ts";
import { type ClaimValue, createAuthenticator } from "../../src/identity/index.ts";
import { createHttpHandler, type HttpOptions } from "../../src/server/index.ts";
import type { Warehouse } from "../../src/warehouse/index.ts";
import { jwkOf, rsa, startKeyServer } from "../identity/support.ts";
import { type AppsScript, openScript, type ScriptOptions, UserError } from "./fake/script.ts";
import type { Viewer } from "./fake/services.ts";
import { filled, normal, shopCatalog } from "./fixture.ts";

export const ANN: Viewer = { email: "ann@example.com" };
export const CLEO: Viewer = { email: "cleo@example.com" };
export const EMEA: Viewer = { email: "emea@example.com" };
export const APAC: Viewer = { email: "apac@example.com" };
/** Google knows them, the server does not. */
export const STRANGER: Viewer = { email: "eve@elsewhere.example" };
export const NOBODY: Viewer = { email: "nobody@example.com", isNobody: true };

const AUDIENCE = "connector.apps.googleusercontent.com";
export const KEY = { ...rsa(), kid: "g1", audience: AUDIENCE };
/** What the service token of a program is, which sees what an analyst sees. */
export const SERVICE_TOKEN = randomBytes(32).toString("hex");

const ACCOUNTS: readonly (readonly [Viewer, string, Readonly<Record<string, ClaimValue>>])[] = [
  [ANN, "analyst", {}],
  [CLEO, "clerk", {}],
  [EMEA, "regional", { regions: ["EMEA"] }],
  [APAC, "regional", { regions: ["APAC"] }],
];

/** A server over loopback, and the connector that was built for it. */
export interface Connected {
  readonly script: AppsScript;
  readonly engine: Engine;
  readonly warehouse: Warehouse;
  readonly endpoint: string;
  /** What Apps Script is told of the connector. */
  readonly manifest: unknown;
  close(): Promise<void>;
}

export interface ConnectOptions {
  readonly build?: Partial<ConnectorSettings["build"]>;
  readonly script?: Partial<ScriptOptions>;
  readonly http?: Partial<HttpOptions>;
  readonly warehouse?: (inner: Warehouse) => Warehouse;
}

export async function connect(options: ConnectOptions = {}): Promise<Connected> {
  const warehouse = await filled("duckdb");
  const engine = createEngine({ catalog: shopCatalog(), warehouse: options.warehouse?.(warehouse) ?? warehouse });
  const google = await startKeyServer({ keys: [jwkOf(KEY, KEY.kid, { alg: "RS256" })] });
  const authenticator = createAuthenticator(
    {
      claims: new Map([["regions", { type: "string", list: true }]]),
      issuers: [
        {
          kind: "google",
          audiences: [AUDIENCE],
          jwksUrl: google.url,
          accounts: ACCOUNTS.map(([{ email }, role, claims]) => ({
            of: { email },
            roles: [role],
            claims: new Map(Object.entries(claims)),
          })),
        },
        {
          kind: "service",
          tokens: [{ name: "reports", sha256: { env: "REPORTS" }, roles: ["analyst"], claims: new Map() }],
        },
      ],
    },
    { env: { REPORTS: createHash("sha256").update(SERVICE_TOKEN).digest("hex") } },
  );
  const server = await serve(createHttpHandler(engine, { graphiql: false, authenticator, ...options.http }));
  const built = openBuilt([server.url], options);
  return {
    ...built,
    engine,
    warehouse,
    endpoint: server.url,
    async close() {
      await built.close();
      await server.close();
      await google.stop();
      await engine.close();
    },
  };
}

/** The connector, built for some servers. */
export function openBuilt(
  endpoints: readonly string[],
  { build, script }: Pick<ConnectOptions, "build" | "script"> = {},
): Pick<Connected, "script" | "manifest" | "close"> {
  const folder = mkdtempSync(join(tmpdir(), "assay-connector-"));
  const settings = readSettings(join(import.meta.dirname, "../../connectors/data-studio/connector.template.json"));
  buildConnector({ ...settings, build: { ...settings.build, endpoints, ...build } }, folder);
  const opened = openScript(folder, { key: KEY, ...script });
  return {
    script: opened,
    manifest: JSON.parse(readFileSync(join(folder, "appsscript.json"), "utf8")),
    async close() {
      await opened.close();
      rmSync(folder, { recursive: true });
    },
  };
}

/** Serves on a port of its own. */
export async function serve(listener: RequestListener): Promise<{ readonly url: string; close(): Promise<void> }> {
  const server = createServer(listener);
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  if (typeof address !== "object" || address === null) throw new Error("no port");
  return {
    url: `http://127.0.0.1:${address.port}`,
    async close() {
      server.closeAllConnections();
      server.close();
      await once(server, "close");
    },
  };
}

/** A chart over orders, as Data Studio asks for it. */
export function chart(names: readonly string[], more: Readonly<Record<string, unknown>> = {}): object {
  return {
    configParams: { model: "orders" },
    scriptParams: { lastRefresh: "1783036800000" },
    dateRange: { startDate: "2025-01-01", endDate: "2027-12-31" },
    fields: names.map((name) => ({ name })),
    ...more,
  };
}

export interface Rows {
  readonly schema: readonly Readonly<Record<string, unknown>>[];
  readonly rows: readonly { readonly values: readonly (string | null)[] }[];
  readonly filtersApplied: boolean;
}

export async function dataOf(script: AppsScript, viewer: Viewer, request: object): Promise<Rows> {
  return (await script.call(viewer, "getData", request)) as Rows;
}

/** In any order, and numbers however an engine writes them. */
export function rowsOf({ rows }: Rows): readonly (readonly string[])[] {
  return normal(rows.map(({ values }) => values));
}

/** All that the script keeps of a viewer, as one text. */
export async function propertiesOf(script: AppsScript, viewer: Viewer): Promise<string> {
  const { userProperties } = await script.kept();
  return [...(userProperties.get(viewer.email) ?? new Map())].flat().join(" ");
}

/** The error that people see; anything else throws. */
export async function failure(asked: Promise<unknown>): Promise<UserError> {
  const error: unknown = await asked.catch((thrown: unknown) => thrown);
  if (error instanceof UserError) return error;
  throw new Error(`No user error: ${String(error)}`);
}
