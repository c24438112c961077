/** The thread of `loadCatalogAside`: reads the folder it is given, tells what came of it, and ends. */
import { parentPort, workerData } from "node:worker_threads";
import { loadCatalog } from "./compile.ts";

parentPort?.postMessage(loadCatalog(String(workerData)));
