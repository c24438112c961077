with campaigns_rows as (
  select
    campaigns.name as campaign__name
  from shop.campaigns as campaigns
  where (campaigns.tenant = @p1)
),
campaigns_distinct as (
  select
    campaign__name
  from campaigns_rows
  group by campaign__name
)
select
  campaign__name
from campaigns_distinct
order by campaign__name asc nulls last
-- @p1 = "contoso"
