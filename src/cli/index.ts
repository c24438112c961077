/** The command line; one file a verb in `verbs/`. Imports every other room. See ARCHITECTURE.md. */
export { run } from "./run.ts";
export { processTerminal } from "./terminal.ts";
