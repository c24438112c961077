import { setTimeout as delay } from "node:timers/promises";

/**
 * Waits for what comes about elsewhere, however slow the machine is.
 *
 * Gives up before the time of the test is over: it can then still tidy up, and does not go on beside the tests after it.
 */
export async function until(claim: () => boolean | Promise<boolean>, everyMs = 10): Promise<void> {
  const giveUpAt = performance.now() + PATIENCE_MS;
  while (!(await claim())) {
    if (performance.now() > giveUpAt) throw new Error(`Not so within ${PATIENCE_MS / 1_000} s: ${claim.toString()}`);
    await delay(everyMs);
  }
}

const PATIENCE_MS = 60_000;
