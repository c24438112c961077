import { jsonSchemaOf, listOf, mapping, type ShapeOf, text } from "../definition/index.ts";
import { LIMITS } from "./blocks/limits.ts";
import { SERVER } from "./blocks/server.ts";
import { WAREHOUSE } from "./blocks/warehouse.ts";

/** The whole file. A new block is a file in `blocks/`, a line here and a line in `settings.ts`. */
export const SETTINGS = mapping("a mapping", {
  metrics: text("the path of a folder").optional().meta({ description: "Folder of definitions. Default metrics." }),
  warehouse: WAREHOUSE.optional(),
  limits: LIMITS.optional(),
  server: SERVER.optional(),
  consumers: listOf("a list of names", text("a name"))
    .optional()
    .meta({ description: "Applications whose names appear in cost labels.", examples: [["finance-app", "sheets"]] }),
}).meta({ title: "Assay settings", description: "The file assay.config.yaml." });

export type SettingsShape = ShapeOf<typeof SETTINGS>;

/** JSON Schema (draft 2020-12) of the file, for completion and checks in editors. */
export function settingsJsonSchema(): object {
  return jsonSchemaOf(SETTINGS);
}
