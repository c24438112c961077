import { defineConfig } from "vitest/config";

/** `npm run test:browser`, apart from `npm test`: it needs a Chromium. */
export default defineConfig({
  ssr: { resolve: { conditions: ["node", "module-sync"] } },
  test: {
    include: ["tests/browser/**/*.test.ts"],
    testTimeout: 120_000,
    hookTimeout: 180_000,
    expect: { poll: { timeout: 60_000 } },
    // One browser and one server after the other: two at once only wait for each other on a small machine.
    fileParallelism: false,
  },
});
