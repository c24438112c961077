/** The thread of `loadAside`: reads the folder it is given, and tells piece by piece what came of it, each when it is asked for. */
import { parentPort, workerData } from "node:worker_threads";
import { loadGoverned, TRUST_ROOT } from "../governance/index.ts";
import { piecesOf } from "./pieces.ts";

const { folder, now }: { readonly folder: string; readonly now: Date } = workerData;
const pieces = piecesOf(loadGoverned(folder, now, process.env[TRUST_ROOT] ?? null));
parentPort?.on("message", () => parentPort?.postMessage(pieces.next().value));
