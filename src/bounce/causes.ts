import { readData } from './data.js';

/** Who must act on a cause. */
export type Who = 'sender' | 'recipient' | 'admin' | 'receiver' | 'nobody';

/** Why a delivery failed, and what to tell the admin about it. */
export interface Cause {
  id: string;
  group: string;
  title: string;
  /** The reason will still hold tomorrow; a suppression list takes only lasting recipient causes. */
  lasts: boolean;
  who: Who;
  meaning: string;
  fix: string;
}

let causes: Map<string, Cause> | null = null;

/** All causes by id, in the order of `causes.toml`. */
export function allCauses(): ReadonlyMap<string, Cause> {
  if (causes === null) {
    const entries = Object.entries(readData('causes.toml')) as [string, Omit<Cause, 'id'>][];
    causes = new Map(entries.map(([id, cause]) => [id, { id, ...cause }]));
  }
  return causes;
}

/** The cause by its id; `unclassified` when the id is not known (a rule of another version). */
export function causeOf(id: string | null): Cause {
  const known = allCauses();
  const cause = known.get(id ?? UNCLASSIFIED) ?? known.get(UNCLASSIFIED);
  if (cause === undefined) throw new Error('causes.toml has no "unclassified"');
  return cause;
}

export const UNCLASSIFIED = 'unclassified';
