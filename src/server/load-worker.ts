/** The thread of `loadAside`: reads the folder it is given, tells what came of it, and ends. */
import { parentPort, workerData } from "node:worker_threads";
import { loadGoverned, TRUST_ROOT } from "../governance/index.ts";

parentPort?.postMessage(loadGoverned(String(workerData), new Date(), process.env[TRUST_ROOT] ?? null));
