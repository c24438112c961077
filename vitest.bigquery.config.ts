import { defineConfig } from "vitest/config";

/** `npm run test:bigquery`, apart from `npm test`: it needs a program that is built with Go. */
export default defineConfig({
  test: {
    include: ["tests/bigquery/**/*.test.ts"],
    testTimeout: 600_000,
    hookTimeout: 300_000,
  },
});
