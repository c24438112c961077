import type { GateSettings } from "../warehouse/index.ts";
import { type AuditSettings, auditFrom } from "./blocks/audit.ts";
import { type CacheSettings, cacheFrom } from "./blocks/cache.ts";
import type { EventsShape } from "./blocks/events.ts";
import { type GraphqlSettings, graphqlFrom } from "./blocks/graphql.ts";
import type { IdentityShape } from "./blocks/identity.ts";
import { limitsFrom, type QuestionLimits } from "./blocks/limits.ts";
import { overloadFrom } from "./blocks/overload.ts";
import type { PolicyShape } from "./blocks/policy.ts";
import { type QuotaSettings, quotasFrom } from "./blocks/quotas.ts";
import { type ServerSettings, serverFrom } from "./blocks/server.ts";
import type { TelemetryShape } from "./blocks/telemetry.ts";
import type { WarehouseShape } from "./blocks/warehouse.ts";
import type { SettingsShape } from "./schema.ts";

/** What holds for every verb unless a flag says otherwise. Holds no secret: only where they are. */
export interface Settings {
  /** The folder of definitions. */
  readonly metrics: string;
  /** As written; `url` missing: the embedded sample. `warehouseOptions` makes of it how to drive an engine. */
  readonly warehouse: WarehouseShape;
  readonly limits: QuestionLimits;
  readonly overload: GateSettings;
  readonly cache: CacheSettings;
  /** As written; `eventSecretFrom` reads the secret. */
  readonly events: EventsShape;
  readonly server: ServerSettings;
  readonly graphql: GraphqlSettings;
  /** As written; null: nobody has to say who they are. `identityFrom` makes of it whom the server believes. */
  readonly identity: IdentityShape | null;
  /** As written; `hashKeyFrom` reads the secret. */
  readonly policy: PolicyShape;
  readonly quotas: QuotaSettings;
  readonly audit: AuditSettings;
  /** As written; `otlpFrom` makes of it where traces go. */
  readonly telemetry: TelemetryShape;
  readonly consumers: readonly string[];
  /**
   * Where each setting that is set comes from: `assay.config.yaml:3:8`, `the environment variable PORT`. Of what only the
   * file can hold every part has its place: `identity.jwt[1].audience`.
   */
  readonly origins: ReadonlyMap<string, string>;
}

export function settingsFrom(shape: SettingsShape, origins: Settings["origins"]): Settings {
  return {
    metrics: shape.metrics ?? "metrics",
    warehouse: shape.warehouse ?? {},
    limits: limitsFrom(shape.limits),
    overload: overloadFrom(shape.overload, shape.warehouse),
    cache: cacheFrom(shape.cache),
    events: shape.events ?? {},
    server: serverFrom(shape.server),
    graphql: graphqlFrom(shape.graphql),
    identity: shape.identity ?? null,
    policy: shape.policy ?? {},
    quotas: quotasFrom(shape.quotas),
    audit: auditFrom(shape.audit),
    telemetry: shape.telemetry ?? {},
    consumers: shape.consumers ?? [],
    origins,
  };
}
