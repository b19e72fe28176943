import type { Filters } from '../report/question.js';

/*
 * Addresses as they are looked for in a database: by their hashes in an anonymized one. What hashes them is loaded for these alone: with
 * Node's cryptography it takes 6 ms.
 */

/**
 * An address as a database knows it. What is no address stays.
 * @param anonymized the fingerprint of the key that its addresses are hashed with, `null` = they are plain
 * @throws UserError when the key is missing or another one
 */
export async function addressIn(db: string, anonymized: string | null, what: string): Promise<string> {
  if (anonymized === null || !what.includes('@')) return what;
  const { knownAnonymizer } = await import('./anonymizing.js');
  return knownAnonymizer(db, anonymized).address(what);
}

/** The filters as a database can answer them. @throws UserError as {@link addressIn} does */
export async function filtersIn(db: string, anonymized: string | null, filters: Filters): Promise<Filters> {
  const hashed = (addresses: readonly string[]) => Promise.all(addresses.map((address) => addressIn(db, anonymized, address)));
  return { ...filters, sender: await hashed(filters.sender), recipient: await hashed(filters.recipient) };
}
