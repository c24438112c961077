import type { Diagnostic } from "../../diagnostics/index.ts";
import { report } from "../../diagnostics/index.ts";
import type { Draft } from "../draft.ts";

/** Somebody answers for every model and metric, and says what it is. */
export function* adviseDocumentation({ models, metrics }: Draft): Iterable<Diagnostic> {
  const parts = [
    ...models.map(({ model }) => ({ kind: "model", ...model })),
    ...metrics.map(({ metric }) => ({ kind: "metric", ...metric })),
  ];
  for (const { kind, name, owner, description, span } of parts) {
    if (!owner) yield report("definition/no-owner", { kind, name }, span);
    if (!description) yield report("definition/no-description", { kind, name }, span);
  }
}
