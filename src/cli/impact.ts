import { Refusal } from "../diagnostics/index.ts";
import { type GovernanceReport, type GovernedTree, type Impact, measureImpact } from "../governance/index.ts";
import { WarehouseError } from "../warehouse/index.ts";
import type { Arguments } from "./arguments.ts";
import { openChosenWarehouse, type WarehouseFlag } from "./data.ts";
import { type chosenBase, demandLoaded } from "./governance.ts";
import { queryErrorFrom } from "./query-error.ts";
import type { Terminal } from "./terminal.ts";

export type Base = NonNullable<ReturnType<typeof chosenBase>>;

export interface Measured {
  readonly impacts: readonly Impact[];
  readonly unmeasured: GovernanceReport["unmeasured"];
}

/**
 * Asks the warehouse what a change does to the numbers of these metrics, one after the other. What cannot be asked of one
 * of them holds nobody up: the old table of a metric that moves to another may be gone.
 *
 * @throws CommandFailure where the base cannot be asked. @throws WarehouseError where nothing can be
 */
export async function measured(
  metrics: readonly string[],
  head: GovernedTree,
  base: Base,
  now: Date,
  args: Arguments<WarehouseFlag>,
  terminal: Terminal,
): Promise<Measured> {
  demandLoaded(base);
  if (metrics.length === 0) return { impacts: [], unmeasured: [] };
  const booksClosedThrough = (base.target.rules ?? head.rules)?.booksClosedThrough ?? null;
  const warehouse = await openChosenWarehouse(args, terminal);
  const progress = terminal.progress();
  try {
    const impacts: Impact[] = [];
    const unmeasured: { readonly metric: string; readonly reason: string }[] = [];
    for (const metric of metrics) {
      progress.show(`asking for ${metric}, as it was and as it is`);
      try {
        impacts.push(await measureImpact({ metric, head, base: base.start, booksClosedThrough, warehouse, now }));
      } catch (thrown) {
        if (!isOfOneMetric(thrown)) throw thrown;
        const { error, detail } = queryErrorFrom(thrown);
        if (detail !== null) terminal.say(`${metric}: ${detail}`);
        unmeasured.push({ metric, reason: error.message });
      }
    }
    return { impacts, unmeasured };
  } finally {
    progress.done();
    await warehouse.close();
  }
}

/** Whether another metric may be answered. */
function isOfOneMetric(thrown: unknown): boolean {
  return thrown instanceof Refusal || (thrown instanceof WarehouseError && thrown.kind !== "unavailable");
}
