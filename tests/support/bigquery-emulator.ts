import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { closeSync, mkdirSync, openSync, readFileSync } from "node:fs";
import { createServer } from "node:net";
import { dirname } from "node:path";
import { setTimeout as delay } from "node:timers/promises";

export interface BigQueryEmulator {
  /** Base URL, for the setting `apiEndpoint`. */
  readonly endpoint: string;
  stop(): Promise<void>;
}

/**
 * Starts an emulator in memory, reachable from this machine only. It ends with us, however we end.
 *
 * @param logFile What it says is written there anew.
 * @throws Error with its words when it does not start.
 */
export async function startBigQueryEmulator(
  program: string,
  project: string,
  dataset: string,
  logFile: string,
): Promise<BigQueryEmulator> {
  const [port, grpcPort] = await freePorts(2);
  const endpoint = `http://127.0.0.1:${port}`;
  const names = [`--project=${project}`, `--dataset=${dataset}`];
  const ports = ["--host=127.0.0.1", `--port=${port}`, `--grpc-port=${grpcPort}`];
  mkdirSync(dirname(logFile), { recursive: true });
  const log = openSync(logFile, "w");
  const command = ["sh", "-c", UNTIL_INPUT_ENDS, "sh", program, ...names, ...ports, "--log-level=error"] as const;
  const server = spawn(command[0], command.slice(1), { stdio: ["pipe", log, log] });
  closeSync(log);
  const stop = async () => {
    if (server.exitCode !== null) return;
    server.stdin?.end();
    await once(server, "exit");
  };
  try {
    await untilItAnswers(server, `${endpoint}/bigquery/v2/projects/${project}/datasets/${dataset}`);
  } catch (cause) {
    await stop();
    throw new Error(`The emulator of BigQuery does not start:\n${readFileSync(logFile, "utf8")}`, { cause });
  }
  return { endpoint, stop };
}

/** Runs a program until it ends or our end of the input is closed, which also happens when we are killed. */
const UNTIL_INPUT_ENDS = `exec 3<&0
"$@" </dev/null 3<&- & server=$!
(cat <&3 >/dev/null; kill -KILL $server) 2>/dev/null &
wait $server`;

/** Free when asked; all are held until the last is found, so that no two are the same. */
async function freePorts(count: number): Promise<readonly number[]> {
  const probes = Array.from({ length: count }, () => createServer().listen(0, "127.0.0.1"));
  const ports: number[] = [];
  for (const probe of probes) {
    if (!probe.listening) await once(probe, "listening");
    const address = probe.address();
    if (address === null || typeof address === "string") throw new Error("A TCP server has no port.");
    ports.push(address.port);
  }
  for (const probe of probes) {
    probe.close();
    await once(probe, "close");
  }
  return ports;
}

async function untilItAnswers(server: ChildProcess, url: string): Promise<void> {
  const giveUpAt = performance.now() + START_MS;
  while (server.exitCode === null && performance.now() < giveUpAt) {
    const isUp = await fetch(url).then(
      ({ ok }) => ok,
      () => false,
    );
    if (isUp) return;
    await delay(100);
  }
  throw new Error(server.exitCode === null ? `It did not answer at ${url}.` : `It ended with ${server.exitCode}.`);
}

const START_MS = 60_000;
