import { Readable } from "node:stream";
import { run } from "../../src/cli/index.ts";
import type { Terminal } from "../../src/cli/terminal.ts";
import type { Ended } from "./shop.ts";

/** A terminal that keeps what is written to it. */
export function recordingTerminal({ input = [], env = {} }: Given = {}): Terminal & { written(): Omit<Ended, "code"> } {
  const out: string[] = [];
  const err: string[] = [];
  return {
    env,
    input: Readable.from(input, { objectMode: false }),
    colors: { output: false, messages: false },
    print: async (text) => void out.push(text),
    say: (message) => void err.push(`${message}\n`),
    progress: () => ({ show() {}, done() {} }),
    written: () => ({ stdout: out.join(""), stderr: err.join("") }),
  };
}

interface Given {
  readonly input?: readonly (string | Buffer)[];
  readonly env?: Readonly<Record<string, string>>;
}

/** The same program in this process: quicker, where the process itself is not the point. */
export async function runHere(argv: readonly string[], given?: Given): Promise<Ended> {
  const terminal = recordingTerminal(given);
  const code = await run(argv, terminal);
  return { code, ...terminal.written() };
}
