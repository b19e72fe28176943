import { statSync } from 'node:fs';
import type { Command } from 'commander';
import { CLEAR_AFTER } from '../../report/incidents.js';
import { newCommand } from '../commands.js';
import { DB_OPTION, databasePath } from '../database.js';
import { replaceFile } from '../files.js';
import { write } from '../output.js';
import { openReports } from '../reports.js';

interface MetricsOptions {
  db?: string;
  output?: string;
}

export function addMetrics(program: Command): Command {
  return newCommand(program, 'metrics')
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
      const [{ metricsOf }, { metricsText }, { allProviders }] = await Promise.all([
        import('../../report/metrics.js'),
        import('../../render/metrics.js'),
        import('../../bounce/providers.js'),
      ]);
      const store = await openReports(path);
      try {
        const text = metricsText(
          metricsOf({
            counts: store.eventCounts(allProviders().map(({ id }) => id)),
            incidents: store.incidents({ range: { since: null, until: null }, now: Date.now(), clearAfter: CLEAR_AFTER }),
            status: store.status(),
            lastMail: store.lastMail(),
            databaseBytes: ['', '-wal'].reduce((sum, suffix) => sum + (statSync(path + suffix, { throwIfNoEntry: false })?.size ?? 0), 0),
          }),
        );
        if (options.output === undefined) await write(text);
        else replaceFile(options.output, text, '--output');
      } finally {
        store.close();
      }
    });
}
