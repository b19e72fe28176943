import { allCauses } from '../bounce/causes.js';
import { UserError } from '../errors.js';
import { editDistance } from '../report/typo.js';

/** More letters wrong than this is another word. */
const MAX_DISTANCE = 4;

/**
 * A cause that there is not would find nothing, and nothing looks like good news.
 * @throws UserError (wrong usage) naming the most likely one
 */
export function refuseUnknownCauses(asked: readonly string[]): void {
  const known = [...allCauses().keys()];
  for (const cause of asked) {
    if (cause.includes('*') || known.includes(cause)) continue;
    const near = known
      .map((id) => ({ id, distance: editDistance(id, cause, MAX_DISTANCE) }))
      .filter(({ distance }) => distance <= MAX_DISTANCE)
      .sort((a, b) => a.distance - b.distance)[0];
    const hint = near === undefined ? 'See `bouncelog rules causes`.' : `Did you mean ${near.id}?`;
    throw new UserError(`--cause: there is no cause "${cause}"`, { hint, exitCode: 2 });
  }
}
