import { spawn } from "node:child_process";
import { once } from "node:events";

export interface Server {
  /** Where it says that it listens, without a slash at the end. */
  readonly url: string;
  /** Ends it as a terminal would. */
  stop(): Promise<void>;
}

/**
 * Starts a program that prints the address at which it serves.
 *
 * @throws Error with what it printed, when it ends without having said an address
 */
export async function startServer(
  command: string,
  options: { readonly cwd: string; readonly env: NodeJS.ProcessEnv },
): Promise<Server> {
  const child = spawn(command, { ...options, shell: true, detached: true, stdio: ["ignore", "pipe", "pipe"] });
  const ended = once(child, "close");
  let output = "";
  const url = await new Promise<string>((resolve, reject) => {
    const read = (chunk: Buffer) => {
      output += chunk.toString();
      const address = /https?:\/\/[\w.[\]:]+:\d+/.exec(output);
      if (address) resolve(address[0]);
    };
    child.stdout.on("data", read);
    child.stderr.on("data", read);
    child.on("close", (code) => reject(new Error(`"${command}" ended with ${code} before it served:\n${output}`)));
  });
  return {
    url,
    async stop() {
      // The shell, npm and the program are one process group.
      if (child.pid !== undefined && child.exitCode === null) process.kill(-child.pid, "SIGTERM");
      await ended;
    },
  };
}
