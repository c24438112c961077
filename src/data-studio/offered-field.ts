import type { ConstantType, ScalarType } from "../expression/index.ts";
import type { GroupByReference, MetricReference } from "../request/index.ts";
import type { Cell } from "../warehouse/index.ts";
import type { DataValue, SchemaField } from "./protocol.ts";

/** A field of the schema, and how it is asked for. */
export type OfferedField = OfferedMetric | OfferedGroup;

interface Offered {
  /** Its `name` is the column's in our answers. */
  readonly field: SchemaField;
  /** Of the answer's cells. */
  readonly cellType: ScalarType;
  /** A cell of an answer, as Data Studio writes it. */
  readonly render: (cell: Cell) => DataValue;
}

/** A metric, or a hidden part of one. What has a formula is answered as the metric itself where it is asked for. */
export interface OfferedMetric extends Offered {
  readonly kind: "metric";
  readonly metric: MetricReference;
}

/** `time`: a time at a grain; `part`: of a date. */
export interface OfferedGroup extends Offered {
  readonly kind: "dimension" | "time" | "part";
  readonly groupBy: GroupByReference;
  /** How a condition of `where` names it, whatever the column is called. */
  readonly filterName: string;
  /**
   * The constant that a value of a filter stands for: for times in the field's own format or as `YYYY-MM-DD`.
   *
   * @returns null: no value of this field is written so
   */
  readonly parse: (text: string) => FieldValue | null;
}

/** For `printFilterConstant`. A key of unknown type is a text. */
export interface FieldValue {
  readonly type: ConstantType;
  readonly value: string | boolean;
}
