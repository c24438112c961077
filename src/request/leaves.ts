import type { ResolvedMetric, ResolvedSimple } from "./resolved.ts";

/** The simple metrics that a resolved metric rests on, in the order they are written. */
export function leavesOf(metric: ResolvedMetric): readonly ResolvedSimple[] {
  switch (metric.kind) {
    case "simple":
      return [metric];
    case "ratio":
      return [...leavesOf(metric.numerator), ...leavesOf(metric.denominator)];
    case "derived":
      return metric.inputs.flatMap((input) => leavesOf(input.of));
    case "cumulative":
      return [metric.input];
    case "conversion":
      return [metric.base, metric.conversion];
  }
}
