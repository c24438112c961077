import { positionOf, type Span } from "../../diagnostics/index.ts";
import type { Origin } from "../metricflow/project.ts";

/** Where a definition of ours was written. */
export function originOf(span: Span | null, object: string): Origin {
  return { file: span?.file.path ?? "", line: span && positionOf(span).line, object };
}
