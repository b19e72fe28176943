import { renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import type { Command } from 'commander';
import { UserError } from '../../errors.js';
import { CLEAR_AFTER } from '../../report/incidents.js';
import { DB_OPTION, databasePath } from '../database.js';
import { write } from '../output.js';

interface MetricsOptions {
  db?: string;
  output?: string;
}

export function addMetrics(program: Command): Command {
  return program
    .command('metrics')
    .description('Counters and gauges for Prometheus, for node_exporter’s textfile collector.')
    .option('--output <file>', 'write this file, whole or not at all (a name that ends in .prom)')
    .option(...DB_OPTION)
    .addHelpText(
      'after',
      `
Counters count events of all time. Labels are bounded: providers without a name of their own are "other", 100 incidents at most.

Examples:
  $ bouncelog metrics
  $ bouncelog ingest && bouncelog metrics --output /var/lib/prometheus/node-exporter/bouncelog.prom`,
    )
    .action(async (options: MetricsOptions) => {
      const path = databasePath(options.db);
      const [{ openForReading }, { SqliteReportStore }, { metricsOf }, { metricsText }, { allProviders }] = await Promise.all([
        import('../../store/sqlite/open.js'),
        import('../../store/sqlite/report-store.js'),
        import('../../report/metrics.js'),
        import('../../render/metrics.js'),
        import('../../bounce/providers.js'),
      ]);
      const store = new SqliteReportStore(openForReading(path));
      try {
        const known = new Set(allProviders().map(({ id }) => id));
        const text = metricsText(
          metricsOf({
            counts: store.eventCounts(),
            incidents: store.incidents({ range: { since: null, until: null }, now: Date.now(), clearAfter: CLEAR_AFTER }),
            status: store.status(),
            lastMail: store.lastMail(),
            databaseBytes: ['', '-wal'].reduce((sum, suffix) => sum + (statSync(path + suffix, { throwIfNoEntry: false })?.size ?? 0), 0),
            isKnownProvider: (id) => known.has(id),
          }),
        );
        if (options.output === undefined) await write(text);
        else replaceFile(options.output, text);
      } finally {
        store.close();
      }
    });
}

/** Whoever reads the file sees the old one or the new one, never a part. */
function replaceFile(path: string, text: string): void {
  // The collector reads names that end in .prom only.
  const temporary = `${path}.${process.pid}.tmp`;
  try {
    writeFileSync(temporary, text, { mode: 0o644 });
    renameSync(temporary, path);
  } catch (error) {
    rmSync(temporary, { force: true });
    throw new UserError(`${path}: ${(error as Error).message}`, { hint: 'Choose another file with --output.', cause: error });
  }
}
