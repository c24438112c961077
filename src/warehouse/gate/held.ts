import { setMaxListeners } from "node:events";
import { LONGEST_MS } from "../bounds.ts";
import type { ExecuteOptions, Row } from "../warehouse.ts";

type Batches = AsyncIterable<readonly Row[]>;

/**
 * The same rows; `end` is called when they have all been read, reading failed or was left off, or when nobody reads at the
 * moment in which the statement is aborted or its deadline comes. Rows that nobody has begun to read are begun then: a
 * generator that was never begun would not let go of what it holds.
 */
export function heldUntilRead(
  batches: Batches,
  end: () => void,
  { signal, deadline = Infinity }: Pick<ExecuteOptions, "signal" | "deadline">,
): Batches {
  const source = batches[Symbol.asyncIterator]();
  let isReading = false;
  let isFirst = true;
  let first: Promise<IteratorResult<readonly Row[]>> | null = null;
  const begin = () => (first ??= source.next());
  const over = () => {
    clearTimeout(timer);
    signal?.removeEventListener("abort", stop);
    end();
  };
  const stop = () => {
    if (isReading) return;
    begin().catch(() => {});
    over();
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
        const batch = await (isFirst ? begin() : source.next());
        isFirst = false;
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
        await begin().catch(() => {});
        await source.return?.();
      } finally {
        over();
      }
      return { done: true, value: undefined };
    },
  };
  return { [Symbol.asyncIterator]: () => iterator };
}
