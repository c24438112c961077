import type { Metric } from "../../catalog/index.ts";
import type { LedgerEvent } from "../ledger/event.ts";
import type { JudgedEvent } from "../ledger/judged.ts";
import type { GovernedTree } from "../tree.ts";
import { changesValue } from "./demands.ts";

/**
 * The certification whose numbers a new one changes, for those who ask by the name of the metric: that of its version, or of
 * the version that its name meant at the base; null: they stay. Of events that come with the change none is asked, as one
 * more would hide what the one before it changed.
 *
 * @param ledger Events by metric
 */
export function certifiedBefore(
  ledger: ReadonlyMap<string, readonly JudgedEvent[]>,
  base: GovernedTree | null,
  { id, name, version }: Metric,
  event: Pick<LedgerEvent, "version" | "parts">,
): LedgerEvent | null {
  const merged = [...ledger.values()]
    .flat()
    .filter(({ isEffective, file }) => isEffective && file.event.metric === id && base?.files.has(file.file.path))
    .map(({ file }) => file.event);
  const meant = name === id ? base?.catalog?.metrics.get(id) : undefined;
  const isMoved = meant !== undefined && meant.version !== version;
  return (
    changesValue(event, merged) ??
    (isMoved ? changesValue({ version: meant.version, parts: event.parts }, merged) : null)
  );
}
