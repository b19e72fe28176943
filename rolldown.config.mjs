import { defineConfig } from 'rolldown';

/** Half as many files for each command: finding and reading those took longer than most reports. */
export default defineConfig({
  input: { main: 'dist/cli/main.js', 'writer-thread': 'dist/ingest/writer-thread.js' },
  platform: 'node',
  external: ['better-sqlite3', 'nodemailer'],
  output: { dir: 'lib', format: 'esm', chunkFileNames: '[name]-[hash].js', cleanDir: true },
});
