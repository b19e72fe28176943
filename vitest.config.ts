import { defineConfig } from 'vitest/config';

/** `npm test`: everything that is quick. The slower suites have a configuration of their own. */
export default defineConfig({
  test: { include: ['test/**/*.test.ts'], exclude: ['test/e2e/**'], globalSetup: 'test/build.ts', testTimeout: 30_000 },
});
