import { defineConfig } from 'vitest/config';

/** The slower suites: kills at random points, large files, bad disks. */
export default defineConfig({
  test: { include: ['test/e2e/**/*.test.ts'], globalSetup: 'test/build.ts', testTimeout: 300_000, fileParallelism: false },
});
