/** Whether a plain name must be quoted on one of the dialects: reserved words of DuckDB, PostgreSQL and BigQuery. */
export function isReserved(name: string): boolean {
  return RESERVED.has(name);
}

const RESERVED: ReadonlySet<string> = new Set(
  `all analyse analyze and anti any array as asc asof assert_rows_modified asymmetric at authorization between bigint binary
  bit boolean both by case cast char character check coalesce collate collation column columns concurrently constraint contains
  create cross cube current current_catalog current_date current_role current_schema current_time current_timestamp current_user
  dec decimal default deferrable define desc describe distinct do else end enum escape except exclude exists extract false fetch
  float following for foreign freeze from full generated glob grant group grouping grouping_id groups hash having if ignore ilike
  in initially inner inout int integer intersect interval into is isnull join lambda lateral leading left like limit localtime
  localtimestamp lookup map merge national natural nchar new no none not notnull null nullif nulls numeric of offset on only or
  order out outer over overlaps overlay partition pivot pivot_longer pivot_wider placing position positional preceding precision
  primary proto qualify range real recursive references respect returning right rollup row rows select semi session_user set setof
  show similar smallint some struct substring summarize symmetric system_user table tablesample then time timestamp to trailing
  treat trim true try_cast unbounded union unique unnest unpack unpivot user using values varchar variadic verbose when where
  window with within xmlattributes xmlconcat xmlelement xmlexists xmlforest xmlnamespaces xmlparse xmlpi xmlroot xmlserialize
  xmltable`.split(/\s+/),
);
