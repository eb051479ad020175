import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    include: ["test/**/*_test.ts"],
    setupFiles: ["test/support/seed.ts"],
    // Native add-ons (ZeroMQ, resvg) and child processes are happier in processes of their own than in threads.
    pool: "forks",
    maxWorkers: 2,
    testTimeout: 60_000,
    hookTimeout: 60_000,
    teardownTimeout: 10_000,
    // Worker start-up dominates short files; isolation costs nothing else, and tests may change process state.
    isolate: true,
    passWithNoTests: false,
  },
});
