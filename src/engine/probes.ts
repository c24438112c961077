import type { Model } from "../catalog/index.ts";
import { canonicalJson } from "../std/index.ts";
import type { EngineParts } from "./parts.ts";

/** Looks whether sources have changed: each at most once in a few seconds, whoever asks. */
export interface Probes {
  /** Equal while none of them has changed; null: that cannot be told. */
  tokenOf(models: readonly Model[]): Promise<string | null>;
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
    looks.set(key, { asked, atMs: clock() });
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
  };
}

interface Look {
  readonly asked: Promise<string | null>;
  readonly atMs: number;
}

function keyOf({ source, freshness }: Model): string {
  return canonicalJson([source, freshness?.column ?? null]);
}

const LOOK_MS = 5_000;
