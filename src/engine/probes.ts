import type { Model } from "../catalog/index.ts";
import { canonicalJson } from "../std/index.ts";
import { WarehouseError, type WarehouseErrorKind } from "../warehouse/index.ts";
import type { EngineParts } from "./parts.ts";

/** Looks whether sources have changed: each at most once in a few seconds, whoever asks. */
export interface Probes {
  /**
   * Equal while none of them has changed; null: that cannot be told, or not in time.
   *
   * @param deadline Of who asks, by `performance.now`.
   */
  tokenOf(models: readonly Model[], deadline?: number): Promise<string | null>;
  /** Whether one of them was looked at after a moment, in milliseconds since 1970: it may have been newer then. */
  isBeyond(models: readonly Model[], asOfMs: number): boolean;
}

export function createProbes(
  { warehouse, onProbed, onUnprobed }: Pick<EngineParts, "warehouse" | "onProbed" | "onUnprobed">,
  clock: () => number,
): Probes {
  const looks = new Map<string, Look>();
  const blind = new Set<string>();

  function look(model: Model): Promise<string | null> {
    const { source, freshness } = model;
    const key = keyOf(model);
    if (source.kind !== "table") {
      lament(model, key, "it is SQL of its own, and a change can be looked for in a table only");
      return Promise.resolve(null);
    }
    const last = looks.get(key);
    if (last && clock() - last.atMs < LOOK_MS) return last.asked;
    const of = { table: source.path, column: freshness?.column ?? null };
    // What cannot be asked now is unknown, whatever it was before.
    const looked = warehouse.freshness(of, { deadline: performance.now() + PATIENCE_MS });
    void tell(model, key, looked);
    const asked = looked.catch(() => null);
    looks.set(key, { asked, atMs: clock(), wallMs: Date.now() });
    return asked;
  }

  async function tell(model: Model, key: string, looked: Promise<string | null>): Promise<void> {
    try {
      const changedAt = await looked;
      if (changedAt !== null) return onProbed?.(model.name, changedAt);
      lament(model, key, whyUnknown(model));
    } catch (thrown) {
      // What is out of reach or busy now can be looked at again.
      if (thrown instanceof WarehouseError && !PASSING.has(thrown.kind)) lament(model, key, thrown.message);
    }
  }

  function lament({ name }: Model, key: string, why: string): void {
    if (blind.has(key)) return;
    blind.add(key);
    onUnprobed?.(name, why);
  }

  return {
    async tokenOf(models, deadline = Infinity) {
      const leftMs = deadline - performance.now();
      const tokens = await within(Math.min(PATIENCE_MS, leftMs), Promise.all(models.map(look)));
      return tokens === null || tokens.includes(null) ? null : canonicalJson(tokens);
    },
    isBeyond: (models, asOfMs) => models.some((model) => (looks.get(keyOf(model))?.wallMs ?? 0) > asOfMs),
  };
}

function whyUnknown({ freshness }: Model): string {
  return freshness?.column
    ? `no row has a value in "${freshness.column}"`
    : "the warehouse does not remember when its table changed: name a column, as in freshness: { column: updated_at }";
}

const PASSING: ReadonlySet<WarehouseErrorKind> = new Set(["aborted", "timeout", "unavailable", "busy", "too-large"]);

interface Look {
  readonly asked: Promise<string | null>;
  readonly atMs: number;
  /** Of the clock on the wall. */
  readonly wallMs: number;
}

function keyOf({ source, freshness }: Model): string {
  return canonicalJson([source, freshness?.column ?? null]);
}

const LOOK_MS = 5_000;

/** A look that takes longer tells nothing: a locked table must not hold up questions, nor keep a connection. */
const PATIENCE_MS = 5_000;

/** @returns null: not in time */
async function within<T>(ms: number, promise: Promise<T>): Promise<T | null> {
  const late = Promise.withResolvers<null>();
  const timer = setTimeout(() => late.resolve(null), ms);
  try {
    return await Promise.race([promise, late.promise]);
  } finally {
    clearTimeout(timer);
  }
}
