import { getHeapStatistics } from "node:v8";

/**
 * Bytes for what a process holds on to: `most`, and less where the heap is so small that `most` would be more than this part
 * of it. Node takes the size of its heap from the memory of the machine or container, or from `--max-old-space-size`.
 */
export function heapShare(part: number, most: number): number {
  return Math.min(most, Math.floor(getHeapStatistics().heap_size_limit * part));
}
