import { isObject } from "../../std/index.ts";
import { WarehouseError } from "../warehouse.ts";

/** What BigQuery answers is looked at before it is believed. */
export type JsonObject = Readonly<Record<string, unknown>>;

/** @throws WarehouseError when there is none. */
export function objectAt(from: JsonObject, key: string): JsonObject {
  return asObject(from[key], key);
}

/** @throws WarehouseError */
export function asObject(value: unknown, what: string): JsonObject {
  if (isObject(value)) return value;
  throw malformed(`${what} is no object`);
}

/** Nothing counts as an empty list, since BigQuery leaves those out. @throws WarehouseError */
export function listAt(from: JsonObject, key: string): readonly unknown[] {
  const value = from[key] ?? [];
  if (Array.isArray(value)) return value;
  throw malformed(`${key} is no list`);
}

/** null: not told. @throws WarehouseError */
export function textAt(from: JsonObject, key: string): string | null {
  const value = from[key] ?? null;
  if (value === null || typeof value === "string") return value;
  throw malformed(`${key} is no text`);
}

/** Whole numbers travel as text. null: not told. @throws WarehouseError */
export function countAt(from: JsonObject, key: string): number | null {
  const text = textAt(from, key);
  if (text === null) return null;
  if (/^\d+$/.test(text)) return Number(text);
  throw malformed(`${key} is no whole number`);
}

/** @param what For logs. */
export function malformed(what: string): WarehouseError {
  const cause = new Error(`Unexpected answer of BigQuery: ${what}.`);
  return new WarehouseError("unavailable", "The warehouse gave an answer that cannot be understood.", { cause });
}
