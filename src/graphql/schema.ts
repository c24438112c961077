import type { GraphQLSchema } from "graphql";
import type { Catalog } from "../catalog/index.ts";
import { createBuilder, sharedTypes } from "./builder.ts";
import { catalogueTypes, certStatusType } from "./catalogue.ts";
import { addCatalogueFields } from "./catalogue-fields.ts";
import { columnType, dimensionType } from "./dimension.ts";
import { filterTypes } from "./filter-types.ts";
import { provenanceType } from "./provenance.ts";
import { addQueryField } from "./query-field.ts";
import { timeBucketType } from "./typed-bucket.ts";
import { addTypedField } from "./typed-field.ts";
import { typedModels } from "./typed-model.ts";

/**
 * The schema of a catalog: the catalogue, `query` for tools, and one typed field a model. Equal catalogs give equal
 * SDL. Resolvers take the engine from the context, so one schema serves any number of requests.
 */
export function buildSchema({ catalog }: { readonly catalog: Catalog }): GraphQLSchema {
  const builder = createBuilder();
  builder.queryType({});
  builder.mutationType({});
  builder.subscriptionType({});
  const shared = { ...sharedTypes(builder, catalog), TimeBucket: timeBucketType(builder) };
  const ColumnType = columnType(builder);
  const CertStatus = certStatusType(builder);
  const Dimension = dimensionType(builder, shared, ColumnType);
  const types = catalogueTypes({ builder, shared, CertStatus, Dimension }, catalog);
  const Provenance = provenanceType(builder, CertStatus);
  addCatalogueFields(builder, shared, types, catalog);
  addQueryField(builder, { ...shared, ColumnType, Provenance }, types, catalog);

  const models = typedModels(catalog, builder.configStore.typeConfigs.keys());
  const filters = filterTypes(builder, models);
  for (const model of models) addTypedField({ builder, catalog, shared, filters, provenance: Provenance }, model);
  return builder.toSchema({ sortSchema: false });
}
