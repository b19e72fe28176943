import { readdirSync, readFileSync } from 'node:fs';
import { defineConfig } from 'rolldown';
import { parse } from 'smol-toml';

/**
 * Commander starts a program for a subcommand that is one; there are none here, and loading what would start it takes 5 ms, of the 20
 * behind Node's own start.
 */
const commanderWithoutPrograms = {
  name: 'commander-without-programs',
  resolveId: (source, importer) => (source === 'node:child_process' && importer?.includes('/commander/') ? '\0no-programs' : null),
  load: (id) => (id === '\0no-programs' ? 'export {};' : null),
};

const NATIVE = 'better-sqlite3/build/Release/better_sqlite3.node';

/** In place of the package that looks for the native part of better-sqlite3 in a dozen places: npm puts it in this one. */
const nativeAtOnce = {
  name: 'native-at-once',
  resolveId: (source) => (source === 'bindings' ? '\0native' : null),
  load: (id) => (id === '\0native' ? `module.exports = () => require(${JSON.stringify(NATIVE)});` : null),
};

/** In place of the module that parses data files, one that has them parsed, each as text until it is asked for. */
const parsedData = {
  name: 'parsed-data',
  load(id) {
    if (!id.endsWith('/dist/bounce/data.js')) return null;
    const names = readdirSync('src/bounce').filter((name) => name.endsWith('.toml'));
    const texts = names.map((name) => [name, JSON.stringify(parse(readFileSync(`src/bounce/${name}`, 'utf8')))]);
    return `const DATA = ${JSON.stringify(Object.fromEntries(texts))};
export function readData(name) { return JSON.parse(DATA[name]); }`;
  },
};

/**
 * Half as many files for each command, and CommonJS, which Node loads without waiting: finding and reading modules one by one
 * took longer than most reports.
 */
export default defineConfig({
  input: { main: 'dist/cli/main.js', 'writer-thread': 'dist/ingest/writer-thread.js' },
  platform: 'node',
  external: [NATIVE, 'nodemailer'],
  plugins: [commanderWithoutPrograms, nativeAtOnce, parsedData],
  output: { dir: 'lib', format: 'cjs', entryFileNames: '[name].cjs', chunkFileNames: '[name]-[hash].cjs', cleanDir: true, dynamicImportInCjs: false, minify: { compress: false, mangle: false, codegen: { removeWhitespace: true } } },
});
