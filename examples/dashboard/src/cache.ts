import type { InMemoryCacheConfig } from "@apollo/client";

/**
 * Rows have ids that stand for their values, so the cache files them as it files everything. The key of a row has none:
 * two parts of a page may select different fields of it, which add up.
 */
export const cacheSettings: InMemoryCacheConfig = { typePolicies: { OrderLinesKey: { merge: true } } };
