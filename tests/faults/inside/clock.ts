/**
 * Loaded into a server by `--import`: on SIGUSR2 its clocks move to where `clock.json` of its folder says, in milliseconds
 * beside the true ones: `wall` is what somebody sets, `monotonic` only grows. Timers keep the true time.
 */
import { readFileSync } from "node:fs";

const offsets = { wall: 0, monotonic: 0 };
process.on("SIGUSR2", () => Object.assign(offsets, JSON.parse(readFileSync("clock.json", "utf8"))));

const TrueDate = Date;
const trueNow = Date.now;
globalThis.Date = new Proxy(TrueDate, {
  construct: (target, args, newTarget) =>
    Reflect.construct(target, args.length === 0 ? [trueNow() + offsets.wall] : args, newTarget),
  apply: () => new TrueDate(trueNow() + offsets.wall).toString(),
  get: (target, key, receiver) => (key === "now" ? () => trueNow() + offsets.wall : Reflect.get(target, key, receiver)),
});

const trueMonotonic = performance.now.bind(performance);
Object.defineProperty(performance, "now", { value: () => trueMonotonic() + offsets.monotonic });
