/** The thread of `loadAside`: reads the folder it is given, tells what came of it, and ends. */
import { parentPort, workerData } from "node:worker_threads";
import { loadGoverned, TRUST_ROOT } from "../governance/index.ts";

const { folder, now }: { readonly folder: string; readonly now: Date } = workerData;
parentPort?.postMessage(loadGoverned(folder, now, process.env[TRUST_ROOT] ?? null));
