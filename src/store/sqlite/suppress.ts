import type { Database } from 'better-sqlite3';
import { type Suppressed, type SuppressQuestion, suppressingCauses } from '../../report/suppress.js';
import { type KnownDomains, likelyAddress } from '../../report/typo.js';
import { DELIVERED, OUTCOME_IDS } from './outcomes.js';
import { addressSql } from './texts/delivery-texts.js';
import { totalsIn } from './totals/read.js';

/** Domains that count as known when a typo is looked for. */
const KNOWN_DOMAINS = 5_000;

interface Row {
  address: string;
  cause: string;
  first: number;
  last: number;
  n: number;
}

/** Addresses with a lasting recipient failure, none that mail was delivered to since; in the order of their names. One by one: a busy host has a million. */
export function* suppressed(db: Database, { range }: SuppressQuestion): Iterable<Suppressed> {
  const { bounced, expired } = OUTCOME_IDS;
  const causes = suppressingCauses();
  const statement = db.prepare<unknown[], Row>(
    `WITH lasting AS (
         SELECT lower(${addressSql('d.id', 'dm.name')}) AS address, r.cause, e.time
         FROM event e JOIN reply r ON r.id = ifnull(e.basis_id, e.reply_id) JOIN delivery d ON d.id = e.delivery_id LEFT JOIN domain dm ON dm.id = d.domain_id
         WHERE e.outcome IN (${bounced}, ${expired}) AND r.cause IN (${causes.map(() => '?').join(', ')})
       )
       SELECT address, cause, min(time) AS first, max(time) AS last, count(*) AS n
       FROM lasting l
       WHERE address LIKE '%_@%' AND NOT EXISTS (SELECT 1 FROM redelivered x WHERE x.recipient = l.address AND x.time >= l.time)
       GROUP BY address
       HAVING max(time) >= ? AND max(time) < ?
       ORDER BY address`,
  );
  const known = deliveredDomains(db);
  const rows = statement.iterate(...causes, range.since ?? Number.MIN_SAFE_INTEGER, range.until ?? Number.MAX_SAFE_INTEGER);
  for (const { address, cause, first, last, n } of rows) {
    yield { address, cause, first, last, count: n, suggestion: likelyAddress(address, known) };
  }
}

/** Rows of the totals that show where mail goes; all of a long history took a second. */
const RECENT_ROWS = 100_000;

/** Domains that this host delivers to, with how many deliveries each, of late. */
export function deliveredDomains(db: Database): KnownDomains {
  const delivered = new Map<number, number>();
  let rows = 0;
  for (const hour of db.prepare<[], number>('SELECT DISTINCT hour FROM totals ORDER BY hour DESC').pluck().iterate()) {
    for (const totals of totalsIn(db, [hour])) {
      while (totals.nextSection()) {
        if (totals.outcome !== DELIVERED) continue;
        for (; totals.nextRow(); rows++) delivered.set(totals.domain, (delivered.get(totals.domain) ?? 0) + totals.deliveries);
      }
    }
    if (rows >= RECENT_ROWS) break;
  }
  const known = db
    .prepare<[string], { name: string; n: number }>(
      `SELECT d.name, f.value ->> 1 AS n FROM json_each(?) f JOIN domain d ON d.id = f.value ->> 0 ORDER BY n DESC, d.id LIMIT ${KNOWN_DOMAINS}`,
    )
    .all(JSON.stringify([...delivered]));
  return new Map(known.map(({ name, n }) => [name, n]));
}
