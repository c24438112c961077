import { setMaxListeners } from "node:events";
import { LONGEST_MS } from "../bounds.ts";
import type { ExecuteOptions, Row } from "../warehouse.ts";

type Batches = AsyncIterable<readonly Row[]>;

/**
 * The same rows; `end` is called once: when they have all been read, reading failed or was left off, or when nobody reads
 * at the moment in which the statement is aborted or its deadline comes.
 */
export function heldUntilRead(
  batches: Batches,
  end: () => void,
  { signal, deadline = Infinity }: Pick<ExecuteOptions, "signal" | "deadline">,
): Batches {
  const source = batches[Symbol.asyncIterator]();
  let isReading = false;
  const over = () => {
    clearTimeout(timer);
    signal?.removeEventListener("abort", stop);
    end();
  };
  const stop = () => {
    if (!isReading) over();
  };
  const leftMs = Math.max(0, deadline - performance.now());
  const timer = leftMs < LONGEST_MS ? setTimeout(stop, leftMs) : undefined;
  timer?.unref();
  if (signal) setMaxListeners(0, signal);
  signal?.addEventListener("abort", stop, { once: true });
  if (signal?.aborted) stop();
  const iterator: AsyncIterator<readonly Row[]> = {
    async next() {
      isReading = true;
      try {
        const batch: IteratorResult<readonly Row[]> = await source.next();
        if (batch.done || signal?.aborted) over();
        return batch;
      } catch (thrown) {
        over();
        throw thrown;
      } finally {
        isReading = false;
      }
    },
    async return() {
      try {
        await source.return?.();
      } finally {
        over();
      }
      return { done: true, value: undefined };
    },
  };
  return { [Symbol.asyncIterator]: () => iterator };
}
