/** Where bouncelog is installed: every module stands in a folder right below, as source, compiled (`dist`) and bundled (`lib`). */
const ROOT = new URL('../', import.meta.url);

/** A file or folder of bouncelog's own: `migrations/`, `src/bounce/causes.toml`. */
export function ownFile(path: string): URL {
  return new URL(path, ROOT);
}
