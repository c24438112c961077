import type { Model } from "../catalog/index.ts";
import { canonicalJson } from "../std/index.ts";
import type { EngineParts } from "./parts.ts";

/** Looks whether sources have changed: each at most once in a few seconds, whoever asks. */
export interface Probes {
  /** Equal while none of them has changed; null: that cannot be told. */
  tokenOf(models: readonly Model[]): Promise<string | null>;
  /** Whether one of them was looked at after a moment, in milliseconds since 1970: it may have been newer then. */
  isBeyond(models: readonly Model[], asOfMs: number): boolean;
}

export function createProbes(
  { warehouse, onProbed }: Pick<EngineParts, "warehouse" | "onProbed">,
  clock: () => number,
): Probes {
  const looks = new Map<string, Look>();

  function look(model: Model): Promise<string | null> {
    const { source, freshness } = model;
    if (source.kind !== "table") return Promise.resolve(null);
    const key = keyOf(model);
    const last = looks.get(key);
    if (last && clock() - last.atMs < LOOK_MS) return last.asked;
    const of = { table: source.path, column: freshness?.column ?? null };
    // What cannot be asked now is unknown, whatever it was before.
    const asked = warehouse.freshness(of).catch(() => null);
    looks.set(key, { asked, atMs: clock(), wallMs: Date.now() });
    void tell(model, asked);
    return asked;
  }

  async function tell({ name }: Model, asked: Promise<string | null>): Promise<void> {
    const changedAt = await asked;
    if (changedAt !== null) onProbed?.(name, changedAt);
  }

  return {
    async tokenOf(models) {
      const tokens = await Promise.all(models.map(look));
      return tokens.includes(null) ? null : canonicalJson(tokens);
    },
    isBeyond: (models, asOfMs) => models.some((model) => (looks.get(keyOf(model))?.wallMs ?? 0) > asOfMs),
  };
}

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
