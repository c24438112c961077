import { GraphQLObjectType, GraphQLSchema } from "graphql";
import type { Catalog } from "../catalog/index.ts";
import { createBuilder, sharedTypes } from "./builder.ts";
import { builtTypes } from "./built-types.ts";
import { catalogueTypes, certStatusType } from "./catalogue.ts";
import { addCatalogueFields } from "./catalogue-fields.ts";
import { columnType, dimensionType } from "./dimension.ts";
import { filterTypes } from "./filter-types.ts";
import { provenanceType } from "./provenance.ts";
import { addQueryField } from "./query-field.ts";
import { timeBucketType } from "./typed-bucket.ts";
import { typedField } from "./typed-field.ts";
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
  const shared = sharedTypes(builder, catalog);
  timeBucketType(builder);
  const ColumnType = columnType(builder);
  const CertStatus = certStatusType(builder);
  const Dimension = dimensionType(builder, shared, ColumnType);
  const types = catalogueTypes({ builder, shared, CertStatus, Dimension }, catalog);
  const Provenance = provenanceType(builder, CertStatus);
  addCatalogueFields(builder, shared, types, catalog);
  addQueryField(builder, { ...shared, ColumnType, Provenance }, types, catalog);

  return withTypedFields(builder.toSchema({ sortSchema: false }), catalog);
}

/** The same schema with one more root field for each model. */
function withTypedFields(schema: GraphQLSchema, catalog: Catalog): GraphQLSchema {
  const query = schema.getQueryType();
  if (!query) throw new Error("The schema has no queries.");
  const types = Object.values(schema.getTypeMap());
  const models = typedModels(
    catalog,
    types.map(({ name }) => name),
  );
  const built = builtTypes(schema);
  const parts = { built, filters: filterTypes(built, models) };
  const { fields, ...config } = query.toConfig();
  const typed = Object.fromEntries(models.map((model) => [model.field, typedField(parts, model)]));
  return new GraphQLSchema({
    ...schema.toConfig(),
    query: new GraphQLObjectType({ ...config, fields: { ...fields, ...typed } }),
    types: types.filter((type) => type !== query),
  });
}
