import { defineConfig } from 'rolldown';

/**
 * Half as many files for each command, and CommonJS, which Node loads without waiting: finding and reading modules one by one
 * took longer than most reports.
 */
export default defineConfig({
  input: { main: 'dist/cli/main.js', 'writer-thread': 'dist/ingest/writer-thread.js' },
  platform: 'node',
  external: ['better-sqlite3', 'nodemailer'],
  output: { dir: 'lib', format: 'cjs', entryFileNames: '[name].cjs', chunkFileNames: '[name]-[hash].cjs', cleanDir: true },
});
