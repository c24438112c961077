import { duration, mapping, type ShapeOf, wholeNumber } from "../../definition/index.ts";
import type { GateSettings } from "../../warehouse/index.ts";
import type { WarehouseShape } from "./warehouse.ts";

export const OVERLOAD = mapping("a mapping", {
  concurrency: wholeNumber("a whole number from 1 to 1000", 1)
    .max(1000, { error: "a whole number from 1 to 1000" })
    .optional()
    .meta({
      description: "Most statements that run at once. Default: as many as the warehouse takes.",
      examples: [10],
    }),
  queue: wholeNumber("a whole number from 0 to 100000", 0)
    .max(100_000, { error: "a whole number from 0 to 100000" })
    .optional()
    .meta({ description: "Most statements that wait for their turn. Default 100.", examples: [100] }),
  max_wait: duration("1 ms", "1 h")
    .optional()
    .meta({ description: "Longest wait for a turn. Default warehouse.max_wait.", examples: ["10 s"] }),
}).meta({ description: "What the server lets through to the warehouse when much is asked at once." });

/** Statements wait in front of the warehouse instead of inside: what is set for one wait holds for the other. */
export function overloadFrom(
  shape: ShapeOf<typeof OVERLOAD> = {},
  { max_wait: waitInside }: WarehouseShape = {},
): GateSettings {
  const { concurrency, queue, max_wait: maxWaitMs = waitInside } = shape;
  return {
    ...(concurrency !== undefined && { concurrency }),
    ...(queue !== undefined && { queue }),
    ...(maxWaitMs !== undefined && { maxWaitMs }),
  };
}
