import type { ScalarType } from "../../expression/index.ts";

/**
 * PostgreSQL's types by OID. What is missing has no type in our language, and is text in a result.
 *
 * @see https://github.com/postgres/postgres/blob/master/src/include/catalog/pg_type.dat
 */
export const TYPES: ReadonlyMap<number, ScalarType> = new Map([
  [16, "boolean"],
  [19, "string"], // name
  [20, "int"], // int8
  [21, "int"], // int2
  [23, "int"], // int4
  [25, "string"], // text
  [26, "int"], // oid
  [700, "float"], // float4
  [701, "float"], // float8
  [1042, "string"], // bpchar
  [1043, "string"], // varchar
  [1082, "date"],
  [1114, "timestamp"],
  [1184, "timestamptz"],
  [1186, "interval"],
  [1700, "decimal"], // numeric
  [2950, "string"], // uuid: compared with texts, and answered as one
]);
