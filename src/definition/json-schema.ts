import { z } from "zod";
import { CALENDAR } from "./schema/calendar.ts";
import { ALIAS, METRIC } from "./schema/metric.ts";
import { MODEL } from "./schema/model.ts";
import { POLICY } from "./schema/policy.ts";
import { PROJECT } from "./schema/project.ts";
import { SAVED_QUERY } from "./schema/saved-query.ts";

/** JSON Schema (draft 2020-12) of one document, for completion and checks in editors. */
export function definitionsJsonSchema(): object {
  const document = z.union([MODEL, ...Object.values(METRIC), ALIAS, SAVED_QUERY, CALENDAR, POLICY, PROJECT]).meta({
    title: "Assay definition",
    description:
      "One document of a file below metrics/: a model, metric, saved query, calendar, policy, or the project.",
  });
  return z.toJSONSchema(document, { target: "draft-2020-12", io: "input" });
}
