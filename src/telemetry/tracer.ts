import { randomFillSync } from "node:crypto";
import type { Span } from "../engine/index.ts";

/** Begins the trace of a request. */
export interface Tracer {
  /** @param traceparent The header, as it came. */
  request(door: string, traceparent: string | undefined): Span;
  /** Hands over what has ended, within some seconds. */
  close(): Promise<void>;
}

/** Nobody reads traces: a request still has its id, and its steps cost nothing. */
export const NO_TRACES: Tracer = {
  request(door, traceparent) {
    const requestId = parentOf(traceparent)?.traceId ?? newId();
    const span: Span = { requestId, door, begin: () => span, set: nothing, end: nothing };
    return span;
  },
  async close() {},
};

function nothing(): void {}

const random = Buffer.alloc(4_096);
let used = random.length;

/** 16 random bytes, drawn for many requests at once. */
function newId(): string {
  if (used >= random.length) {
    randomFillSync(random);
    used = 0;
  }
  used += 16;
  return random.toString("hex", used - 16, used);
}

export interface Parent {
  readonly traceId: string;
  readonly spanId: string;
  readonly flags: number;
}

/**
 * The header `traceparent`; null where there is none, or no valid one: then the request begins a trace of its own.
 *
 * @see https://www.w3.org/TR/trace-context/#traceparent-header
 */
export function parentOf(header: string | undefined): Parent | null {
  if (header === undefined || header.length > LONGEST) return null;
  const [, version, traceId = "", spanId = "", flags = "", more] =
    /^([0-9a-f]{2})-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})(-.*)?$/.exec(header) ?? [];
  if (version === undefined || version === "ff" || (version === "00" && more !== undefined)) return null;
  if (/^0+$/.test(traceId) || /^0+$/.test(spanId)) return null;
  return { traceId, spanId, flags: Number.parseInt(flags, 16) };
}

const LONGEST = 512;
