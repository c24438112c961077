/**
 * The sample company: its schema and a generator that makes the same data every time.
 * Imports std, warehouse. See ARCHITECTURE.md.
 */
export {
  buildSample,
  ensureSample,
  type SampleOptions,
  type SampleTarget,
  samplePath,
} from "./build.ts";
export { SAMPLE_SCHEMA_SQL, sampleSchemaSql } from "./schema.ts";
export type { SampleTable } from "./table.ts";
export { sampleTables } from "./tables.ts";
