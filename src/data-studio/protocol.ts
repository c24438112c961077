/**
 * What the connector and this door say to each other: JSON in the body of a POST, both ways. The connector is a thin
 * translation between Data Studio's services and this; whatever can be decided here is decided here.
 *
 * Shapes of Data Studio itself follow its Community Connector API.
 */

/** As Data Studio hands it over: texts, or booleans of checkboxes. Untrusted: nothing in it says who asks. */
export type ConfigParams = Readonly<Record<string, unknown>>;

/** `POST /v1/data-studio/config` */
export interface ConfigRequest {
  /** Missing at the first step. */
  readonly configParams?: ConfigParams | null;
}

export interface ConfigReply {
  /** In the order in which they are shown. Those of earlier steps always stand before those of later ones. */
  readonly items: readonly ConfigItem[];
  /** Whether another step follows once these are answered. */
  readonly isSteppedConfig: boolean;
}

export type ConfigItem =
  | { readonly type: "INFO"; readonly name: string; readonly text: string }
  | {
      readonly type: "SELECT_SINGLE" | "SELECT_MULTIPLE";
      readonly name: ConfigName;
      readonly displayName: string;
      readonly helpText: string;
      readonly options: readonly { readonly label: string; readonly value: string }[];
      /** Whether another answer changes what is asked after it. */
      readonly isDynamic: boolean;
      /** Whether editors and viewers of a report may change it. */
      readonly allowOverride: boolean;
    }
  | {
      readonly type: "CHECKBOX";
      readonly name: ConfigName;
      readonly displayName: string;
      readonly helpText: string;
      readonly isDynamic: boolean;
      readonly allowOverride: boolean;
    };

/** `endpoint` is the connector's own, and never reaches this door. */
export type ConfigName = "model" | "metrics" | "timeDimension" | "currency" | "certifiedOnly" | "decompose";

/** `POST /v1/data-studio/schema` */
export interface SchemaRequest {
  readonly configParams: ConfigParams;
}

export interface SchemaReply {
  /** Of the catalog and of what who asks may see: part of every key under which the connector keeps something. */
  readonly catalogVersion: string;
  readonly fields: readonly SchemaField[];
}

/** A field as Data Studio serialises it. `name` is our output column: `revenue`, `metric_time__month`. */
export interface SchemaField {
  readonly name: string;
  readonly label: string;
  readonly description: string;
  /** The folder it is shown in. */
  readonly group: string;
  readonly dataType: "STRING" | "NUMBER" | "BOOLEAN";
  readonly semantics: FieldSemantics;
  /** Over other fields of the schema; such a field is never asked for itself. */
  readonly formula?: string;
  readonly isHidden?: true;
  /** One dimension and one metric of a new chart. */
  readonly isDefault?: true;
  /** Of what may be added up. */
  readonly defaultAggregationType?: "SUM";
}

export type FieldSemantics =
  | { readonly conceptType: "DIMENSION"; readonly semanticType: string }
  | { readonly conceptType: "METRIC"; readonly semanticType: string; readonly isReaggregatable: boolean };

/** `POST /v1/data-studio/data`: a new question, word of one that is pending, or the next page of an answer. */
export type DataRequest = DataQuestion | { readonly queryId: string } | { readonly page: string };

/** Data Studio's own `getData` request; other keys of it are left out by the connector. */
export interface DataQuestion {
  readonly configParams: ConfigParams;
  readonly fields?: readonly { readonly name: string; readonly forFilterOnly?: boolean }[];
  /** `YYYY-MM-DD`, both inclusive. */
  readonly dateRange?: { readonly startDate: string; readonly endDate: string } | null;
  /** Outer AND, inner OR. */
  readonly dimensionsFilters?: readonly (readonly DimensionFilter[])[] | null;
  readonly scriptParams?: { readonly lastRefresh?: string | number; readonly sampleExtraction?: boolean } | null;
}

export interface DimensionFilter {
  readonly fieldName: string;
  readonly values?: readonly string[] | null;
  readonly type: "INCLUDE" | "EXCLUDE";
  readonly operator: FilterOperator;
}

export const FILTER_OPERATORS = [
  "EQUALS",
  "IN_LIST",
  "CONTAINS",
  "REGEXP_EXACT_MATCH",
  "REGEXP_PARTIAL_MATCH",
  "IS_NULL",
  "BETWEEN",
  "NUMERIC_GREATER_THAN",
  "NUMERIC_GREATER_THAN_OR_EQUAL",
  "NUMERIC_LESS_THAN",
  "NUMERIC_LESS_THAN_OR_EQUAL",
] as const;
export type FilterOperator = (typeof FILTER_OPERATORS)[number];

export type DataReply =
  | {
      readonly status: "ready";
      /** Of the first page only: the requested fields in their order, without those for filters only. */
      readonly schema?: readonly SchemaField[];
      readonly rows: readonly { readonly values: readonly DataValue[] }[];
      /** Hand it back for what follows; null: this was the last page. Whoever asked may read it for some minutes. */
      readonly page: string | null;
      /** Always true: what cannot be applied in the warehouse is refused. */
      readonly filtersApplied: true;
      /** For how long the connector may give the same answer again to the same viewer; 0: not at all. */
      readonly cacheSeconds: number;
    }
  | {
      readonly status: "pending";
      readonly queryId: string;
      /** When it is worth asking again. */
      readonly pollAfterMs: number;
      readonly stage: string;
    };

/** Numbers are texts, so that no digit is lost. */
export type DataValue = string | boolean | null;

/** `POST /v1/data-studio/cancel` `{queryId}`: `{"cancelled": true}` */
export interface CancelRequest {
  readonly queryId: string;
}

/**
 * Every refusal, with a status of 400 and above. `message` is for whoever looks at the chart: what is wrong and what to do.
 */
export interface ErrorReply {
  readonly error: { readonly code: string; readonly message: string; readonly id?: string };
}
