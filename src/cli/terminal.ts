import type { Readable, Writable } from "node:stream";
import { CommandFailure, EXIT } from "./failure.ts";

/** Where a verb reads and writes: answers go to standard output, messages for people to standard error. */
export interface Terminal {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly input: Readable;
  /** Whether people see colours there; NO_COLOR is respected. */
  readonly colors: { readonly output: boolean; readonly messages: boolean };
  /** @throws ReaderGone when nobody reads it any more, as in `assay query … | head`; CommandFailure on a full disk. */
  print(text: string): Promise<void>;
  say(message: string): void;
  /** Work that takes a while: rewritten in place on a terminal, elsewhere one line for each message. */
  progress(): Progress;
}

export interface Progress {
  show(message: string): void;
  done(): void;
}

export class ReaderGone extends Error {
  override readonly name = "ReaderGone";
}

export function processTerminal(): Terminal {
  const { stdin, stdout, stderr, env } = process;
  // Each failed write is answered where it is made; without a listener Node would end the process with a stack.
  stdout.on("error", () => {});
  stderr.on("error", () => {});
  return {
    env,
    input: stdin,
    colors: { output: stdout.isTTY && stdout.hasColors(), messages: stderr.isTTY && stderr.hasColors() },
    print: (text) => write(stdout, text),
    say: (message) => void stderr.write(`${message}\n`),
    progress: () => (stderr.isTTY ? progressInPlace(stderr) : progressByLine(stderr)),
  };
}

function write(stream: Writable, text: string): Promise<void> {
  return new Promise((resolve, reject) => {
    stream.write(text, (error) => (error ? reject(unwritten(error)) : resolve()));
  });
}

/** A full disk must not look like a reader who has seen enough. */
function unwritten(error: Error): Error {
  const isGone = "code" in error && (error.code === "EPIPE" || error.code === "ERR_STREAM_DESTROYED");
  if (isGone) return new ReaderGone("Nobody reads standard output.", { cause: error });
  return new CommandFailure(EXIT.cannotTell, "OUTPUT_FAILED", `The answer cannot be written: ${error.message}.`);
}

function progressInPlace(stream: Writable): Progress {
  let isShown = false;
  return {
    show(message) {
      isShown = true;
      stream.write(`\r\u001b[K${message}`);
    },
    done() {
      if (isShown) stream.write("\n");
    },
  };
}

function progressByLine(stream: Writable): Progress {
  return { show: (message) => void stream.write(`${message}\n`), done() {} };
}
