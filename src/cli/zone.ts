import { UserError } from '../errors.js';
import { hostZone, type Zone, zoneOf } from '../log/zone.js';

/** The zone of `--tz`, or the host's. */
export function zoneOption(name: string | undefined): Zone {
  try {
    return zoneOf(name ?? hostZone());
  } catch (error) {
    throw new UserError(`--tz: ${(error as Error).message}`, { hint: 'Use a name like Europe/Berlin or UTC.', exitCode: 2, cause: error });
  }
}
