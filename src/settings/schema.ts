import { jsonSchemaOf, listOf, mapping, type ShapeOf, text } from "../definition/index.ts";
import { AUDIT } from "./blocks/audit.ts";
import { CACHE } from "./blocks/cache.ts";
import { EVENTS } from "./blocks/events.ts";
import { GRAPHQL } from "./blocks/graphql.ts";
import { IDENTITY } from "./blocks/identity.ts";
import { LIMITS } from "./blocks/limits.ts";
import { OVERLOAD } from "./blocks/overload.ts";
import { POLICY } from "./blocks/policy.ts";
import { QUOTAS } from "./blocks/quotas.ts";
import { SERVER } from "./blocks/server.ts";
import { TELEMETRY } from "./blocks/telemetry.ts";
import { WAREHOUSE } from "./blocks/warehouse.ts";

const CONSUMER = "a name: lower-case letters, digits, - and _, at most 63";

/** The whole file. A new block is a file in `blocks/`, a line here and a line in `settings.ts`. */
export const SETTINGS = mapping("a mapping", {
  metrics: text("the path of a folder").optional().meta({ description: "Folder of definitions. Default metrics." }),
  warehouse: WAREHOUSE.optional(),
  limits: LIMITS.optional(),
  overload: OVERLOAD.optional(),
  cache: CACHE.optional(),
  events: EVENTS.optional(),
  server: SERVER.optional(),
  graphql: GRAPHQL.optional(),
  identity: IDENTITY.optional(),
  policy: POLICY.optional(),
  quotas: QUOTAS.optional(),
  audit: AUDIT.optional(),
  telemetry: TELEMETRY.optional(),
  consumers: listOf("a list of names", text(CONSUMER).regex(/^[a-z0-9][a-z0-9_-]{0,62}$/, { error: CONSUMER }))
    .optional()
    .meta({
      description: "Applications that may name themselves in the header Assay-Consumer, for counts and cost labels.",
      examples: [["finance-app", "sheets"]],
    }),
}).meta({ title: "Assay settings", description: "The file assay.config.yaml." });

export type SettingsShape = ShapeOf<typeof SETTINGS>;

/** JSON Schema (draft 2020-12) of the file, for completion and checks in editors. */
export function settingsJsonSchema(): object {
  return jsonSchemaOf(SETTINGS);
}
