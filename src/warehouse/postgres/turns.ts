export interface Turn {
  /** Resolves when it begins; null: it has begun. */
  readonly begun: Promise<void> | null;
  /** Also for one that waits still. */
  end(): void;
}

/** So many at once; more wait, and come in the order in which they asked. */
export class Turns {
  readonly #max: number;
  #taken = 0;
  readonly #waiting = new Set<() => void>();

  constructor(max: number) {
    this.#max = max;
  }

  /** Those that have or want a turn. */
  get demand(): number {
    return this.#taken + this.#waiting.size;
  }

  take(): Turn {
    const { promise: begun, resolve } = Promise.withResolvers<void>();
    let state: "waiting" | "begun" | "ended" = "waiting";
    const begin = () => {
      state = "begun";
      resolve();
    };
    const isFree = this.#taken < this.#max;
    if (isFree) {
      this.#taken += 1;
      begin();
    } else {
      this.#waiting.add(begin);
    }
    const end = () => {
      if (state === "waiting") this.#waiting.delete(begin);
      if (state === "begun") this.#pass();
      state = "ended";
    };
    return { begun: isFree ? null : begun, end };
  }

  #pass(): void {
    const [next] = this.#waiting;
    if (next === undefined) {
      this.#taken -= 1;
      return;
    }
    this.#waiting.delete(next);
    next();
  }
}
