import type { SqliteReportStore } from '../store/sqlite/report-store.js';

/**
 * Opens a database for a report; whoever opens it closes it. What SQLite needs is loaded when a command runs, so that `--help` is quick.
 * @throws UserError when it cannot be read
 */
export async function openReports(path: string): Promise<SqliteReportStore> {
  const [{ openForReading }, { SqliteReportStore }] = await Promise.all([
    import('../store/sqlite/open.js'),
    import('../store/sqlite/report-store.js'),
  ]);
  return new SqliteReportStore(openForReading(path));
}
