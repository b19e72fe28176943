const { readFileSync, writeFileSync } = require('node:fs');
const Module = require('node:module');
const { dirname, join } = require('node:path');
const vm = require('node:vm');

/*
 * Node 20 compiles a program anew at each start. The files of the bundle have what was compiled of them beside them (`npm run build` puts it
 * there), and are loaded with it: of the time of a report behind Node's own start that is a quarter, of `--help` a third. What was compiled by
 * another version of Node, V8 passes over by itself.
 */

const BUNDLE = join(__dirname, '../lib');
const outside = Module.createRequire(join(BUNDLE, 'main.cjs'));
const modules = new Map();
const scripts = new Map();

/**
 * Loads a file of the bundle, once. As Node would, but that it cannot import, and without a search: Node asks the file system four times for
 * each of fifty files.
 */
function bundled(name) {
  const known = modules.get(name);
  if (known !== undefined) return known.exports;
  const module = { exports: {} };
  modules.set(name, module);
  const file = join(BUNDLE, name);
  const script = new vm.Script(Module.wrap(readFileSync(file, 'utf8')), {
    filename: file,
    cachedData: readIfThere(cacheOf(file)),
  });
  scripts.set(file, script);
  const require = (id) => (id.startsWith('./') ? bundled(id.slice(2)) : outside(id));
  script.runInThisContext().call(module.exports, module.exports, require, module, file, dirname(file));
  return module.exports;
}

function readIfThere(file) {
  try {
    return readFileSync(file);
  } catch {
    return undefined;
  }
}

function cacheOf(file) {
  return `${file}.cache`;
}

exports.bundled = bundled;

/** Keeps what has been compiled of each file by now. */
exports.save = () => {
  for (const [file, script] of scripts) writeFileSync(cacheOf(file), script.createCachedData());
};
