import { execFileSync } from "node:child_process";
import { rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type EmbeddedPostgres, makeData, startPostgres, temporaryFolder } from "../../scripts/embedded-postgres.ts";

/** One server of a pair, which may be killed and started again where it was. */
export interface Member {
  readonly url: string;
  kill(): Promise<void>;
  /** As an operator does it. */
  stop(): Promise<void>;
  /** Unless it runs. */
  start(): Promise<void>;
  /** Starts as a replica that follows nobody, on the timeline that it was on. */
  startAlone(): Promise<void>;
}

/** A primary and a replica that streams from it. */
export interface Pair {
  readonly primary: Member;
  readonly replica: Member;
  stop(): Promise<void>;
}

/** A replica starts from the files of a primary that does not run: the package has no pg_basebackup. */
export async function startPair(): Promise<Pair> {
  const [first, second] = [temporaryFolder(), temporaryFolder()];
  await makeData(first);
  execFileSync("cp", ["-a", join(first, "data"), second]);
  const primary = await startMember(first, []);
  const { hostname, port, username } = new URL(primary.url);
  writeFileSync(join(second, "data", "standby.signal"), "");
  const replica = await startMember(second, [
    `primary_conninfo=host=${hostname} port=${port} user=${username}`,
    "wal_retrieve_retry_interval=100ms",
  ]);
  return {
    primary,
    replica,
    async stop() {
      await Promise.all([primary.stop(), replica.stop()]);
      for (const folder of [first, second]) rmSync(folder, { recursive: true, force: true });
    },
  };
}

async function startMember(folder: string, settings: readonly string[]): Promise<Member> {
  const start = (port?: number) =>
    startPostgres(folder, { settings: ["fsync=off", ...settings], ...(port !== undefined && { port }) });
  let server: EmbeddedPostgres | null = await start();
  const { port } = server;
  return {
    url: server.url("postgres"),
    async kill() {
      await server?.kill();
      server = null;
    },
    async start() {
      server ??= await start(port);
    },
    async startAlone() {
      writeFileSync(join(folder, "data", "standby.signal"), "");
      server = await start(port);
    },
    async stop() {
      await server?.stop();
      server = null;
    },
  };
}
