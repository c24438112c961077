import type { Dialect } from "../../catalog/index.ts";
import {
  type Publication,
  registryChanges,
  registryLock,
  registryState,
  registryTables,
  type Statement,
} from "../../sql/index.ts";
import type { Row, Writer } from "../../warehouse/index.ts";

export type Published =
  /** How many rows of `metric_definitions` were opened and closed, and how many the lineage has. */
  | { readonly kind: "published"; readonly opened: number; readonly closed: number; readonly lineage: number }
  | { readonly kind: "already" }
  /** A later commit is there, or somebody published after the time that was named. */
  | { readonly kind: "overtaken" };

/** @throws WarehouseError; then nothing has changed but that tables may have been made. */
export async function publishRegistry(writer: Writer, publication: Publication): Promise<Published> {
  const { dialect } = writer;
  const lock = registryLock(dialect, publication.schema);
  const state = registryState(dialect, publication);
  await writer.transact(registryTables(dialect, publication.schema));
  const results = await writer.transact([...lock, state, ...registryChanges(dialect, publication), state]);
  const before = countsIn(results[lock.length]);
  const after = countsIn(results.at(-1));
  if (before.lineage > 0) return { kind: "already" };
  return after.lineage > 0 ? { kind: "published", ...after } : { kind: "overtaken" };
}

/** All that is run, in order, for whoever wants to read it first. */
export function registryScript(dialect: Dialect, publication: Publication): readonly Statement[] {
  return [
    ...registryTables(dialect, publication.schema),
    ...registryLock(dialect, publication.schema),
    ...registryChanges(dialect, publication),
  ];
}

function countsIn(rows: readonly Row[] | undefined): { opened: number; closed: number; lineage: number } {
  const [opened, closed, lineage] = (rows?.[0] ?? []).map(Number);
  return { opened: opened ?? 0, closed: closed ?? 0, lineage: lineage ?? 0 };
}
