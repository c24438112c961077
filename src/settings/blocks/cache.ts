import { duration, flag, mapping, type ShapeOf, size } from "../../definition/index.ts";
import { heapShare } from "../../std/index.ts";

export const CACHE = mapping("a mapping", {
  enabled: flag()
    .optional()
    .meta({ description: "false: no answer is kept, whatever the definitions say. Default true." }),
  max_bytes: size("1 MB", "1 TB")
    .optional()
    .meta({
      description: "Memory for answers that are kept. Default 256 MiB, and at most a quarter of the heap.",
      examples: ["1 GiB"],
    }),
  answer_bytes: size("0 B", "1 TB")
    .optional()
    .meta({
      description:
        "Memory for whole answers of GraphQL, to be sent again as they are. Default 64 MiB, and at most a sixteenth of the heap; 0 B: none are kept.",
      examples: ["256 MiB", "0 B"],
    }),
  ttl: duration("0 s", "30 d")
    .optional()
    .meta({
      description: "How long answers are kept where no metric, model or project says it. Default 0 s: they are not.",
      examples: ["30 s"],
    }),
}).meta({ description: "How answers are kept in memory, to be given again." });

export interface CacheSettings {
  readonly isEnabled: boolean;
  readonly maxBytes: number;
  /** Of whole answers; 0: none are kept. */
  readonly answerBytes: number;
  /** 0: what no definition speaks of is not kept. */
  readonly ttlMs: number;
}

export function cacheFrom({ enabled, max_bytes, answer_bytes, ttl }: ShapeOf<typeof CACHE> = {}): CacheSettings {
  return {
    isEnabled: enabled ?? true,
    maxBytes: max_bytes ?? heapShare(1 / 4, 256 * 2 ** 20),
    answerBytes: enabled === false ? 0 : (answer_bytes ?? heapShare(1 / 16, 64 * 2 ** 20)),
    ttlMs: ttl ?? 0,
  };
}
