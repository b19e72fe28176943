import { UserError } from '../errors.js';
import { type Zone, zoneOf } from '../log/zone.js';
import { HOST_ZONE, nameOfZone } from '../zoned-time.js';

/** The zone of `--tz` for reading logs, or the host's. */
export function zoneOption(name: string | undefined): Zone {
  try {
    return zoneOf(nameOfZone(name ?? HOST_ZONE));
  } catch (error) {
    throw new UserError(`--tz: ${(error as Error).message}`, { hint: 'Use a name like Europe/Berlin or UTC.', exitCode: 2, cause: error });
  }
}

/** The zone of `--tz` for reports, by its name, or the host's. */
export function zoneName(name: string | undefined): string {
  return name === undefined ? HOST_ZONE : zoneOption(name).name;
}
