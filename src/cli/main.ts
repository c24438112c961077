#!/usr/bin/env node
import { setFlagsFromString } from "node:v8";
import { run } from "./run.ts";
import { processTerminal } from "./terminal.ts";

// V8 would compile the parser of expressions, which is WebAssembly, a second time for speed: half a second of CPU and
// 400 MB at each start, which loading 10,000 metrics does not earn back.
setFlagsFromString("--liftoff-only");
process.exitCode = await run(process.argv.slice(2), processTerminal());
