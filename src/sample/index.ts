/**
 * The sample company: its schema and a generator that makes the same data every time.
 * Imports std, warehouse. See ARCHITECTURE.md.
 */
export {
  buildSample,
  ensureSample,
  SAMPLE_SCHEMA_SQL,
  type SampleOptions,
  type SampleTarget,
  samplePath,
} from "./build.ts";
export type { SampleTable } from "./table.ts";
export { sampleTables } from "./tables.ts";
