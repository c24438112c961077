import { once } from "node:events";
import { createServer, type Server } from "node:http";
import { type AddressInfo, BlockList, isIP } from "node:net";
import type { Catalog } from "../../catalog/index.ts";
import { createEngine, createQuotas } from "../../engine/index.ts";
import { createHttpHandler, loadDocuments, type PersistedDocuments } from "../../graphql/index.ts";
import { type Authenticator, createDevelopmentAuthenticator } from "../../identity/index.ts";
import { claimDeclarations } from "../../policy/index.ts";
import { guarded } from "../../warehouse/index.ts";
import { type Arguments, choice, one } from "../arguments.ts";
import { openChosenAudit } from "../audit.ts";
import { openChosenWarehouse, WAREHOUSE_FLAG, warehouseUrl } from "../data.ts";
import { loadSoundDefinitions, METRICS_FLAG, type SettingsFlag } from "../definitions.ts";
import { CommandFailure, EXIT, unusable } from "../failure.ts";
import { identityAuthenticator } from "../identity.ts";
import { plural } from "../plural.ts";
import { chosenHashKey, hashKeyWarning } from "../policy.ts";
import { principalsLine } from "../principals.ts";
import { settingsFor } from "../settings.ts";
import { openChosenTelemetry } from "../telemetry.ts";
import type { Terminal } from "../terminal.ts";
import type { Verb } from "../verb.ts";

export const serve: Verb<SettingsFlag | "warehouse" | "port" | "host" | "format"> = {
  name: "serve",
  summary: "Serves the metrics over GraphQL until it is stopped.",
  operands: null,
  flags: {
    port: { value: "PORT", about: "where to listen (else PORT, else the setting, else 4000); 0 takes a free port" },
    host: { value: "HOST", about: "address to listen on (else HOST, else the setting, else 127.0.0.1)" },
    ...METRICS_FLAG,
    ...WAREHOUSE_FLAG,
    format: { value: "FORMAT", about: "text (default) or json: how the address is told" },
  },
  examples: [
    "assay serve",
    "assay serve --port 8080 --warehouse duckdb:shop.duckdb",
    "ALLOW_ANONYMOUS=true assay serve --host 0.0.0.0",
  ],
  async run(args, terminal) {
    const format = choice(args, "format", ["text", "json"]);
    const address = addressFrom(args, terminal);
    const catalog = loadSoundDefinitions(args, terminal);
    const identity = identityAuthenticator(args, terminal, catalog);
    const hashKey = chosenHashKey(args, terminal);
    const weakness = hashKeyWarning(settingsFor(args, terminal), catalog);
    if (weakness) terminal.say(`${weakness.message}\n  help: ${weakness.help}`);
    const persisted = persistedDocuments(args, terminal, catalog);
    const {
      limits,
      overload,
      cache,
      consumers,
      quotas: bounds,
      server: { corsOrigins },
    } = settingsFor(args, terminal);
    const telemetry = await openChosenTelemetry(args, terminal);
    const warehouse = guarded(await openChosenWarehouse(args, terminal), overload, telemetry.gateHooks);
    const quotas = createQuotas(bounds);
    const audit = await openChosenAudit(args, terminal, {
      isDefault: true,
      warehouse,
      onLost: (count) => telemetry.auditLost(count),
    });
    const engine = createEngine({
      catalog,
      warehouse,
      limits,
      onQuery: (event) => telemetry.record(event),
      onProbed: (model, changedAt) => telemetry.probed(model, new Date(changedAt)),
      ...(audit && { audit }),
      ...(hashKey !== null && { hashKey }),
      quotas,
      cache,
    });
    telemetry.observe({ catalog: () => engine.catalog, gate: () => warehouse.gate.stats(), cache: () => engine.kept });
    const authenticator = identity ?? developmentAuthenticator(address, catalog);
    try {
      const server = createServer(
        createHttpHandler(engine, {
          // Its questions are its own, not persisted ones.
          graphiql: persisted.mode !== "only",
          examples: identity === null,
          host: address.host,
          ...(authenticator && { authenticator }),
          consumers,
          telemetry,
          ...(audit && { audit }),
          persisted,
          corsOrigins,
          quotas,
          ...(limits.timeoutMs !== undefined && { timeoutMs: limits.timeoutMs }),
        }),
      );
      const stopped = stopSignal();
      const url = await listen(server, address);
      const from = warehouseUrl(args, terminal) === null ? "the embedded sample" : warehouse.name;
      // A server goes on when nobody reads what it prints, as in `assay serve | head`.
      await terminal
        .print(
          format === "json"
            ? announcement(url, catalog)
            : welcome({
                url,
                catalog,
                from,
                access: accessOf(authenticator, identity),
                audit: audit ? settingsFor(args, terminal).audit.folder : null,
                principals: authenticator && !identity ? principalsLine(catalog, programOf(terminal)) : null,
                needsToken: identity !== null,
                hasOwnQuestions: persisted.mode !== "only",
              }),
        )
        .catch(() => {});
      await stopped;
      await stop(server);
      return EXIT.fine;
    } finally {
      await engine.close();
      await audit?.close();
      await telemetry.close();
    }
  },
};

interface Address {
  readonly host: string;
  readonly port: number;
}

/**
 * @throws CommandFailure for an address that others can reach while nobody has to say who they are, and for settings that
 *   say both that they have to and that they need not.
 */
function addressFrom(args: Arguments<"port" | "host" | "config">, terminal: Terminal): Address {
  const { server, identity, origins } = settingsFor(args, terminal);
  if (identity && server.allowAnonymous) {
    const origin = origins.get("server.allow_anonymous");
    const message = `"server.allow_anonymous" (${origin}) and "identity" contradict each other: with identity everyone has to say who they are.`;
    throw new CommandFailure(EXIT.unusable, "INVALID_SETTINGS", message, { help: "take one of the two away" });
  }
  const port = one(args, "port") ?? String(server.port);
  if (!/^\d{1,5}$/.test(port) || Number(port) > 65_535)
    throw unusable(`The port must be a number from 0 to 65535, not "${port}".`);
  const host = one(args, "host") ?? server.host;
  if (!isLoopback(host) && !identity && !server.allowAnonymous) {
    const message = `Will not listen on ${host}: no identity is configured, so everyone who reaches it would see every row.`;
    throw new CommandFailure(EXIT.unusable, "ANONYMOUS_REFUSED", message, {
      help: "listen on 127.0.0.1, configure identity (docs/settings.md), or set ALLOW_ANONYMOUS=true or the setting server.allow_anonymous where the network itself is guarded",
    });
  }
  return { host, port: Number(port) };
}

/**
 * Tokens of this folder count where only this machine reaches the server. Elsewhere none does, and each is refused: who
 * sends one believes that rows are guarded, while everybody without one is the operator.
 */
function developmentAuthenticator({ host }: Address, catalog: Catalog): Authenticator | null {
  return isLoopback(host) ? createDevelopmentAuthenticator(claimDeclarations(catalog)) : null;
}

/** @throws CommandFailure when the documents cannot be used */
function persistedDocuments(args: Arguments<"config">, terminal: Terminal, catalog: Catalog): PersistedDocuments {
  const {
    graphql: { persisted: mode, documents: path },
    origins,
  } = settingsFor(args, terminal);
  if (mode === "off") return { mode, documents: new Map() };
  if (path === null) {
    const message = `"graphql.persisted" (${origins.get("graphql.persisted")}) is "${mode}", and no documents are named.`;
    throw new CommandFailure(EXIT.unusable, "INVALID_SETTINGS", message, { help: "name them in graphql.documents" });
  }
  try {
    return { mode, documents: loadDocuments(path, catalog) };
  } catch (thrown) {
    const words = thrown instanceof Error ? thrown.message : String(thrown);
    const message = `"graphql.documents" (${origins.get("graphql.documents")}): ${words}.`;
    throw new CommandFailure(EXIT.unusable, "INVALID_SETTINGS", message, {
      help: "it is a folder of .graphql files, or a JSON file from SHA-256 to document",
    });
  }
}

/** A name other than localhost may come to mean any address, so it counts as reachable. */
function isLoopback(host: string): boolean {
  const version = isIP(host);
  return host === "localhost" || (version !== 0 && LOOPBACK.check(host, version === 6 ? "ipv6" : "ipv4"));
}

const LOOPBACK = new BlockList();
LOOPBACK.addSubnet("127.0.0.0", 8);
LOOPBACK.addAddress("::1", "ipv6");

/** @returns the URL under which this machine reaches it. */
async function listen(server: Server, { host, port }: Address): Promise<string> {
  server.listen(port, host);
  try {
    await once(server, "listening");
  } catch (error) {
    throw listenFailure(error, { host, port });
  }
  const bound = server.address();
  const name = host === "0.0.0.0" || host === "::" ? "localhost" : host.includes(":") ? `[${host}]` : host;
  return `http://${name}:${isAddressInfo(bound) ? bound.port : port}`;
}

function listenFailure(error: unknown, { host, port }: Address): CommandFailure {
  const code = error instanceof Error && "code" in error ? error.code : null;
  if (code === "EADDRINUSE") {
    return unusable(
      `Port ${port} on ${host} is in use by another program.`,
      "choose another: --port 4001, or PORT=4001",
    );
  }
  if (code === "EACCES")
    return unusable(`Port ${port} may not be used without special rights.`, "choose one from 1024: --port 4000");
  if (code === "EADDRNOTAVAIL" || code === "ENOTFOUND")
    return unusable(`This machine has no address "${host}".`, "--host 127.0.0.1 always works");
  return unusable(`Cannot listen on ${host}:${port}: ${error instanceof Error ? error.message : String(error)}.`);
}

function isAddressInfo(address: AddressInfo | string | null): address is AddressInfo {
  return typeof address === "object" && address !== null;
}

/**
 * Resolves with the first SIGINT or SIGTERM. One key press may come twice, from the terminal and handed on by npm, so
 * more of them count only after a second: then they end the process at once, as Node does by itself.
 */
function stopSignal(): Promise<void> {
  const signals = ["SIGINT", "SIGTERM"] as const;
  return new Promise((resolve) => {
    const stop = () => {
      resolve();
      setTimeout(() => signals.forEach((signal) => process.off(signal, stop)), ECHO_MS).unref();
    };
    for (const signal of signals) process.on(signal, stop);
  });
}

const ECHO_MS = 1_000;

/** Takes no more requests, and gives those under way some seconds to end. */
async function stop(server: Server): Promise<void> {
  const closed = once(server, "close");
  server.close();
  const impatience = setTimeout(() => server.closeAllConnections(), GRACE_MS);
  await closed;
  clearTimeout(impatience);
}

const GRACE_MS = 5_000;

function announcement(url: string, { metrics, models }: Catalog): string {
  return `${JSON.stringify({ url, graphql: `${url}/graphql`, metrics: metrics.size, models: models.size })}\n`;
}

/** Who may come in, in one line. */
function accessOf(authenticator: Authenticator | null, identity: Authenticator | null): string {
  if (identity) return "identity is configured: every request needs a token, and policies decide what it sees";
  return authenticator
    ? "no identity is configured: everyone on this machine is the operator and sees every row; a token of assay token acts as whom it names"
    : "no identity is configured, and others may connect: everyone is the operator and sees every row; tokens are refused";
}

interface Welcome {
  readonly url: string;
  readonly catalog: Catalog;
  readonly from: string;
  readonly access: string;
  /** The folder of the log; null: there is none. */
  readonly audit: string | null;
  /** Whom a token of this folder can name; null where none counts, or policies name nobody. */
  readonly principals: string | null;
  readonly needsToken: boolean;
  /** Whether a document may be sent that the server does not have. */
  readonly hasOwnQuestions: boolean;
}

function welcome({ url, catalog, from, access, audit, principals, needsToken, hasOwnQuestions }: Welcome): string {
  const ways = `
  GraphiQL   ${url}/graphql
  Try        ${curl(url, catalog, needsToken)}`;
  return `Assay serves ${plural(catalog.metrics.size, "metric")} of ${plural(catalog.models.size, "model")} from ${from}.${hasOwnQuestions ? ways : ""}
  Access     ${access}
  Audit log  ${audit === null ? "none: no question is recorded" : `${audit} (assay audit show)`}
${principals === null ? "" : `  Principals ${principals}\n`}`;
}

/** How the program is called where the server was started. */
function programOf({ env }: Terminal): string {
  return env["npm_lifecycle_event"] === "start" ? "npm run --silent assay --" : "assay";
}

/** One question that can be pasted into a shell: NRR by month, or any metric where there is no NRR. */
function curl(url: string, { metrics }: Catalog, needsToken: boolean): string {
  const isNrr = metrics.has("nrr");
  const name = isNrr ? "nrr" : metrics.values().find((metric) => !metric.isPrivate)?.name;
  const groupBy = isNrr ? ', groupBy: [{name: "metric_time", grain: MONTH}]' : "";
  const query = name
    ? `{ query(input: {metrics: ["${name}"]${groupBy}}) { columns { name } rows } }`
    : "{ __typename }";
  const token = needsToken ? ' -H "authorization: Bearer $TOKEN"' : "";
  return `curl -s ${url}/graphql -H 'content-type: application/json'${token} -d '${JSON.stringify({ query })}'`;
}
