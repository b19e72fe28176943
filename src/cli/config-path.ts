import { existsSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';

/** The file to use: `--config`, else `$BOUNCELOG_CONFIG`, else the usual places; `null` = there is none. */
export function configPath(option: string | undefined, env: NodeJS.ProcessEnv = process.env): string | null {
  const named = option ?? (env['BOUNCELOG_CONFIG'] || undefined);
  if (named !== undefined) return named;
  const usual = [join(env['XDG_CONFIG_HOME'] || join(homedir(), '.config'), 'bouncelog', 'bouncelog.toml'), '/etc/bouncelog/bouncelog.toml'];
  return usual.find((path) => existsSync(path)) ?? null;
}
