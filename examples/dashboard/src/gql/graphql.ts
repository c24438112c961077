/* eslint-disable */
/** Internal type. DO NOT USE DIRECTLY. */
type Exact<T extends { [key: string]: unknown }> = { [K in keyof T]: T[K] };
/** Internal type. DO NOT USE DIRECTLY. */
export type Incremental<T> = T | { [P in keyof T]?: P extends ' $fragmentName' | '__typename' ? T[P] : never };
import type { TypedDocumentNode as DocumentNode } from '@graphql-typed-document-node/core';
/** Conditions on a truth value. */
export type BooleanFilter = {
  readonly eq?: boolean | null | undefined;
  readonly isNull?: boolean | null | undefined;
};

export type CampaignsChannel =
  | 'EMAIL'
  | 'PAID_SEARCH'
  | 'PAID_SOCIAL'
  | 'PARTNER';

/** Conditions on a declared value. */
export type CampaignsChannelFilter = {
  readonly eq?: CampaignsChannel | null | undefined;
  readonly in?: ReadonlyArray<CampaignsChannel> | null | undefined;
  readonly isNull?: boolean | null | undefined;
  readonly ne?: CampaignsChannel | null | undefined;
  readonly notIn?: ReadonlyArray<CampaignsChannel> | null | undefined;
};

export type CampaignsObjective =
  | 'ACQUISITION'
  | 'AWARENESS'
  | 'RETENTION';

/** Conditions on a declared value. */
export type CampaignsObjectiveFilter = {
  readonly eq?: CampaignsObjective | null | undefined;
  readonly in?: ReadonlyArray<CampaignsObjective> | null | undefined;
  readonly isNull?: boolean | null | undefined;
  readonly ne?: CampaignsObjective | null | undefined;
  readonly notIn?: ReadonlyArray<CampaignsObjective> | null | undefined;
};

export type CampaignsTenant =
  | 'CONTOSO'
  | 'NORTHWIND';

/** Conditions on a declared value. */
export type CampaignsTenantFilter = {
  readonly eq?: CampaignsTenant | null | undefined;
  readonly in?: ReadonlyArray<CampaignsTenant> | null | undefined;
  readonly isNull?: boolean | null | undefined;
  readonly ne?: CampaignsTenant | null | undefined;
  readonly notIn?: ReadonlyArray<CampaignsTenant> | null | undefined;
};

export type CustomersAcquisitionChannel =
  | 'DIRECT'
  | 'EMAIL'
  | 'ORGANIC'
  | 'PAID_SEARCH'
  | 'PAID_SOCIAL'
  | 'PARTNER';

/** Conditions on a declared value. */
export type CustomersAcquisitionChannelFilter = {
  readonly eq?: CustomersAcquisitionChannel | null | undefined;
  readonly in?: ReadonlyArray<CustomersAcquisitionChannel> | null | undefined;
  readonly isNull?: boolean | null | undefined;
  readonly ne?: CustomersAcquisitionChannel | null | undefined;
  readonly notIn?: ReadonlyArray<CustomersAcquisitionChannel> | null | undefined;
};

export type CustomersHistoryRegionThen =
  | 'AMER'
  | 'APAC'
  | 'EMEA';

/** Conditions on a declared value. */
export type CustomersHistoryRegionThenFilter = {
  readonly eq?: CustomersHistoryRegionThen | null | undefined;
  readonly in?: ReadonlyArray<CustomersHistoryRegionThen> | null | undefined;
  readonly isNull?: boolean | null | undefined;
  readonly ne?: CustomersHistoryRegionThen | null | undefined;
  readonly notIn?: ReadonlyArray<CustomersHistoryRegionThen> | null | undefined;
};

export type CustomersHistorySegmentThen =
  | 'ENTERPRISE'
  | 'MID_MARKET'
  | 'SMB';

/** Conditions on a declared value. */
export type CustomersHistorySegmentThenFilter = {
  readonly eq?: CustomersHistorySegmentThen | null | undefined;
  readonly in?: ReadonlyArray<CustomersHistorySegmentThen> | null | undefined;
  readonly isNull?: boolean | null | undefined;
  readonly ne?: CustomersHistorySegmentThen | null | undefined;
  readonly notIn?: ReadonlyArray<CustomersHistorySegmentThen> | null | undefined;
};

export type CustomersHistoryTierThen =
  | 'CORE'
  | 'GROWTH'
  | 'STRATEGIC';

/** Conditions on a declared value. */
export type CustomersHistoryTierThenFilter = {
  readonly eq?: CustomersHistoryTierThen | null | undefined;
  readonly in?: ReadonlyArray<CustomersHistoryTierThen> | null | undefined;
  readonly isNull?: boolean | null | undefined;
  readonly ne?: CustomersHistoryTierThen | null | undefined;
  readonly notIn?: ReadonlyArray<CustomersHistoryTierThen> | null | undefined;
};

export type CustomersIndustry =
  | 'EDUCATION'
  | 'FINANCE'
  | 'HEALTHCARE'
  | 'MANUFACTURING'
  | 'RETAIL'
  | 'SOFTWARE';

/** Conditions on a declared value. */
export type CustomersIndustryFilter = {
  readonly eq?: CustomersIndustry | null | undefined;
  readonly in?: ReadonlyArray<CustomersIndustry> | null | undefined;
  readonly isNull?: boolean | null | undefined;
  readonly ne?: CustomersIndustry | null | undefined;
  readonly notIn?: ReadonlyArray<CustomersIndustry> | null | undefined;
};

export type CustomersRegion =
  | 'AMER'
  | 'APAC'
  | 'EMEA';

/** Conditions on a declared value. */
export type CustomersRegionFilter = {
  readonly eq?: CustomersRegion | null | undefined;
  readonly in?: ReadonlyArray<CustomersRegion> | null | undefined;
  readonly isNull?: boolean | null | undefined;
  readonly ne?: CustomersRegion | null | undefined;
  readonly notIn?: ReadonlyArray<CustomersRegion> | null | undefined;
};

export type CustomersSegment =
  | 'ENTERPRISE'
  | 'MID_MARKET'
  | 'SMB';

/** Conditions on a declared value. */
export type CustomersSegmentFilter = {
  readonly eq?: CustomersSegment | null | undefined;
  readonly in?: ReadonlyArray<CustomersSegment> | null | undefined;
  readonly isNull?: boolean | null | undefined;
  readonly ne?: CustomersSegment | null | undefined;
  readonly notIn?: ReadonlyArray<CustomersSegment> | null | undefined;
};

export type CustomersTenant =
  | 'CONTOSO'
  | 'NORTHWIND';

/** Conditions on a declared value. */
export type CustomersTenantFilter = {
  readonly eq?: CustomersTenant | null | undefined;
  readonly in?: ReadonlyArray<CustomersTenant> | null | undefined;
  readonly isNull?: boolean | null | undefined;
  readonly ne?: CustomersTenant | null | undefined;
  readonly notIn?: ReadonlyArray<CustomersTenant> | null | undefined;
};

export type CustomersTier =
  | 'CORE'
  | 'GROWTH'
  | 'STRATEGIC';

/** Conditions on a declared value. */
export type CustomersTierFilter = {
  readonly eq?: CustomersTier | null | undefined;
  readonly in?: ReadonlyArray<CustomersTier> | null | undefined;
  readonly isNull?: boolean | null | undefined;
  readonly ne?: CustomersTier | null | undefined;
  readonly notIn?: ReadonlyArray<CustomersTier> | null | undefined;
};

/** How a time is cut into periods; weeks start on Monday. Grains of the calendars follow the standard ones. */
export type Grain =
  | 'DAY'
  /** Fiscal month (4-4-5), of the calendar days. */
  | 'FISCAL_MONTH'
  /** Fiscal quarter (4-4-5), of the calendar days. */
  | 'FISCAL_QUARTER'
  /** Fiscal year, of the calendar days. */
  | 'FISCAL_YEAR'
  | 'HOUR'
  | 'MICROSECOND'
  | 'MILLISECOND'
  | 'MINUTE'
  | 'MONTH'
  | 'NANOSECOND'
  | 'QUARTER'
  | 'SECOND'
  | 'WEEK'
  | 'YEAR';

export type IndustriesSector =
  | 'GOODS'
  | 'SERVICES';

/** Conditions on a declared value. */
export type IndustriesSectorFilter = {
  readonly eq?: IndustriesSector | null | undefined;
  readonly in?: ReadonlyArray<IndustriesSector> | null | undefined;
  readonly isNull?: boolean | null | undefined;
  readonly ne?: IndustriesSector | null | undefined;
  readonly notIn?: ReadonlyArray<IndustriesSector> | null | undefined;
};

/** Conditions on whole numbers, all of which must hold. NULL meets none but isNull. */
export type IntFilter = {
  readonly eq?: string | null | undefined;
  readonly gt?: string | null | undefined;
  readonly gte?: string | null | undefined;
  readonly in?: ReadonlyArray<string> | null | undefined;
  readonly isNull?: boolean | null | undefined;
  readonly lt?: string | null | undefined;
  readonly lte?: string | null | undefined;
  readonly ne?: string | null | undefined;
  readonly notIn?: ReadonlyArray<string> | null | undefined;
};

/** So many complete periods before the current one. */
export type LastInput = {
  readonly n: number;
  readonly unit: Grain;
};

/** Conditions on the rows behind every metric; all must hold. */
export type OrderLinesFilter = {
  readonly acquisitionChannel?: StringFilter | null | undefined;
  readonly acquisitionChannelIsPaid?: BooleanFilter | null | undefined;
  readonly acquisitionChannelLabel?: StringFilter | null | undefined;
  readonly and?: ReadonlyArray<OrderLinesFilter> | null | undefined;
  readonly campaign?: IntFilter | null | undefined;
  readonly campaignChannel?: CampaignsChannelFilter | null | undefined;
  readonly campaignEndedOn?: TimeFilter | null | undefined;
  readonly campaignName?: StringFilter | null | undefined;
  readonly campaignObjective?: CampaignsObjectiveFilter | null | undefined;
  readonly campaignStartedOn?: TimeFilter | null | undefined;
  readonly campaignTenant?: CampaignsTenantFilter | null | undefined;
  readonly customer?: IntFilter | null | undefined;
  readonly customerAcquisitionChannel?: CustomersAcquisitionChannelFilter | null | undefined;
  readonly customerAcquisitionChannelIsPaid?: BooleanFilter | null | undefined;
  readonly customerAcquisitionChannelLabel?: StringFilter | null | undefined;
  readonly customerCampaign?: IntFilter | null | undefined;
  readonly customerCampaignChannel?: CampaignsChannelFilter | null | undefined;
  readonly customerCampaignEndedOn?: TimeFilter | null | undefined;
  readonly customerCampaignName?: StringFilter | null | undefined;
  readonly customerCampaignObjective?: CampaignsObjectiveFilter | null | undefined;
  readonly customerCampaignStartedOn?: TimeFilter | null | undefined;
  readonly customerCampaignTenant?: CampaignsTenantFilter | null | undefined;
  readonly customerCountry?: StringFilter | null | undefined;
  readonly customerCountryThen?: StringFilter | null | undefined;
  readonly customerCustomerValidFrom?: TimeFilter | null | undefined;
  readonly customerCustomerValidTo?: TimeFilter | null | undefined;
  readonly customerEmail?: StringFilter | null | undefined;
  readonly customerIndustry?: CustomersIndustryFilter | null | undefined;
  readonly customerIndustryLabel?: StringFilter | null | undefined;
  readonly customerIndustrySector?: IndustriesSectorFilter | null | undefined;
  readonly customerName?: StringFilter | null | undefined;
  readonly customerRegion?: CustomersRegionFilter | null | undefined;
  readonly customerRegionThen?: CustomersHistoryRegionThenFilter | null | undefined;
  readonly customerSegment?: CustomersSegmentFilter | null | undefined;
  readonly customerSegmentThen?: CustomersHistorySegmentThenFilter | null | undefined;
  readonly customerSignedUpAt?: TimeFilter | null | undefined;
  readonly customerTenant?: CustomersTenantFilter | null | undefined;
  readonly customerTier?: CustomersTierFilter | null | undefined;
  readonly customerTierHasAccountManager?: BooleanFilter | null | undefined;
  readonly customerTierLabel?: StringFilter | null | undefined;
  readonly customerTierThen?: CustomersHistoryTierThenFilter | null | undefined;
  readonly industry?: StringFilter | null | undefined;
  readonly industryLabel?: StringFilter | null | undefined;
  readonly industrySector?: IndustriesSectorFilter | null | undefined;
  readonly lineOrderStatus?: OrderLinesOrderStatusFilter | null | undefined;
  readonly lineOrderedAt?: TimeFilter | null | undefined;
  readonly lineTenant?: OrderLinesTenantFilter | null | undefined;
  readonly not?: OrderLinesFilter | null | undefined;
  readonly or?: ReadonlyArray<OrderLinesFilter> | null | undefined;
  readonly order?: IntFilter | null | undefined;
  readonly orderCampaign?: IntFilter | null | undefined;
  readonly orderCampaignChannel?: CampaignsChannelFilter | null | undefined;
  readonly orderCampaignEndedOn?: TimeFilter | null | undefined;
  readonly orderCampaignName?: StringFilter | null | undefined;
  readonly orderCampaignObjective?: CampaignsObjectiveFilter | null | undefined;
  readonly orderCampaignStartedOn?: TimeFilter | null | undefined;
  readonly orderCampaignTenant?: CampaignsTenantFilter | null | undefined;
  readonly orderChannel?: OrdersChannelFilter | null | undefined;
  readonly orderCurrency?: OrdersCurrencyFilter | null | undefined;
  readonly orderCustomer?: IntFilter | null | undefined;
  readonly orderCustomerAcquisitionChannel?: CustomersAcquisitionChannelFilter | null | undefined;
  readonly orderCustomerCampaign?: IntFilter | null | undefined;
  readonly orderCustomerCountry?: StringFilter | null | undefined;
  readonly orderCustomerCountryThen?: StringFilter | null | undefined;
  readonly orderCustomerCustomerValidFrom?: TimeFilter | null | undefined;
  readonly orderCustomerCustomerValidTo?: TimeFilter | null | undefined;
  readonly orderCustomerEmail?: StringFilter | null | undefined;
  readonly orderCustomerIndustry?: CustomersIndustryFilter | null | undefined;
  readonly orderCustomerName?: StringFilter | null | undefined;
  readonly orderCustomerRegion?: CustomersRegionFilter | null | undefined;
  readonly orderCustomerRegionThen?: CustomersHistoryRegionThenFilter | null | undefined;
  readonly orderCustomerSegment?: CustomersSegmentFilter | null | undefined;
  readonly orderCustomerSegmentThen?: CustomersHistorySegmentThenFilter | null | undefined;
  readonly orderCustomerSignedUpAt?: TimeFilter | null | undefined;
  readonly orderCustomerTenant?: CustomersTenantFilter | null | undefined;
  readonly orderCustomerTier?: CustomersTierFilter | null | undefined;
  readonly orderCustomerTierThen?: CustomersHistoryTierThenFilter | null | undefined;
  readonly orderIsSample?: BooleanFilter | null | undefined;
  readonly orderOrderedAt?: TimeFilter | null | undefined;
  readonly orderRecordedAt?: TimeFilter | null | undefined;
  readonly orderStatus?: OrdersStatusFilter | null | undefined;
  readonly orderTenant?: OrdersTenantFilter | null | undefined;
  readonly product?: IntFilter | null | undefined;
  readonly productCategory?: ProductsCategoryFilter | null | undefined;
  readonly productCategoryThen?: ProductsHistoryCategoryThenFilter | null | undefined;
  readonly productDiscontinuedOn?: TimeFilter | null | undefined;
  readonly productLaunchedOn?: TimeFilter | null | undefined;
  readonly productName?: StringFilter | null | undefined;
  readonly productProductValidFrom?: TimeFilter | null | undefined;
  readonly productProductValidTo?: TimeFilter | null | undefined;
  readonly productSku?: StringFilter | null | undefined;
  readonly productTenant?: ProductsTenantFilter | null | undefined;
  readonly tier?: StringFilter | null | undefined;
  readonly tierHasAccountManager?: BooleanFilter | null | undefined;
  readonly tierLabel?: StringFilter | null | undefined;
};

export type OrderLinesOrderStatus =
  | 'CANCELLED'
  | 'PAID'
  | 'PLACED';

/** Conditions on a declared value. */
export type OrderLinesOrderStatusFilter = {
  readonly eq?: OrderLinesOrderStatus | null | undefined;
  readonly in?: ReadonlyArray<OrderLinesOrderStatus> | null | undefined;
  readonly isNull?: boolean | null | undefined;
  readonly ne?: OrderLinesOrderStatus | null | undefined;
  readonly notIn?: ReadonlyArray<OrderLinesOrderStatus> | null | undefined;
};

export type OrderLinesTenant =
  | 'CONTOSO'
  | 'NORTHWIND';

/** Conditions on a declared value. */
export type OrderLinesTenantFilter = {
  readonly eq?: OrderLinesTenant | null | undefined;
  readonly in?: ReadonlyArray<OrderLinesTenant> | null | undefined;
  readonly isNull?: boolean | null | undefined;
  readonly ne?: OrderLinesTenant | null | undefined;
  readonly notIn?: ReadonlyArray<OrderLinesTenant> | null | undefined;
};

export type OrdersChannel =
  | 'DIRECT'
  | 'EMAIL'
  | 'ORGANIC'
  | 'PAID_SEARCH'
  | 'PAID_SOCIAL'
  | 'PARTNER';

/** Conditions on a declared value. */
export type OrdersChannelFilter = {
  readonly eq?: OrdersChannel | null | undefined;
  readonly in?: ReadonlyArray<OrdersChannel> | null | undefined;
  readonly isNull?: boolean | null | undefined;
  readonly ne?: OrdersChannel | null | undefined;
  readonly notIn?: ReadonlyArray<OrdersChannel> | null | undefined;
};

export type OrdersCurrency =
  | 'EUR'
  | 'GBP'
  | 'USD';

/** Conditions on a declared value. */
export type OrdersCurrencyFilter = {
  readonly eq?: OrdersCurrency | null | undefined;
  readonly in?: ReadonlyArray<OrdersCurrency> | null | undefined;
  readonly isNull?: boolean | null | undefined;
  readonly ne?: OrdersCurrency | null | undefined;
  readonly notIn?: ReadonlyArray<OrdersCurrency> | null | undefined;
};

export type OrdersStatus =
  | 'CANCELLED'
  | 'PAID'
  | 'PLACED';

/** Conditions on a declared value. */
export type OrdersStatusFilter = {
  readonly eq?: OrdersStatus | null | undefined;
  readonly in?: ReadonlyArray<OrdersStatus> | null | undefined;
  readonly isNull?: boolean | null | undefined;
  readonly ne?: OrdersStatus | null | undefined;
  readonly notIn?: ReadonlyArray<OrdersStatus> | null | undefined;
};

export type OrdersTenant =
  | 'CONTOSO'
  | 'NORTHWIND';

/** Conditions on a declared value. */
export type OrdersTenantFilter = {
  readonly eq?: OrdersTenant | null | undefined;
  readonly in?: ReadonlyArray<OrdersTenant> | null | undefined;
  readonly isNull?: boolean | null | undefined;
  readonly ne?: OrdersTenant | null | undefined;
  readonly notIn?: ReadonlyArray<OrdersTenant> | null | undefined;
};

export type ProductsCategory =
  | 'ACCESSORIES'
  | 'AUDIO'
  | 'FURNITURE'
  | 'HARDWARE'
  | 'NETWORKING'
  | 'STORAGE';

/** Conditions on a declared value. */
export type ProductsCategoryFilter = {
  readonly eq?: ProductsCategory | null | undefined;
  readonly in?: ReadonlyArray<ProductsCategory> | null | undefined;
  readonly isNull?: boolean | null | undefined;
  readonly ne?: ProductsCategory | null | undefined;
  readonly notIn?: ReadonlyArray<ProductsCategory> | null | undefined;
};

export type ProductsHistoryCategoryThen =
  | 'ACCESSORIES'
  | 'AUDIO'
  | 'FURNITURE'
  | 'HARDWARE'
  | 'NETWORKING'
  | 'STORAGE';

/** Conditions on a declared value. */
export type ProductsHistoryCategoryThenFilter = {
  readonly eq?: ProductsHistoryCategoryThen | null | undefined;
  readonly in?: ReadonlyArray<ProductsHistoryCategoryThen> | null | undefined;
  readonly isNull?: boolean | null | undefined;
  readonly ne?: ProductsHistoryCategoryThen | null | undefined;
  readonly notIn?: ReadonlyArray<ProductsHistoryCategoryThen> | null | undefined;
};

export type ProductsTenant =
  | 'CONTOSO'
  | 'NORTHWIND';

/** Conditions on a declared value. */
export type ProductsTenantFilter = {
  readonly eq?: ProductsTenant | null | undefined;
  readonly in?: ReadonlyArray<ProductsTenant> | null | undefined;
  readonly isNull?: boolean | null | undefined;
  readonly ne?: ProductsTenant | null | undefined;
  readonly notIn?: ReadonlyArray<ProductsTenant> | null | undefined;
};

/** Conditions on text, all of which must hold. NULL meets none but isNull. */
export type StringFilter = {
  readonly contains?: string | null | undefined;
  readonly eq?: string | null | undefined;
  readonly in?: ReadonlyArray<string> | null | undefined;
  readonly isNull?: boolean | null | undefined;
  readonly ne?: string | null | undefined;
  readonly notIn?: ReadonlyArray<string> | null | undefined;
  readonly startsWith?: string | null | undefined;
};

/** Conditions on times, all of which must hold. NULL meets none but isNull. */
export type TimeFilter = {
  readonly eq?: string | null | undefined;
  readonly gt?: string | null | undefined;
  readonly gte?: string | null | undefined;
  readonly isNull?: boolean | null | undefined;
  readonly lt?: string | null | undefined;
  readonly lte?: string | null | undefined;
  readonly ne?: string | null | undefined;
};

/** Inclusive dates or date-times on metric_time, widened to whole periods, of which either may be missing; or a range relative to now. */
export type TimeRange = {
  readonly end?: string | null | undefined;
  /** So many complete periods before the current one. */
  readonly last?: LastInput | null | undefined;
  readonly start?: string | null | undefined;
  /** From the start of the current period to today: MONTH is month to date. */
  readonly toDate?: Grain | null | undefined;
};

export type DashboardQueryVariables = Exact<{
  timeRange: TimeRange;
  where?: OrderLinesFilter | null | undefined;
}>;


export type DashboardQuery = { readonly cards:
    | { readonly __typename: 'OrderLinesConnection', readonly nodes: ReadonlyArray<{ readonly __typename: 'OrderLinesRow', readonly id: string, readonly revenue: string | number | null, readonly unitsSold: string | number | null, readonly grossMargin: number | null, readonly revenueGrowth: string | number | null, readonly unitsGrowth: string | number | null, readonly marginDelta: number | null }> }
    | { readonly __typename: 'QueryPending', readonly queryId: string, readonly pollAfterMs: number, readonly stage: string }
    | { readonly __typename: 'QueryRefused', readonly code: string, readonly message: string }
  , readonly months:
    | { readonly __typename: 'OrderLinesConnection', readonly nodes: ReadonlyArray<{ readonly __typename: 'OrderLinesRow', readonly id: string, readonly revenue: string | number | null, readonly lastYear: string | number | null, readonly key: { readonly __typename: 'OrderLinesKey', readonly metricTime: { readonly __typename: 'TimeBucket', readonly label: string } | null } }> }
    | { readonly __typename: 'QueryPending', readonly queryId: string, readonly pollAfterMs: number, readonly stage: string }
    | { readonly __typename: 'QueryRefused', readonly code: string, readonly message: string }
  , readonly customers:
    | { readonly __typename: 'OrderLinesConnection', readonly nodes: ReadonlyArray<{ readonly __typename: 'OrderLinesRow', readonly id: string, readonly isOther: boolean, readonly revenue: string | number | null, readonly share: string | number | null, readonly growth: string | number | null, readonly key: { readonly __typename: 'OrderLinesKey', readonly customerName: string | null } }>, readonly totals: ReadonlyArray<{ readonly __typename: 'OrderLinesRow', readonly id: string, readonly isOther: boolean, readonly revenue: string | number | null, readonly share: string | number | null, readonly growth: string | number | null, readonly key: { readonly __typename: 'OrderLinesKey' } }> }
    | { readonly __typename: 'QueryPending', readonly queryId: string, readonly pollAfterMs: number, readonly stage: string }
    | { readonly __typename: 'QueryRefused', readonly code: string, readonly message: string }
  , readonly regions:
    | { readonly __typename: 'OrderLinesConnection', readonly nodes: ReadonlyArray<{ readonly __typename: 'OrderLinesRow', readonly id: string, readonly isOther: boolean, readonly revenue: string | number | null, readonly share: string | number | null, readonly growth: string | number | null, readonly key: { readonly __typename: 'OrderLinesKey', readonly customerRegion: CustomersRegion | null } }>, readonly totals: ReadonlyArray<{ readonly __typename: 'OrderLinesRow', readonly id: string, readonly isOther: boolean, readonly revenue: string | number | null, readonly share: string | number | null, readonly growth: string | number | null, readonly key: { readonly __typename: 'OrderLinesKey' } }> }
    | { readonly __typename: 'QueryPending', readonly queryId: string, readonly pollAfterMs: number, readonly stage: string }
    | { readonly __typename: 'QueryRefused', readonly code: string, readonly message: string }
   };

export type CellsFragment = { readonly __typename: 'OrderLinesRow', readonly id: string, readonly isOther: boolean, readonly revenue: string | number | null, readonly share: string | number | null, readonly growth: string | number | null };

export type PendingFragment = { readonly __typename: 'QueryPending', readonly queryId: string, readonly pollAfterMs: number, readonly stage: string };

export type RefusedFragment = { readonly __typename: 'QueryRefused', readonly code: string, readonly message: string };

export const CellsFragmentDoc = {"kind":"Document","definitions":[{"kind":"FragmentDefinition","name":{"kind":"Name","value":"Cells"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"OrderLinesRow"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"isOther"}},{"kind":"Field","name":{"kind":"Name","value":"revenue"}},{"kind":"Field","alias":{"kind":"Name","value":"share"},"name":{"kind":"Name","value":"revenue"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"calc"},"value":{"kind":"EnumValue","value":"SHARE_OF_TOTAL"}}]},{"kind":"Field","alias":{"kind":"Name","value":"growth"},"name":{"kind":"Name","value":"revenue"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"shift"},"value":{"kind":"ObjectValue","fields":[{"kind":"ObjectField","name":{"kind":"Name","value":"by"},"value":{"kind":"StringValue","value":"P1Y","block":false}}]}},{"kind":"Argument","name":{"kind":"Name","value":"calc"},"value":{"kind":"EnumValue","value":"DELTA_RATIO"}}]}]}}]} as unknown as DocumentNode<CellsFragment, unknown>;
export const PendingFragmentDoc = {"kind":"Document","definitions":[{"kind":"FragmentDefinition","name":{"kind":"Name","value":"Pending"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"QueryPending"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"queryId"}},{"kind":"Field","name":{"kind":"Name","value":"pollAfterMs"}},{"kind":"Field","name":{"kind":"Name","value":"stage"}}]}}]} as unknown as DocumentNode<PendingFragment, unknown>;
export const RefusedFragmentDoc = {"kind":"Document","definitions":[{"kind":"FragmentDefinition","name":{"kind":"Name","value":"Refused"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"QueryRefused"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"code"}},{"kind":"Field","name":{"kind":"Name","value":"message"}}]}}]} as unknown as DocumentNode<RefusedFragment, unknown>;
export const DashboardDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"query","name":{"kind":"Name","value":"Dashboard"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"timeRange"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"TimeRange"}}}},{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"where"}},"type":{"kind":"NamedType","name":{"kind":"Name","value":"OrderLinesFilter"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","alias":{"kind":"Name","value":"cards"},"name":{"kind":"Name","value":"orderLines"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"timeRange"},"value":{"kind":"Variable","name":{"kind":"Name","value":"timeRange"}}},{"kind":"Argument","name":{"kind":"Name","value":"where"},"value":{"kind":"Variable","name":{"kind":"Name","value":"where"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"FragmentSpread","name":{"kind":"Name","value":"Pending"}},{"kind":"FragmentSpread","name":{"kind":"Name","value":"Refused"}},{"kind":"InlineFragment","typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"OrderLinesConnection"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"nodes"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"revenue"}},{"kind":"Field","alias":{"kind":"Name","value":"revenueGrowth"},"name":{"kind":"Name","value":"revenue"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"shift"},"value":{"kind":"ObjectValue","fields":[{"kind":"ObjectField","name":{"kind":"Name","value":"by"},"value":{"kind":"StringValue","value":"P1Y","block":false}}]}},{"kind":"Argument","name":{"kind":"Name","value":"calc"},"value":{"kind":"EnumValue","value":"DELTA_RATIO"}}]},{"kind":"Field","name":{"kind":"Name","value":"unitsSold"}},{"kind":"Field","alias":{"kind":"Name","value":"unitsGrowth"},"name":{"kind":"Name","value":"unitsSold"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"shift"},"value":{"kind":"ObjectValue","fields":[{"kind":"ObjectField","name":{"kind":"Name","value":"by"},"value":{"kind":"StringValue","value":"P1Y","block":false}}]}},{"kind":"Argument","name":{"kind":"Name","value":"calc"},"value":{"kind":"EnumValue","value":"DELTA_RATIO"}}]},{"kind":"Field","name":{"kind":"Name","value":"grossMargin"}},{"kind":"Field","alias":{"kind":"Name","value":"marginDelta"},"name":{"kind":"Name","value":"grossMargin"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"shift"},"value":{"kind":"ObjectValue","fields":[{"kind":"ObjectField","name":{"kind":"Name","value":"by"},"value":{"kind":"StringValue","value":"P1Y","block":false}}]}},{"kind":"Argument","name":{"kind":"Name","value":"calc"},"value":{"kind":"EnumValue","value":"DELTA"}}]}]}}]}}]}},{"kind":"Field","alias":{"kind":"Name","value":"months"},"name":{"kind":"Name","value":"orderLines"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"groupBy"},"value":{"kind":"ListValue","values":[{"kind":"ObjectValue","fields":[{"kind":"ObjectField","name":{"kind":"Name","value":"time"},"value":{"kind":"EnumValue","value":"METRIC_TIME"}},{"kind":"ObjectField","name":{"kind":"Name","value":"grain"},"value":{"kind":"EnumValue","value":"MONTH"}},{"kind":"ObjectField","name":{"kind":"Name","value":"fill"},"value":{"kind":"BooleanValue","value":true}}]}]}},{"kind":"Argument","name":{"kind":"Name","value":"timeRange"},"value":{"kind":"Variable","name":{"kind":"Name","value":"timeRange"}}},{"kind":"Argument","name":{"kind":"Name","value":"where"},"value":{"kind":"Variable","name":{"kind":"Name","value":"where"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"FragmentSpread","name":{"kind":"Name","value":"Pending"}},{"kind":"FragmentSpread","name":{"kind":"Name","value":"Refused"}},{"kind":"InlineFragment","typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"OrderLinesConnection"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"nodes"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"key"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"metricTime"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"label"}}]}}]}},{"kind":"Field","name":{"kind":"Name","value":"revenue"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"numbers"},"value":{"kind":"EnumValue","value":"JSON"}}]},{"kind":"Field","alias":{"kind":"Name","value":"lastYear"},"name":{"kind":"Name","value":"revenue"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"shift"},"value":{"kind":"ObjectValue","fields":[{"kind":"ObjectField","name":{"kind":"Name","value":"by"},"value":{"kind":"StringValue","value":"P1Y","block":false}}]}},{"kind":"Argument","name":{"kind":"Name","value":"numbers"},"value":{"kind":"EnumValue","value":"JSON"}}]}]}}]}}]}},{"kind":"Field","alias":{"kind":"Name","value":"customers"},"name":{"kind":"Name","value":"orderLines"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"groupBy"},"value":{"kind":"ListValue","values":[{"kind":"ObjectValue","fields":[{"kind":"ObjectField","name":{"kind":"Name","value":"dimension"},"value":{"kind":"EnumValue","value":"CUSTOMER__NAME"}}]}]}},{"kind":"Argument","name":{"kind":"Name","value":"timeRange"},"value":{"kind":"Variable","name":{"kind":"Name","value":"timeRange"}}},{"kind":"Argument","name":{"kind":"Name","value":"where"},"value":{"kind":"Variable","name":{"kind":"Name","value":"where"}}},{"kind":"Argument","name":{"kind":"Name","value":"top"},"value":{"kind":"ObjectValue","fields":[{"kind":"ObjectField","name":{"kind":"Name","value":"n"},"value":{"kind":"IntValue","value":"5"}},{"kind":"ObjectField","name":{"kind":"Name","value":"by"},"value":{"kind":"EnumValue","value":"REVENUE"}},{"kind":"ObjectField","name":{"kind":"Name","value":"other"},"value":{"kind":"BooleanValue","value":true}}]}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"FragmentSpread","name":{"kind":"Name","value":"Pending"}},{"kind":"FragmentSpread","name":{"kind":"Name","value":"Refused"}},{"kind":"InlineFragment","typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"OrderLinesConnection"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"nodes"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"key"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"customerName"}}]}},{"kind":"FragmentSpread","name":{"kind":"Name","value":"Cells"}}]}},{"kind":"Field","name":{"kind":"Name","value":"totals"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"key"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"__typename"}}]}},{"kind":"FragmentSpread","name":{"kind":"Name","value":"Cells"}}]}}]}}]}},{"kind":"Field","alias":{"kind":"Name","value":"regions"},"name":{"kind":"Name","value":"orderLines"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"groupBy"},"value":{"kind":"ListValue","values":[{"kind":"ObjectValue","fields":[{"kind":"ObjectField","name":{"kind":"Name","value":"dimension"},"value":{"kind":"EnumValue","value":"CUSTOMER__REGION"}}]}]}},{"kind":"Argument","name":{"kind":"Name","value":"timeRange"},"value":{"kind":"Variable","name":{"kind":"Name","value":"timeRange"}}},{"kind":"Argument","name":{"kind":"Name","value":"where"},"value":{"kind":"Variable","name":{"kind":"Name","value":"where"}}},{"kind":"Argument","name":{"kind":"Name","value":"orderBy"},"value":{"kind":"ListValue","values":[{"kind":"ObjectValue","fields":[{"kind":"ObjectField","name":{"kind":"Name","value":"metric"},"value":{"kind":"EnumValue","value":"REVENUE"}},{"kind":"ObjectField","name":{"kind":"Name","value":"direction"},"value":{"kind":"EnumValue","value":"DESC"}}]}]}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"FragmentSpread","name":{"kind":"Name","value":"Pending"}},{"kind":"FragmentSpread","name":{"kind":"Name","value":"Refused"}},{"kind":"InlineFragment","typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"OrderLinesConnection"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"nodes"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"key"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"customerRegion"}}]}},{"kind":"FragmentSpread","name":{"kind":"Name","value":"Cells"}}]}},{"kind":"Field","name":{"kind":"Name","value":"totals"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"key"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"__typename"}}]}},{"kind":"FragmentSpread","name":{"kind":"Name","value":"Cells"}}]}}]}}]}}]}},{"kind":"FragmentDefinition","name":{"kind":"Name","value":"Pending"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"QueryPending"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"queryId"}},{"kind":"Field","name":{"kind":"Name","value":"pollAfterMs"}},{"kind":"Field","name":{"kind":"Name","value":"stage"}}]}},{"kind":"FragmentDefinition","name":{"kind":"Name","value":"Refused"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"QueryRefused"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"code"}},{"kind":"Field","name":{"kind":"Name","value":"message"}}]}},{"kind":"FragmentDefinition","name":{"kind":"Name","value":"Cells"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"OrderLinesRow"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"isOther"}},{"kind":"Field","name":{"kind":"Name","value":"revenue"}},{"kind":"Field","alias":{"kind":"Name","value":"share"},"name":{"kind":"Name","value":"revenue"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"calc"},"value":{"kind":"EnumValue","value":"SHARE_OF_TOTAL"}}]},{"kind":"Field","alias":{"kind":"Name","value":"growth"},"name":{"kind":"Name","value":"revenue"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"shift"},"value":{"kind":"ObjectValue","fields":[{"kind":"ObjectField","name":{"kind":"Name","value":"by"},"value":{"kind":"StringValue","value":"P1Y","block":false}}]}},{"kind":"Argument","name":{"kind":"Name","value":"calc"},"value":{"kind":"EnumValue","value":"DELTA_RATIO"}}]}]}}]} as unknown as DocumentNode<DashboardQuery, DashboardQueryVariables>;