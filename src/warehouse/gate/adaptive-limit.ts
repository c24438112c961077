/**
 * How many statements may run at once: one more after as many successes as run at once, and three quarters as many when
 * the warehouse says that it has too much to do. The same that TCP does with what a network can carry.
 *
 * How long statements take does not count: they are too unlike each other for a slow one to tell of a busy warehouse.
 */
export class AdaptiveLimit {
  readonly max: number;
  #exact: number;
  /** Grows with each cut: what began before it tells of what was, and cuts no more. */
  #cuts = 0;

  constructor(max: number) {
    this.max = max;
    this.#exact = max;
  }

  get now(): number {
    return Math.floor(this.#exact);
  }

  /** A statement begins. @returns to be told how it ended; nothing, where it says nothing of the warehouse */
  begin(): (outcome: "well" | "overloaded") => void {
    const cuts = this.#cuts;
    return (outcome) => {
      if (outcome === "well") this.#exact = Math.min(this.max, this.#exact + 1 / this.#exact);
      else if (cuts === this.#cuts) {
        this.#cuts += 1;
        this.#exact = Math.max(1, this.#exact * CUT);
      }
    };
  }
}

const CUT = 0.75;
