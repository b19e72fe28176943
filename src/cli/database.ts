import { homedir } from 'node:os';
import { join } from 'node:path';

/** The database to use: `--db`, else `$BOUNCELOG_DB`, else the system's place for root and the XDG state folder for others. */
export function databasePath(option: string | undefined, env: NodeJS.ProcessEnv = process.env): string {
  if (option !== undefined) return option;
  if (env['BOUNCELOG_DB']) return env['BOUNCELOG_DB'];
  if (process.getuid?.() === 0) return '/var/lib/bouncelog/bouncelog.db';
  return join(env['XDG_STATE_HOME'] || join(homedir(), '.local', 'state'), 'bouncelog', 'bouncelog.db');
}

export const DB_OPTION = ['--db <path>', 'the database (default: $BOUNCELOG_DB, else /var/lib/bouncelog/bouncelog.db for root)'] as const;
