#!/usr/bin/env node
import { setFlagsFromString } from "node:v8";

// V8 would compile the parser of expressions, which is WebAssembly, a second time for speed: half a second of CPU and
// 400 MB at each start, which loading 10,000 metrics does not earn back. Said before anything loads the parser.
for (const flag of ["--liftoff-only", "--no-wasm-tier-up", "--no-wasm-dynamic-tiering"]) setFlagsFromString(flag);
const [{ run }, { processTerminal }] = await Promise.all([import("./run.ts"), import("./terminal.ts")]);
process.exitCode = await run(process.argv.slice(2), processTerminal());
