/** Whether the server should get requests, and if not, why. */
export interface Readiness {
  readonly status: "ready" | "unavailable";
  /** Codes without detail: anybody may ask. */
  readonly reasons: readonly NotReady[];
}

export type NotReady = "stopping" | "warehouse" | "audit";

export interface ReadinessParts {
  /** @throws when the warehouse does not answer */
  readonly ping: () => Promise<void>;
  /** @throws when a decision could not be recorded, and must be; null: nothing is recorded */
  readonly canRecord: (() => Promise<void>) | null;
}

/** A warehouse that does not answer in this time is none. */
const PATIENCE_MS = 2_000;

/** How long one look at the warehouse holds, so that many who ask do not ask it as often. */
const FRESH_MS = 1_000;

export function createReadiness({ ping, canRecord }: ReadinessParts) {
  let isStopping = false;
  let looked: { readonly at: number; readonly reasons: Promise<readonly NotReady[]> } | null = null;
  return {
    /** From now on it is not ready. */
    stopping(): void {
      isStopping = true;
    },
    async look(): Promise<Readiness> {
      if (isStopping) return { status: "unavailable", reasons: ["stopping"] };
      const now = performance.now();
      if (!looked || now - looked.at > FRESH_MS) {
        const faults = [faultOf("warehouse", ping), ...(canRecord ? [faultOf("audit", canRecord)] : [])];
        looked = { at: now, reasons: Promise.all(faults).then((all) => all.flatMap((fault) => fault ?? [])) };
      }
      const reasons = await looked.reasons;
      return { status: reasons.length > 0 ? "unavailable" : "ready", reasons };
    },
  };
}

async function faultOf(reason: NotReady, check: () => Promise<void>): Promise<NotReady | null> {
  const late = Promise.withResolvers<NotReady>();
  const timer = setTimeout(() => late.resolve(reason), PATIENCE_MS);
  try {
    return await Promise.race([check().then(() => null), late.promise]);
  } catch {
    return reason;
  } finally {
    clearTimeout(timer);
  }
}
