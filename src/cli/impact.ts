import { type GovernedTree, type Impact, measureImpact } from "../governance/index.ts";
import type { Arguments } from "./arguments.ts";
import { openChosenWarehouse, type WarehouseFlag } from "./data.ts";
import { type chosenBase, demandLoaded } from "./governance.ts";
import type { Terminal } from "./terminal.ts";

export type Base = NonNullable<ReturnType<typeof chosenBase>>;

/**
 * Asks the warehouse what a change does to the numbers of these metrics, one after the other.
 *
 * @throws CommandFailure where the base cannot be asked
 */
export async function measured(
  metrics: readonly string[],
  head: GovernedTree,
  base: Base,
  now: Date,
  args: Arguments<WarehouseFlag>,
  terminal: Terminal,
): Promise<readonly Impact[]> {
  demandLoaded(base);
  if (metrics.length === 0) return [];
  const booksClosedThrough = (base.target.rules ?? head.rules)?.booksClosedThrough ?? null;
  const warehouse = await openChosenWarehouse(args, terminal);
  const progress = terminal.progress();
  try {
    const impacts: Impact[] = [];
    for (const metric of metrics) {
      progress.show(`asking for ${metric}, as it was and as it is`);
      impacts.push(await measureImpact({ metric, head, base: base.start, booksClosedThrough, warehouse, now }));
    }
    return impacts;
  } finally {
    progress.done();
    await warehouse.close();
  }
}
