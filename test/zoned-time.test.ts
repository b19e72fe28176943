import { afterEach, describe, expect, it } from 'vitest';
import { rangeOf } from '../src/cli/range.js';
import { shortTime } from '../src/render/time.js';
import { BUCKETS, steps } from '../src/report/buckets.js';
import { HOST_ZONE } from '../src/zoned-time.js';

const ZONES = ['Europe/Berlin', 'America/New_York', 'Asia/Kathmandu', 'Australia/Lord_Howe', 'UTC'];
const before = process.env['TZ'];

afterEach(() => {
  if (before === undefined) delete process.env['TZ'];
  else process.env['TZ'] = before;
});

describe.each(ZONES)('the zone of a host in %s', (zone) => {
  it('has the same days and times by itself as by its name, also around a change of clocks', () => {
    process.env['TZ'] = zone;
    for (const around of ['2026-03-29T01:00:00Z', '2026-10-25T01:00:00Z', '2026-11-01T06:00:00Z', '2026-04-04T15:00:00Z', '2026-12-31T23:30:00Z']) {
      const now = Date.parse(around);
      for (const bucket of BUCKETS) {
        expect(steps(now - 3 * 86_400_000, now + 3 * 86_400_000, bucket, HOST_ZONE)).toEqual(
          steps(now - 3 * 86_400_000, now + 3 * 86_400_000, bucket, zone),
        );
      }
      for (const since of ['today', 'yesterday', '2026-03-29', '2026-03-29T02:30:00', '2026-10-25T02:30', '2026-01-01T00:00:00Z']) {
        expect(rangeOf({ since }, HOST_ZONE, now + 400 * 86_400_000)).toEqual(rangeOf({ since }, zone, now + 400 * 86_400_000));
      }
      expect(shortTime(now, HOST_ZONE, now)).toBe(shortTime(now, zone, now));
    }
  });
});
