import { WarehouseError } from "../warehouse.ts";

interface BreakerOptions {
  /** Asks the warehouse next to nothing; rejects where it does not answer. */
  readonly probe: () => Promise<unknown>;
  readonly onChange: (isOpen: boolean) => void;
  /** Between two probes. */
  readonly pauseMs?: number;
}

/**
 * Opens when several statements in a row could not reach the warehouse: then no statement is sent, but one probe at a
 * time, the first at once, until one is answered.
 */
export class Breaker {
  readonly #options: BreakerOptions;
  #failures = 0;
  #isOpen = false;
  #isClosed = false;
  #timer: NodeJS.Timeout | undefined;

  constructor(options: BreakerOptions) {
    this.#options = options;
  }

  get isOpen(): boolean {
    return this.#isOpen;
  }

  /** The warehouse answered, with rows or with an error of its own. */
  answered(): void {
    this.#failures = 0;
    if (!this.#isOpen) return;
    this.#isOpen = false;
    clearTimeout(this.#timer);
    this.#options.onChange(false);
  }

  failed(): void {
    this.#failures += 1;
    if (this.#isOpen || this.#isClosed || this.#failures < FAILURES) return;
    this.#isOpen = true;
    this.#options.onChange(true);
    void this.#probe();
  }

  close(): void {
    this.#isClosed = true;
    clearTimeout(this.#timer);
  }

  async #probe(): Promise<void> {
    const isThere = await this.#options.probe().then(
      () => true,
      (thrown: unknown) => !isSilence(thrown),
    );
    if (this.#isClosed || !this.#isOpen) return;
    if (isThere) return this.answered();
    // Not all at once, where many of us lost the same warehouse.
    const pauseMs = (this.#options.pauseMs ?? PAUSE_MS) * (0.75 + Math.random() / 2);
    this.#timer = setTimeout(() => void this.#probe(), pauseMs);
    this.#timer.unref();
  }
}

/** A refusal is an answer too. */
function isSilence(thrown: unknown): boolean {
  return !(thrown instanceof WarehouseError) || thrown.kind === "unavailable" || thrown.kind === "timeout";
}

const FAILURES = 5;
const PAUSE_MS = 500;
