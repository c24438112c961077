import { limitsFrom, type QuestionLimits } from "./blocks/limits.ts";
import { type ServerSettings, serverFrom } from "./blocks/server.ts";
import type { WarehouseShape } from "./blocks/warehouse.ts";
import type { SettingsShape } from "./schema.ts";

/** What holds for every verb unless a flag says otherwise. Holds no secret: only where they are. */
export interface Settings {
  /** The folder of definitions. */
  readonly metrics: string;
  /** As written; `url` missing: the embedded sample. `warehouseOptions` makes of it how to drive an engine. */
  readonly warehouse: WarehouseShape;
  readonly limits: QuestionLimits;
  readonly server: ServerSettings;
  readonly consumers: readonly string[];
  /** Where each setting that is set comes from: `assay.config.yaml:3:8`, `the environment variable PORT`. */
  readonly origins: ReadonlyMap<string, string>;
}

export function settingsFrom(shape: SettingsShape, origins: Settings["origins"]): Settings {
  return {
    metrics: shape.metrics ?? "metrics",
    warehouse: shape.warehouse ?? {},
    limits: limitsFrom(shape.limits),
    server: serverFrom(shape.server),
    consumers: shape.consumers ?? [],
    origins,
  };
}
