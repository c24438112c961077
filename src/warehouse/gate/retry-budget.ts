/** Repetitions stay within a tenth of the statements asked: every statement earns a tenth of one. */
export class RetryBudget {
  /** In tenths of a repetition, so that sums are exact. */
  #tenths = 0;

  earn(): void {
    this.#tenths = Math.min(MOST_TENTHS, this.#tenths + 1);
  }

  /** @returns whether there was one left */
  spend(): boolean {
    if (this.#tenths < 10) return false;
    this.#tenths -= 10;
    return true;
  }
}

/** What a quiet hour earns is soon used up in a storm. */
const MOST_TENTHS = 100;
