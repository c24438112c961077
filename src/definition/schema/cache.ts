import type { z } from "zod";
import { flag, mapping, word } from "./parts.ts";
import { duration } from "./quantity.ts";

const RULE = {
  ttl: duration("0 s", "30 d")
    .optional()
    .meta({ description: "How long an answer may be given again; 0 s: never.", examples: ["5 min"] }),
  stale: duration("0 s", "30 d")
    .optional()
    .meta({
      description:
        "How much longer, while a new one is asked for or the warehouse fails. Such an answer says how old it is.",
      examples: ["1 h"],
    }),
  refresh: word(["time", "probe", "event"]).optional().meta({
    description:
      "What ends an answer before its time: nothing (time), a change of the source that is looked for every few seconds (probe), or word of it (event). Default time.",
  }),
};

/** For how long answers are kept: a metric's own, or what holds for every model that says nothing. */
export const CACHE = mapping("a mapping with ttl, stale and refresh", RULE).meta({
  description: "For how long answers are kept.",
  examples: [{ ttl: "5 min", stale: "1 h" }],
});

export const MODEL_CACHE = mapping("a mapping with ttl, stale, refresh and deterministic", {
  ...RULE,
  deterministic: flag().optional().meta({
    description:
      "true: SQL of its own gives the same for the same rows, without now() or random(). Else answers with it are not kept.",
  }),
}).meta({
  description: "For how long answers from its rows are kept.",
  examples: [{ ttl: "5 min", stale: "1 h", refresh: "probe" }],
});

export type CacheShape = z.infer<typeof MODEL_CACHE>;
