import { createServer } from "node:http";
import type { Catalog } from "../../catalog/index.ts";
import { createEngine, createQuotas } from "../../engine/index.ts";
import { type Authenticator, createDevelopmentAuthenticator } from "../../identity/index.ts";
import { claimDeclarations } from "../../policy/index.ts";
import { createHttpHandler, createReadiness, keepDefinitions, stopSignal } from "../../server/index.ts";
import { describeError } from "../../telemetry/index.ts";
import { guarded } from "../../warehouse/index.ts";
import { type Address, addressFrom, isLoopback, listen } from "../address.ts";
import { choice, isOn } from "../arguments.ts";
import { openChosenAudit } from "../audit.ts";
import { openChosenWarehouse, WAREHOUSE_FLAG, warehouseUrl } from "../data.ts";
import { definitionsFolder, loadSoundDefinitions, METRICS_FLAG, type SettingsFlag } from "../definitions.ts";
import { chosenEventSecret } from "../events.ts";
import { EXIT } from "../failure.ts";
import { identityAuthenticator } from "../identity.ts";
import { persistedDocuments } from "../persisted.ts";
import { chosenHashKey, hashKeyWarning } from "../policy.ts";
import { principalsLine } from "../principals.ts";
import { problemOf, tellOfReading } from "../reading.ts";
import { settingsFor } from "../settings.ts";
import { drainAloud } from "../stopping.ts";
import { openChosenTelemetry } from "../telemetry.ts";
import type { Verb } from "../verb.ts";
import { accessOf, announcement, programOf, welcome } from "../welcome.ts";

export const serve: Verb<SettingsFlag | "warehouse" | "port" | "host" | "watch" | "format"> = {
  name: "serve",
  summary: "Serves the metrics over GraphQL until it is stopped.",
  operands: null,
  flags: {
    port: { value: "PORT", about: "where to listen (else PORT, else the setting, else 4000); 0 takes a free port" },
    host: { value: "HOST", about: "address to listen on (else HOST, else the setting, else 127.0.0.1)" },
    ...METRICS_FLAG,
    ...WAREHOUSE_FLAG,
    watch: { about: "read the definitions again whenever a file changes; without it, on the signal SIGHUP" },
    format: { value: "FORMAT", about: "text (default) or json: how the address is told" },
  },
  examples: [
    "assay serve",
    "assay serve --watch",
    "assay serve --port 8080 --warehouse duckdb:shop.duckdb",
    "ALLOW_ANONYMOUS=true assay serve --host 0.0.0.0",
  ],
  async run(args, terminal) {
    const format = choice(args, "format", ["text", "json"]);
    const address = addressFrom(args, terminal);
    const catalog = loadSoundDefinitions(args, terminal);
    const identity = identityAuthenticator(args, terminal, catalog);
    const hashKey = chosenHashKey(args, terminal);
    const eventSecret = chosenEventSecret(args, terminal);
    const weakness = hashKeyWarning(settingsFor(args, terminal), catalog);
    if (weakness) terminal.say(`${weakness.message}\n  help: ${weakness.help}`);
    const persisted = persistedDocuments(args, terminal, catalog);
    const {
      limits,
      overload,
      cache,
      consumers,
      quotas: bounds,
      server: { corsOrigins, drain: draining },
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
      onUnprobed: (model, why) =>
        telemetry.log.write("warn", "No answer with this model is kept (refresh: probe).", { model, why }),
      ...(audit && { audit }),
      ...(hashKey !== null && { hashKey }),
      quotas,
      cache,
    });
    telemetry.observe({
      catalog: () => engine.catalog,
      gate: () => warehouse.gate.stats(),
      cancelRetries: () => warehouse.cancelRetries?.() ?? 0,
      cache: () => engine.kept,
      questions: () => engine.running,
    });
    const authenticator = identity ?? developmentAuthenticator(address, catalog);
    const asking = { authenticator };
    const readiness = createReadiness({
      ping: () => engine.ping(),
      canRecord: audit && (() => audit.ready()),
    });
    const definitions = keepDefinitions({
      folder: definitionsFolder(args, terminal),
      catalog,
      isWatched: isOn(args, "watch"),
      swap(next) {
        // The new policies may read other claims of a token. What does not fit them is thrown before anything is swapped.
        asking.authenticator = identityAuthenticator(args, terminal, next) ?? developmentAuthenticator(address, next);
        engine.swap(next);
      },
      onRead: (state, outcome) => tellOfReading(telemetry, state, outcome),
    });
    const hangUp = (): void => void definitions.reload();
    process.on("SIGHUP", hangUp);
    // A slip of one request must not end those of all others.
    const stray = (reason: unknown): void =>
      telemetry.log.write("error", "A promise was rejected for which nobody waits.", describeError(reason));
    process.on("unhandledRejection", stray);
    let tellEnd = (): void => {};
    try {
      const server = createServer(
        { keepAliveTimeout: KEEP_ALIVE_MS },
        createHttpHandler(engine, {
          // Its questions are its own, not persisted ones.
          graphiql: persisted.mode !== "only",
          examples: identity === null,
          host: address.host,
          ...(authenticator && { authenticator: following(asking) }),
          readiness: () => readiness.look(),
          definitionsProblem: () => problemOf(definitions.state),
          consumers,
          telemetry,
          ...(audit && { audit }),
          ...(eventSecret !== null && { eventSecret }),
          persisted,
          answerBytes: cache.answerBytes,
          corsOrigins,
          quotas,
          ...(limits.timeoutMs !== undefined && { timeoutMs: limits.timeoutMs }),
          // However slowly they are read, others are answered meanwhile.
          ...(warehouse.concurrency !== undefined && { maxStreams: Math.ceil(warehouse.concurrency / 2) }),
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
      const signal = await stopped;
      readiness.stopping();
      tellEnd = await drainAloud(server, { engine, log: telemetry.log }, { ...draining, signal });
      return EXIT.fine;
    } finally {
      process.off("SIGHUP", hangUp);
      process.off("unhandledRejection", stray);
      definitions.close();
      await engine.close();
      await audit?.close();
      tellEnd();
      await telemetry.close();
    }
  },
};

/**
 * Tokens of this folder count where only this machine reaches the server. Elsewhere none does, and each is refused: who
 * sends one believes that rows are guarded, while everybody without one is the operator.
 */
function developmentAuthenticator({ host }: Address, catalog: Catalog): Authenticator | null {
  return isLoopback(host) ? createDevelopmentAuthenticator(claimDeclarations(catalog)) : null;
}

/** The one in use: another comes with other definitions. */
function following(asking: { readonly authenticator: Authenticator | null }): Authenticator {
  return {
    async authenticate(authorization) {
      if (!asking.authenticator) throw new Error("Nobody tells any more who asks.");
      return asking.authenticator.authenticate(authorization);
    },
  };
}

/** Longer than load balancers keep an idle connection, 60 s as a rule: they must not ask on one that we close just then. */
const KEEP_ALIVE_MS = 75_000;
