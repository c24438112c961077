create schema if not exists governance;

create table if not exists governance.metric_definitions (
  metric_id string,
  version int64,
  metric_name string,
  category string,
  description string,
  business_owner string,
  technical_owner string,
  definition string,
  calculation_sql string,
  source_models array<string>,
  dimensions array<string>,
  filters array<string>,
  grains array<string>,
  unit string,
  tier string,
  lifecycle string,
  fingerprint string,
  is_certified bool,
  certification_status string,
  certification_date timestamp,
  certification_expires timestamp,
  deprecation_date date,
  sunset_date date,
  replaced_by string,
  created_date timestamp,
  modified_date timestamp,
  git_commit string,
  published_at timestamp,
  valid_from timestamp,
  valid_to timestamp,
  primary key (metric_id, version, valid_from) not enforced
);

create table if not exists governance.metric_lineage (
  metric_id string,
  version int64,
  upstream_model string,
  upstream_column string,
  transformation_type string,
  depth int64,
  impact_score int64,
  git_commit string,
  primary key (metric_id, version, upstream_model, upstream_column, transformation_type) not enforced
);

create or replace view governance.metric_registry as
select *, is_certified and certification_expires > current_timestamp as is_certified_now
from governance.metric_definitions
where valid_to is null;

begin transaction;
update governance.metric_definitions as kept
set valid_to = cast(@p1 as timestamp)
where kept.valid_to is null
  and not exists (select 1 from governance.metric_lineage where git_commit = @p2)
  and not exists (select 1 from governance.metric_definitions where modified_date > cast(@p3 as timestamp) or published_at > cast(@p4 as timestamp))
  and not exists (
    select 1
    from (select cast(json_value(item, '$.metric_id') as string) as metric_id, cast(json_value(item, '$.version') as int64) as version, cast(json_value(item, '$.metric_name') as string) as metric_name, cast(json_value(item, '$.category') as string) as category, cast(json_value(item, '$.description') as string) as description, cast(json_value(item, '$.business_owner') as string) as business_owner, cast(json_value(item, '$.technical_owner') as string) as technical_owner, cast(json_value(item, '$.definition') as string) as definition, cast(json_value(item, '$.calculation_sql') as string) as calculation_sql, json_value_array(item, '$.source_models') as source_models, json_value_array(item, '$.dimensions') as dimensions, json_value_array(item, '$.filters') as filters, json_value_array(item, '$.grains') as grains, cast(json_value(item, '$.unit') as string) as unit, cast(json_value(item, '$.tier') as string) as tier, cast(json_value(item, '$.lifecycle') as string) as lifecycle, cast(json_value(item, '$.fingerprint') as string) as fingerprint, cast(json_value(item, '$.is_certified') as bool) as is_certified, cast(json_value(item, '$.certification_status') as string) as certification_status, cast(json_value(item, '$.certification_date') as timestamp) as certification_date, cast(json_value(item, '$.certification_expires') as timestamp) as certification_expires, cast(json_value(item, '$.deprecation_date') as date) as deprecation_date, cast(json_value(item, '$.sunset_date') as date) as sunset_date, cast(json_value(item, '$.replaced_by') as string) as replaced_by from unnest(json_query_array(parse_json(@p5))) as item) as incoming
    where incoming.metric_id = kept.metric_id and incoming.version = kept.version and to_json_string(struct(kept.metric_id, kept.version, kept.metric_name, kept.category, kept.description, kept.business_owner, kept.technical_owner, kept.definition, kept.calculation_sql, kept.source_models, kept.dimensions, kept.filters, kept.grains, kept.unit, kept.tier, kept.lifecycle, kept.fingerprint, kept.is_certified, kept.certification_status, kept.certification_date, kept.certification_expires, kept.deprecation_date, kept.sunset_date, kept.replaced_by)) = to_json_string(struct(incoming.metric_id, incoming.version, incoming.metric_name, incoming.category, incoming.description, incoming.business_owner, incoming.technical_owner, incoming.definition, incoming.calculation_sql, incoming.source_models, incoming.dimensions, incoming.filters, incoming.grains, incoming.unit, incoming.tier, incoming.lifecycle, incoming.fingerprint, incoming.is_certified, incoming.certification_status, incoming.certification_date, incoming.certification_expires, incoming.deprecation_date, incoming.sunset_date, incoming.replaced_by))
  );
insert into governance.metric_definitions (metric_id, version, metric_name, category, description, business_owner, technical_owner, definition, calculation_sql, source_models, dimensions, filters, grains, unit, tier, lifecycle, fingerprint, is_certified, certification_status, certification_date, certification_expires, deprecation_date, sunset_date, replaced_by, created_date, modified_date, git_commit, published_at, valid_from, valid_to)
select incoming.metric_id, incoming.version, incoming.metric_name, incoming.category, incoming.description, incoming.business_owner, incoming.technical_owner, incoming.definition, incoming.calculation_sql, incoming.source_models, incoming.dimensions, incoming.filters, incoming.grains, incoming.unit, incoming.tier, incoming.lifecycle, incoming.fingerprint, incoming.is_certified, incoming.certification_status, incoming.certification_date, incoming.certification_expires, incoming.deprecation_date, incoming.sunset_date, incoming.replaced_by, coalesce(earlier.created_date, cast(@p6 as timestamp)), cast(@p7 as timestamp), @p8, cast(@p9 as timestamp), cast(@p10 as timestamp), cast(null as timestamp)
from (select cast(json_value(item, '$.metric_id') as string) as metric_id, cast(json_value(item, '$.version') as int64) as version, cast(json_value(item, '$.metric_name') as string) as metric_name, cast(json_value(item, '$.category') as string) as category, cast(json_value(item, '$.description') as string) as description, cast(json_value(item, '$.business_owner') as string) as business_owner, cast(json_value(item, '$.technical_owner') as string) as technical_owner, cast(json_value(item, '$.definition') as string) as definition, cast(json_value(item, '$.calculation_sql') as string) as calculation_sql, json_value_array(item, '$.source_models') as source_models, json_value_array(item, '$.dimensions') as dimensions, json_value_array(item, '$.filters') as filters, json_value_array(item, '$.grains') as grains, cast(json_value(item, '$.unit') as string) as unit, cast(json_value(item, '$.tier') as string) as tier, cast(json_value(item, '$.lifecycle') as string) as lifecycle, cast(json_value(item, '$.fingerprint') as string) as fingerprint, cast(json_value(item, '$.is_certified') as bool) as is_certified, cast(json_value(item, '$.certification_status') as string) as certification_status, cast(json_value(item, '$.certification_date') as timestamp) as certification_date, cast(json_value(item, '$.certification_expires') as timestamp) as certification_expires, cast(json_value(item, '$.deprecation_date') as date) as deprecation_date, cast(json_value(item, '$.sunset_date') as date) as sunset_date, cast(json_value(item, '$.replaced_by') as string) as replaced_by from unnest(json_query_array(parse_json(@p11))) as item) as incoming
left join (select metric_id, min(created_date) as created_date from governance.metric_definitions group by metric_id) as earlier
  on earlier.metric_id = incoming.metric_id
where not exists (select 1 from governance.metric_lineage where git_commit = @p12)
  and not exists (select 1 from governance.metric_definitions where modified_date > cast(@p13 as timestamp) or published_at > cast(@p14 as timestamp))
  and not exists (select 1 from governance.metric_definitions as kept where incoming.metric_id = kept.metric_id and incoming.version = kept.version and kept.valid_to is null);
delete from governance.metric_lineage
where not exists (select 1 from governance.metric_lineage where git_commit = @p15)
  and not exists (select 1 from governance.metric_definitions where modified_date > cast(@p16 as timestamp) or published_at > cast(@p17 as timestamp));
insert into governance.metric_lineage (metric_id, version, upstream_model, upstream_column, transformation_type, depth, impact_score, git_commit)
select incoming.metric_id, incoming.version, incoming.upstream_model, incoming.upstream_column, incoming.transformation_type, incoming.depth, incoming.impact_score, @p18
from (select cast(json_value(item, '$.metric_id') as string) as metric_id, cast(json_value(item, '$.version') as int64) as version, cast(json_value(item, '$.upstream_model') as string) as upstream_model, cast(json_value(item, '$.upstream_column') as string) as upstream_column, cast(json_value(item, '$.transformation_type') as string) as transformation_type, cast(json_value(item, '$.depth') as int64) as depth, cast(json_value(item, '$.impact_score') as int64) as impact_score from unnest(json_query_array(parse_json(@p19))) as item) as incoming
where not exists (select 1 from governance.metric_lineage where git_commit = @p20)
  and not exists (select 1 from governance.metric_definitions where modified_date > cast(@p21 as timestamp) or published_at > cast(@p22 as timestamp));
commit transaction;

select cast((select count(*) from governance.metric_definitions where valid_from = cast(@p1 as timestamp)) as string) as opened, cast((select count(*) from governance.metric_definitions where valid_to = cast(@p2 as timestamp)) as string) as closed, cast((select count(*) from governance.metric_lineage where git_commit = @p3) as string) as lineage;
