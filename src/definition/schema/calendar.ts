import { z } from "zod";
import { DESCRIPTION, GRAIN, LABEL, mapping, name, named, SOURCE, text } from "./parts.ts";

const CUSTOM_GRAIN = z
  .union([text("a column"), mapping("a mapping", { column: text("a column"), label: LABEL.optional() })], {
    error: "a column, or a mapping with column and label",
  })
  .meta({ examples: ["fiscal_quarter_start", { column: "sprint_start", label: "Sprint" }] });

export const CALENDAR = mapping("a mapping", {
  calendar: name().meta({ description: "Name of the calendar.", examples: ["days"] }),
  label: LABEL.optional(),
  description: DESCRIPTION.optional(),
  ...SOURCE,
  column: text("a column").meta({ description: "The column that holds the start of each period." }),
  grain: GRAIN.meta({ description: "The table has one row for each such period." }),
  custom_grains: named("a mapping from name to column", CUSTOM_GRAIN)
    .optional()
    .meta({ description: "Columns that hold the start of periods of your own, by the name of the grain." }),
}).meta({ id: "calendar", description: "A table with one row for each period." });

export type CalendarShape = z.infer<typeof CALENDAR>;
