import { aggregateBeforeRangeJoin } from "./aggregate-before-range-join.ts";
import { matchDaysBeforeRows } from "./match-days-before-rows.ts";
import { mergeSameSourceScans } from "./merge-same-source-scans.ts";
import { pruneColumns } from "./prune-columns.ts";
import { pushFiltersDown } from "./push-filters-down.ts";
import type { Rule } from "./rule.ts";
import { shareScans } from "./share-scans.ts";

/**
 * In order. Scans are merged first, while each metric's conditions still stand above its rows and can be told apart;
 * then conditions move down, so that windows add up only rows that count, and rows that do not add up are fetched by
 * day; scans whose conditions are the same are made one; then columns that only conditions read have become idle and are
 * dropped.
 */
export const RULES: readonly Rule[] = [
  mergeSameSourceScans,
  pushFiltersDown,
  aggregateBeforeRangeJoin,
  matchDaysBeforeRows,
  shareScans,
  pruneColumns,
];
