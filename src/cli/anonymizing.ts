import { randomBytes } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { UserError } from '../errors.js';
import { Anonymizer } from '../ingest/anonymize.js';
import type { Filters } from '../report/question.js';
import { readError } from '../source/file.js';

/** The key stands beside the database, not in it: a copy of the database alone tells nobody's address. */
function keyFile(db: string): string {
  return `${db}.key`;
}

/** What a database says of its addresses. */
export interface AddressState {
  /** The fingerprint of the key that they are hashed with, `null` = they are plain. */
  readonly anonymized: string | null;
  readonly hasHistory: boolean;
}

/**
 * The anonymizer for an ingest; `null` when addresses are to be stored as they are. A database that was begun with `--anonymize`
 * stays so, with or without the option.
 * @throws UserError when the key is missing or another one, or the database has plain addresses already
 */
export function anonymizerFor(db: string, state: AddressState, wanted: boolean): Anonymizer | null {
  if (state.anonymized !== null) return knownAnonymizer(db, state.anonymized);
  if (!wanted) return null;
  if (state.hasHistory) {
    throw new UserError(`${db}: has addresses in plain already, which --anonymize cannot take back`, { hint: 'Choose a new database with --db.' });
  }
  if (!existsSync(keyFile(db))) writeFileSync(keyFile(db), `${randomBytes(32).toString('hex')}\n`, { mode: 0o600, flag: 'wx' });
  return new Anonymizer(keyOf(db));
}

/**
 * An address as it is looked for in a database: by its hash in an anonymized one. What is no address stays.
 * @throws UserError when the key is missing or another one
 */
export function addressIn(db: string, anonymized: string | null, what: string): string {
  return anonymized === null || !what.includes('@') ? what : knownAnonymizer(db, anonymized).address(what);
}

/** The filters as a database can answer them. @throws UserError as {@link addressIn} does */
export function filtersIn(db: string, anonymized: string | null, filters: Filters): Filters {
  const hashed = (address: string) => addressIn(db, anonymized, address);
  return { ...filters, sender: filters.sender.map(hashed), recipient: filters.recipient.map(hashed) };
}

function knownAnonymizer(db: string, fingerprint: string): Anonymizer {
  const anonymizer = new Anonymizer(keyOf(db));
  if (anonymizer.fingerprint !== fingerprint) {
    throw new UserError(`${keyFile(db)}: is not the key that ${db} was anonymized with`, {
      hint: 'Put the right key back; without it addresses would get other hashes.',
    });
  }
  return anonymizer;
}

function keyOf(db: string): Buffer {
  try {
    return Buffer.from(readFileSync(keyFile(db), 'utf8').trim(), 'hex');
  } catch (error) {
    throw readError(keyFile(db), error);
  }
}
