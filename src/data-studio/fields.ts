import type { Catalog } from "../catalog/index.ts";
import type { ConnectorConfig } from "./config-params.ts";
import type { OfferedField } from "./offered-field.ts";

/**
 * The fields of a data source, as whoever sees this catalog sees them: first times, then other dimensions, then metrics.
 *
 * @throws Refusal INVALID_REQUEST where no source is chosen or it is not there, UNKNOWN_METRIC where none of the chosen
 *   metrics is, UNKNOWN_GROUP_BY for a time dimension that is not
 */
export function fieldsFor(catalog: Catalog, config: ConnectorConfig): readonly OfferedField[] {
  throw new Error(`Not there yet: ${catalog.version} ${config.timeDimension}`);
}
