import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { readdirSync, readFileSync, readlinkSync } from "node:fs";

/** CPU time that the process has used in all its threads, in milliseconds; Linux counts it in hundredths of a second. */
export function cpuMs(pid: number): number {
  const fields = readFileSync(`/proc/${pid}/stat`, "utf8").split(") ")[1]?.split(" ") ?? [];
  return (Number(fields[11]) + Number(fields[12])) * 10;
}

/** Memory that the process holds, in megabytes. */
export function rssMb(pid: number): number {
  return Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1]) / 1_024;
}

/** The process that listens on the port of this machine. null: it is not ours to look at. */
export function listenerOf(port: number): number | null {
  const hex = port.toString(16).toUpperCase().padStart(4, "0");
  const sockets = ["tcp", "tcp6"].flatMap((table) => readFileSync(`/proc/net/${table}`, "utf8").split("\n"));
  const fields = sockets.map((line) => line.trim().split(/\s+/));
  const inode = fields.find(([, local, , state]) => state === "0A" && local?.endsWith(`:${hex}`))?.[9];
  const pids = readdirSync("/proc").filter((name) => /^\d+$/.test(name));
  const found = pids.find((pid) => inode !== undefined && holds(pid, `socket:[${inode}]`));
  return found === undefined ? null : Number(found);
}

function holds(pid: string, link: string): boolean {
  try {
    return readdirSync(`/proc/${pid}/fd`).some((fd) => readlinkSync(`/proc/${pid}/fd/${fd}`) === link);
  } catch {
    return false; // it has ended, or is somebody else's
  }
}

export interface Started {
  readonly pid: number;
  readonly url: string;
  /** What the program was given is all that it gets. */
  stop(): Promise<void>;
}

/** A program of Node that prints one line of JSON with its `url` when it listens. */
export async function start(
  args: readonly string[],
  options: { readonly cwd?: string; readonly env?: Readonly<Record<string, string>> } = {},
): Promise<Started> {
  const child: ChildProcess = spawn(process.execPath, [...args], {
    ...(options.cwd !== undefined && { cwd: options.cwd }),
    env: { ...process.env, NODE_ENV: "production", ...options.env },
    stdio: ["ignore", "pipe", "inherit"],
  });
  const ended = once(child, "exit").then(() => {
    throw new Error(`${args.join(" ")} has ended.`);
  });
  ended.catch(() => {});
  if (!child.stdout || child.pid === undefined) throw new Error(`${args.join(" ")} does not start.`);
  const [line] = await Promise.race([once(child.stdout, "data"), ended]);
  return {
    pid: child.pid,
    url: JSON.parse(String(line)).url,
    async stop() {
      child.kill();
      await ended.catch(() => {});
    },
  };
}

/** The package as users get it: JavaScript. @returns the program `assay` */
export function build(folder: string): string {
  execFileSync(process.execPath, ["scripts/build.ts", "--out", folder], { stdio: "inherit" });
  return `${folder}/src/cli/main.js`;
}
