import type { z } from "zod";
import { CACHE } from "./cache.ts";
import { EXTENSIONS, mapping, name, text } from "./parts.ts";
import { CLAIMS } from "./policy.ts";

export const PROJECT = mapping("a mapping", {
  project: name().meta({ description: "Name of the project.", examples: ["shop"] }),
  time_zone: text("the name of a time zone, such as Europe/Berlin")
    .optional()
    .meta({ description: "In which instants are cut into days; UTC unless set.", examples: ["America/New_York"] }),
  claims: CLAIMS.optional(),
  cache: CACHE.optional(),
  extensions: EXTENSIONS.optional(),
}).meta({ id: "project", description: "What holds for all definitions." });

export type ProjectShape = z.infer<typeof PROJECT>;
