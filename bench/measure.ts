import { type Connection, connectTo, type Door, load } from "./load.ts";
import { cpuMs, rssMb } from "./process.ts";
import { percentile } from "./report.ts";

/** One who is asked. */
export interface Side {
  readonly name: string;
  readonly door: Door;
  /** null: its CPU time and memory cannot be looked at. */
  readonly pid: number | null;
}

export interface Latency {
  readonly p50: number;
  readonly p99: number;
}

/**
 * Each side is asked once, then each again, and so on, so that whatever else the machine does falls on all of them.
 *
 * @param asks The turn's number is theirs to make a question of.
 * @returns milliseconds, in the order of the sides
 */
export async function inTurn(
  asks: readonly ((turn: number) => Promise<unknown>)[],
  { warmUp, turns }: { readonly warmUp: number; readonly turns: number },
): Promise<readonly Latency[]> {
  const times = asks.map((): number[] => []);
  for (let turn = 0; turn < warmUp + turns; turn++) {
    for (const [side, ask] of asks.entries()) {
      const begun = performance.now();
      await ask(turn);
      if (turn >= warmUp) times[side]?.push(performance.now() - begun);
    }
  }
  return times.map((all) => ({ p50: percentile(all, 0.5), p99: percentile(all, 0.99) }));
}

/** Asks over one connection; the request is made before the clock starts where it does not depend on the turn. */
export async function asker(door: Door, request: (turn: number) => Buffer): Promise<(turn: number) => Promise<Buffer>> {
  const connection: Connection = await connectTo(door);
  return (turn) => connection.ask(request(turn));
}

export interface UnderLoad {
  readonly perSecond: number;
  /** Of one request, in microseconds. */
  readonly cpuUs: number;
  /** The most that it held, in megabytes. */
  readonly rssMb: number;
}

/** So many clients at once, each side in turn, five rounds after one that is not counted: medians. */
export async function underLoad(
  sides: readonly (Side & { readonly next: () => Buffer; readonly milliseconds: number })[],
  clients: number,
): Promise<readonly UnderLoad[]> {
  const rounds = sides.map((): UnderLoad[] => []);
  for (let round = 0; round < 6; round++) {
    for (const [index, side] of sides.entries()) {
      const measured = await oneRound(side, clients);
      if (round > 0) rounds[index]?.push(measured);
    }
  }
  return rounds.map((all) => ({
    perSecond: medianOf(all.map((one) => one.perSecond)),
    cpuUs: medianOf(all.map((one) => one.cpuUs)),
    rssMb: Math.max(...all.map((one) => one.rssMb)),
  }));
}

async function oneRound(
  { door, pid, next, milliseconds }: Side & { readonly next: () => Buffer; readonly milliseconds: number },
  clients: number,
): Promise<UnderLoad> {
  let most = 0;
  const look = (): void => void (pid !== null && (most = Math.max(most, rssMb(pid))));
  const timer = setInterval(look, 100);
  const before = pid === null ? 0 : cpuMs(pid);
  const { requests, seconds } = await load(door, clients, milliseconds, next);
  look();
  clearInterval(timer);
  const used = pid === null ? Number.NaN : cpuMs(pid) - before;
  return { perSecond: requests / seconds, cpuUs: (used * 1_000) / requests, rssMb: pid === null ? Number.NaN : most };
}

export function medianOf(values: readonly number[]): number {
  return percentile(values, 0.5);
}
