import { randomBytes } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { UserError } from '../errors.js';
import { Anonymizer } from '../ingest/anonymize.js';
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

/** The anonymizer of a database. @throws UserError when the key is missing or another one */
export function knownAnonymizer(db: string, fingerprint: string): Anonymizer {
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
