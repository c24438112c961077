import { isScalarType, printName, type ScalarType } from "../../expression/index.ts";
import type { Datatype, Field, Place } from "./document.ts";

/** What is made by an export was not written anywhere. */
export const NOWHERE: Place = { file: "", line: null, object: "", path: "" };

/** The field of a column that nobody groups by: metrics are made of it. */
export function columnField(name: string, column: string, type: string, description: string | null): Field {
  return {
    name,
    description,
    texts: [
      {
        dialect: "ANSI_SQL",
        text: printName(column),
      },
    ],
    isDimension: false,
    isTime: null,
    label: null,
    datatype: isScalarType(type) ? DATATYPE_OF[type] : null,
    aiContext: null,
    extensions: [],
    place: NOWHERE,
  };
}

/** What the field of a column is called whose own name a dimension has. */
export function aliasOf(column: string): string {
  return `${column}_column`;
}

export const DATATYPE_OF: Readonly<Record<ScalarType, Datatype | null>> = {
  string: "String",
  int: "Integer",
  decimal: "Decimal",
  float: "Float",
  boolean: "Boolean",
  date: "Date",
  timestamp: "DateTime",
  timestamptz: "DateTimeTz",
  interval: null,
  unknown: null,
};
