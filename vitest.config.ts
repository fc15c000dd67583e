import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    // One worker a core: the default leaves a core of a two-core machine idle.
    maxWorkers: "100%",
    projects: [
      {
        test: {
          name: "unit",
          include: ["test/**/*.test.ts"],
          exclude: ["test/e2e/**", "test/bench/**", "test/long/**", "test/package/**"],
          testTimeout: 60_000,
          hookTimeout: 60_000,
        },
      },
      { test: { name: "package", include: ["test/package/**/*.test.ts"], testTimeout: 300_000, hookTimeout: 300_000 } },
      { test: { name: "long", include: ["test/long/**/*.test.ts"], testTimeout: 1_200_000, hookTimeout: 300_000 } },
      { test: { name: "e2e", include: ["test/e2e/**/*.test.ts"], testTimeout: 600_000, hookTimeout: 900_000 } },
    ],
  },
});
