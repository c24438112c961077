import { availableParallelism } from "node:os";
import { defineConfig } from "vitest/config";

export default defineConfig({
  // As Node resolves packages: otherwise our code and graphql-yoga would each get a copy of graphql of their own.
  ssr: { resolve: { conditions: ["node", "module-sync"] } },
  test: {
    include: ["tests/**/*.test.ts"],
    // On an emulator: `npm run test:bigquery`. In a browser: `npm run test:browser`.
    exclude: ["tests/bigquery/**", "tests/browser/**"],
    globalSetup: "tests/support/postgres-server.ts",
    // Many tests wait for a database or a process: on two cores, one worker alone would leave one of them idle.
    maxWorkers: Math.max(2, availableParallelism() - 1),
    // Real engines and real processes, on machines of any speed; no test asserts a time. Whoever polls gives up before.
    testTimeout: 120_000,
    hookTimeout: 180_000,
    expect: { poll: { timeout: 60_000 } },
    coverage: {
      provider: "v8",
      include: ["src/**/*.ts"],
      // Started as programs of their own, where coverage does not look.
      exclude: ["src/*/write-*.ts"],
      reporter: ["text-summary", "json"],
      thresholds: { lines: 85 },
    },
  },
});
