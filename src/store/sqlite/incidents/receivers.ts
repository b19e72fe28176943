import type { Database } from 'better-sqlite3';
import type { TotalsRow } from '../totals/packed-totals.js';

/**
 * What stands for the receiver of a row: whoever operates the MX; where nobody knows, the recipient's domain.
 * @param toValue asked once for each of them that is met
 */
export function receivers<Value>(db: Database, toValue: (name: string) => Value): (row: Pick<TotalsRow, 'route' | 'domain'>) => Value {
  const find = db.prepare<[number], string | null>('SELECT provider FROM route WHERE id = ?').pluck();
  const findDomain = db.prepare<[number], string>('SELECT name FROM domain WHERE id = ?').pluck();
  const providers = new Map<number, Value | null>();
  const domains = new Map<number, Value>();
  return ({ route, domain }) => {
    let provider = providers.get(route);
    if (provider === undefined) {
      const name = find.get(route) ?? null;
      provider = name === null ? null : toValue(name);
      providers.set(route, provider);
    }
    if (provider !== null) return provider;
    let value = domains.get(domain);
    if (value === undefined) {
      value = toValue(findDomain.get(domain) ?? 'unknown');
      domains.set(domain, value);
    }
    return value;
  };
}
