/** Plan to statement in a named dialect; one file a dialect. Owns kysely. Imports diagnostics, expression, catalog, plan. */

export type { Bound, KeyedRows, Place, RowsOf, SampleOfKeys } from "./probes.ts";
export {
  probeColumns,
  probeHistory,
  probeLatest,
  probePartners,
  probeReading,
  probeSize,
  probeUniqueness,
} from "./probes.ts";
export type { Publication, RegistryDefinition, RegistryLineage } from "./registry.ts";
export { registryChanges, registryLock, registryState, registryTables } from "./registry.ts";
export type { BoundValue, Statement } from "./statement.ts";
export { toSql } from "./to-sql.ts";
