import { duration, mapping, type ShapeOf, size, wholeNumber } from "../../definition/index.ts";

export const LIMITS = mapping("a mapping", {
  max_rows: wholeNumber("a whole number from 1", 1)
    .optional()
    .meta({ description: "Most rows that one answer may have; a larger one is refused.", examples: [100_000] }),
  max_bytes: size("1 KB", "1 TB")
    .optional()
    .meta({ description: "Largest answer, all its cells as text; a larger one is refused.", examples: ["100 MB"] }),
  timeout: duration("1 ms", "1 d")
    .optional()
    .meta({ description: "Longest time from the question to its last row.", examples: ["30 s"] }),
}).meta({ description: "Bounds of every question. What passes one is refused, never cut." });

/** Bounds of one question; what is missing is without a bound. */
export interface QuestionLimits {
  readonly maxRows?: number;
  readonly maxBytes?: number;
  readonly timeoutMs?: number;
}

export function limitsFrom(shape: ShapeOf<typeof LIMITS> = {}): QuestionLimits {
  const { max_rows: maxRows, max_bytes: maxBytes, timeout: timeoutMs } = shape;
  return {
    ...(maxRows !== undefined && { maxRows }),
    ...(maxBytes !== undefined && { maxBytes }),
    ...(timeoutMs !== undefined && { timeoutMs }),
  };
}
