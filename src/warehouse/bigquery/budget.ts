import { WarehouseError } from "../warehouse.ts";

/** Leave to be charged for so many bytes. */
export interface Reservation {
  readonly bytes: number;
  /** @param billed What BigQuery charged in the end. */
  settle(billed: number): void;
}

/**
 * What each principal may be charged for within 24 hours, counted in memory and by this process only. A statement
 * reserves the most that it may be charged for, so that statements at the same time cannot pass the limit together;
 * where others hold what is left, it waits for their end.
 */
export class Budgets {
  readonly #limit: number;
  readonly #now: () => number;
  readonly #accounts = new Map<string, Account>();

  /** @param now Milliseconds by a clock that never turns back. */
  constructor(limit: number, now: () => number = () => performance.now()) {
    this.#limit = limit;
    this.#now = now;
  }

  /**
   * @param cap The most that this statement may be charged for, whoever asks.
   * @throws WarehouseError "too-large" when nothing is left; the signal's reason.
   */
  async reserve(principal: string, cap: number, signal: AbortSignal): Promise<Reservation> {
    const account = this.#accountOf(principal);
    account.users += 1;
    try {
      for (;;) {
        const left = this.#limit - this.#spent(account);
        if (left <= 0) throw spent();
        const bytes = Math.min(cap, left);
        if (account.reserved + bytes <= left) return this.#hold(account, bytes);
        await nextSettlement(account, signal);
      }
    } catch (cause) {
      account.users -= 1;
      throw cause;
    }
  }

  #hold(account: Account, bytes: number): Reservation {
    account.reserved += bytes;
    let isOpen = true;
    const settle = (billed: number): void => {
      if (!isOpen) return;
      isOpen = false;
      account.users -= 1;
      account.reserved -= bytes;
      const hour = Math.floor(this.#now() / HOUR_MS);
      account.charges.set(hour, (account.charges.get(hour) ?? 0) + billed);
      for (const wake of account.waiting.splice(0)) wake();
    };
    return { bytes, settle };
  }

  /** By whole hours, so that an account stays small: an hour is forgotten when all of it is a day old. */
  #spent(account: Account): number {
    const oldest = Math.floor(this.#now() / HOUR_MS) - HOURS;
    let bytes = 0;
    for (const [hour, charged] of account.charges) {
      if (hour < oldest) account.charges.delete(hour);
      else bytes += charged;
    }
    return bytes;
  }

  #accountOf(principal: string): Account {
    const known = this.#accounts.get(principal);
    if (known) return known;
    if (this.#accounts.size >= MOST_ACCOUNTS) this.#forgetOne();
    const account: Account = { users: 0, reserved: 0, charges: new Map(), waiting: [] };
    this.#accounts.set(principal, account);
    return account;
  }

  /** The account of least worth: of those that nobody uses now, the one charged least. */
  #forgetOne(): void {
    let least: string | null = null;
    let leastSpent = Infinity;
    for (const [principal, account] of this.#accounts) {
      const bytes = account.users > 0 ? Infinity : this.#spent(account);
      if (bytes >= leastSpent) continue;
      least = principal;
      leastSpent = bytes;
    }
    if (least !== null) this.#accounts.delete(least);
  }
}

interface Account {
  /** Statements that run or wait. */
  users: number;
  reserved: number;
  /** Bytes by the hour in which they were charged. */
  readonly charges: Map<number, number>;
  readonly waiting: (() => void)[];
}

const HOUR_MS = 3_600_000;
const HOURS = 24;
const MOST_ACCOUNTS = 10_000;

function nextSettlement(account: Account, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const leave = (): void => reject(signal.reason);
    if (signal.aborted) return leave();
    signal.addEventListener("abort", leave, { once: true });
    account.waiting.push(() => {
      signal.removeEventListener("abort", leave);
      resolve();
    });
  });
}

function spent(): WarehouseError {
  return new WarehouseError(
    "too-large",
    "The bytes that you may be charged for within 24 hours are used up. Ask again later, or have the limit raised.",
  );
}
