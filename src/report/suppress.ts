import { allCauses } from '../bounce/causes.js';
import type { Range } from './range.js';

/** An address that mail will not reach: the failure is the recipient's, for good, and lasts. */
export interface Suppressed {
  address: string;
  cause: string;
  /** UTC ms of the first and the last failure of this kind. */
  first: number;
  last: number;
  /** Deliveries that failed so. */
  count: number;
  /** What the sender may have meant, `null` when nothing looks alike. */
  suggestion: string | null;
}

export interface SuppressQuestion {
  /** When the last failure was. */
  range: Range;
}

/**
 * Causes that put an address on a suppression list (causes.md): of the recipient, and lasting. A full mailbox mends itself, a
 * refusal for spam, blocklist or policy says nothing about the recipient.
 */
export function suppressingCauses(): string[] {
  return [...allCauses().values()].filter(({ group, lasts }) => group === 'recipient' && lasts).map(({ id }) => id);
}
