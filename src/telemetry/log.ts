import pino from "pino";
import { WarehouseError } from "../warehouse/index.ts";

export type LogLevel = "debug" | "info" | "warn" | "error";

/**
 * Lines of JSON for whoever runs the server. Fields are names, counts, codes and ids: no token, no text or variable of a
 * question, no value of an answer.
 */
export interface Log {
  readonly write: (level: LogLevel, message: string, fields?: Readonly<Record<string, unknown>>) => void;
  /** Everything written has left. */
  flush(): void;
}

/** Where the lines go. */
export interface Sink {
  write(line: string): unknown;
  flushSync?(): void;
}

/** @param sink Default: standard error, line by line. */
export function createLog(level: LogLevel, sink: Sink = process.stderr): Log {
  const logger = pino(
    {
      level,
      base: null,
      messageKey: "message",
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) },
    },
    { write: (line: string) => void sink.write(line) },
  );
  return {
    write(at, message, fields = {}) {
      logger[at](fields, message);
      // What may be the last thing that is heard of a process does not wait for others.
      if (at === "error") sink.flushSync?.();
    },
    flush: () => sink.flushSync?.(),
  };
}

/** Standard error in portions: a line of each request alone would cost a tenth of a small answer. */
export function bufferedStandardError(): Sink {
  const buffered = pino.destination({ fd: 2, sync: true, minLength: PORTION, periodicFlush: FLUSH_MS });
  // Whoever read it has gone, and the server goes on.
  buffered.on("error", () => {});
  return {
    write: (line) => buffered.write(line),
    flushSync() {
      try {
        buffered.flushSync();
      } catch {
        // As above.
      }
    },
  };
}

const PORTION = 4_096;
const FLUSH_MS = 200;

/**
 * An error for the log. What engines say may quote values: texts between single quotes are left out, and where the data
 * itself is at fault, all of it. The lines of SQL that some engines add are left out too.
 */
export function describeError(error: unknown): Readonly<Record<string, unknown>> {
  if (!(error instanceof Error)) return { name: typeof error };
  const { name, stack = "", cause } = error;
  const frames = stack.split("\n").filter((line) => /^\s+at /.test(line));
  const isOfData = error instanceof WarehouseError && DATA_KINDS.has(error.kind);
  return {
    name,
    message: withoutValues(error.message),
    ...("code" in error && typeof error.code === "string" && { code: error.code }),
    stack: frames.slice(0, MOST_FRAMES).join("\n"),
    ...(cause !== undefined && { cause: isOfData ? { name: nameOf(cause) } : describeError(cause) }),
  };
}

const DATA_KINDS: ReadonlySet<string> = new Set(["out-of-range", "not-convertible"]);
const MOST_FRAMES = 12;

function withoutValues(message: string): string {
  const [first = ""] = message.split("\n", 1);
  return first.replace(/'(?:[^']|'')*'?/g, "'…'").slice(0, 500);
}

function nameOf(thrown: unknown): string {
  return thrown instanceof Error ? thrown.name : typeof thrown;
}
