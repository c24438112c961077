import type { CacheDefinition } from "../definition.ts";
import type { CacheShape } from "../schema/cache.ts";
import { keyAt, spanOf } from "../tree.ts";
import type { Build } from "./build.ts";

export function buildCache(shape: CacheShape | undefined, build: Build): CacheDefinition | null {
  if (shape === undefined) return null;
  return {
    ttlMs: shape.ttl ?? null,
    staleMs: shape.stale ?? 0,
    refresh: shape.refresh ?? "time",
    isDeterministic: shape.deterministic ?? false,
    span: spanOf(keyAt(build.tree, "cache")),
  };
}
