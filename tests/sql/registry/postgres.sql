do $do$ begin
if to_regclass('"governance".metric_registry') is null then
create schema if not exists governance;
create table if not exists governance.metric_definitions (
  metric_id text,
  version int,
  metric_name text,
  category text,
  description text,
  business_owner text,
  technical_owner text,
  definition text,
  calculation_sql text,
  source_models text[],
  dimensions text[],
  filters text[],
  grains text[],
  unit text,
  tier text,
  lifecycle text,
  fingerprint text,
  is_certified boolean,
  certification_status text,
  certification_date timestamptz,
  certification_expires timestamptz,
  deprecation_date date,
  sunset_date date,
  replaced_by text,
  created_date timestamptz,
  modified_date timestamptz,
  git_commit text,
  published_at timestamptz,
  valid_from timestamptz,
  valid_to timestamptz,
  primary key (metric_id, version, valid_from)
);
create table if not exists governance.metric_lineage (
  metric_id text,
  version int,
  upstream_model text,
  upstream_column text,
  transformation_type text,
  depth int,
  impact_score int,
  git_commit text,
  primary key (metric_id, version, upstream_model, upstream_column, transformation_type)
);
create or replace view governance.metric_registry as
select *, is_certified and certification_expires > current_timestamp as is_certified_now
from governance.metric_definitions
where valid_to is null;
end if;
end $do$;

lock table governance.metric_definitions, governance.metric_lineage in share row exclusive mode;

update governance.metric_definitions as kept
set valid_to = cast($1 as timestamptz)
where kept.valid_to is null
  and not exists (select 1 from governance.metric_lineage where git_commit = $2)
  and not exists (select 1 from governance.metric_definitions where modified_date > cast($3 as timestamptz) or published_at > cast($4 as timestamptz))
  and not exists (
    select 1
    from (select * from jsonb_to_recordset(cast($5 as jsonb)) as given (metric_id text, version int, metric_name text, category text, description text, business_owner text, technical_owner text, definition text, calculation_sql text, source_models text[], dimensions text[], filters text[], grains text[], unit text, tier text, lifecycle text, fingerprint text, is_certified boolean, certification_status text, certification_date timestamptz, certification_expires timestamptz, deprecation_date date, sunset_date date, replaced_by text)) as incoming
    where incoming.metric_id = kept.metric_id and incoming.version = kept.version and kept.metric_id is not distinct from incoming.metric_id and kept.version is not distinct from incoming.version and kept.metric_name is not distinct from incoming.metric_name and kept.category is not distinct from incoming.category and kept.description is not distinct from incoming.description and kept.business_owner is not distinct from incoming.business_owner and kept.technical_owner is not distinct from incoming.technical_owner and kept.definition is not distinct from incoming.definition and kept.calculation_sql is not distinct from incoming.calculation_sql and kept.source_models is not distinct from incoming.source_models and kept.dimensions is not distinct from incoming.dimensions and kept.filters is not distinct from incoming.filters and kept.grains is not distinct from incoming.grains and kept.unit is not distinct from incoming.unit and kept.tier is not distinct from incoming.tier and kept.lifecycle is not distinct from incoming.lifecycle and kept.fingerprint is not distinct from incoming.fingerprint and kept.is_certified is not distinct from incoming.is_certified and kept.certification_status is not distinct from incoming.certification_status and kept.certification_date is not distinct from incoming.certification_date and kept.certification_expires is not distinct from incoming.certification_expires and kept.deprecation_date is not distinct from incoming.deprecation_date and kept.sunset_date is not distinct from incoming.sunset_date and kept.replaced_by is not distinct from incoming.replaced_by
  );

insert into governance.metric_definitions (metric_id, version, metric_name, category, description, business_owner, technical_owner, definition, calculation_sql, source_models, dimensions, filters, grains, unit, tier, lifecycle, fingerprint, is_certified, certification_status, certification_date, certification_expires, deprecation_date, sunset_date, replaced_by, created_date, modified_date, git_commit, published_at, valid_from, valid_to)
select incoming.metric_id, incoming.version, incoming.metric_name, incoming.category, incoming.description, incoming.business_owner, incoming.technical_owner, incoming.definition, incoming.calculation_sql, incoming.source_models, incoming.dimensions, incoming.filters, incoming.grains, incoming.unit, incoming.tier, incoming.lifecycle, incoming.fingerprint, incoming.is_certified, incoming.certification_status, incoming.certification_date, incoming.certification_expires, incoming.deprecation_date, incoming.sunset_date, incoming.replaced_by, coalesce(earlier.created_date, cast($1 as timestamptz)), cast($2 as timestamptz), $3, cast($4 as timestamptz), cast($5 as timestamptz), cast(null as timestamptz)
from (select * from jsonb_to_recordset(cast($6 as jsonb)) as given (metric_id text, version int, metric_name text, category text, description text, business_owner text, technical_owner text, definition text, calculation_sql text, source_models text[], dimensions text[], filters text[], grains text[], unit text, tier text, lifecycle text, fingerprint text, is_certified boolean, certification_status text, certification_date timestamptz, certification_expires timestamptz, deprecation_date date, sunset_date date, replaced_by text)) as incoming
left join (select metric_id, min(created_date) as created_date from governance.metric_definitions group by metric_id) as earlier
  on earlier.metric_id = incoming.metric_id
where not exists (select 1 from governance.metric_lineage where git_commit = $7)
  and not exists (select 1 from governance.metric_definitions where modified_date > cast($8 as timestamptz) or published_at > cast($9 as timestamptz))
  and not exists (select 1 from governance.metric_definitions as kept where incoming.metric_id = kept.metric_id and incoming.version = kept.version and kept.valid_to is null);

delete from governance.metric_lineage
where not exists (select 1 from governance.metric_lineage where git_commit = $1)
  and not exists (select 1 from governance.metric_definitions where modified_date > cast($2 as timestamptz) or published_at > cast($3 as timestamptz));

insert into governance.metric_lineage (metric_id, version, upstream_model, upstream_column, transformation_type, depth, impact_score, git_commit)
select incoming.metric_id, incoming.version, incoming.upstream_model, incoming.upstream_column, incoming.transformation_type, incoming.depth, incoming.impact_score, $1
from (select * from jsonb_to_recordset(cast($2 as jsonb)) as given (metric_id text, version int, upstream_model text, upstream_column text, transformation_type text, depth int, impact_score int)) as incoming
where not exists (select 1 from governance.metric_lineage where git_commit = $3)
  and not exists (select 1 from governance.metric_definitions where modified_date > cast($4 as timestamptz) or published_at > cast($5 as timestamptz));

select cast((select count(*) from governance.metric_definitions where valid_from = cast($1 as timestamptz)) as text) as opened, cast((select count(*) from governance.metric_definitions where valid_to = cast($2 as timestamptz)) as text) as closed, cast((select count(*) from governance.metric_lineage where git_commit = $3) as text) as lineage;
