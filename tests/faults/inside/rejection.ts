/** Loaded into a server by `--import`: on SIGUSR2 a promise is rejected for which nobody waits. */
process.on("SIGUSR2", () => void Promise.reject(new Error("Nobody waits for this.")));
