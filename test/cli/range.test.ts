import { describe, expect, it } from 'vitest';
import { type RangeOptions, rangeOf } from '../../src/cli/range.js';

const NOW = Date.parse('2026-11-24T07:30:00Z');
const iso = (time: number | null) => (time === null ? null : new Date(time).toISOString());
const range = (options: RangeOptions, zone = 'UTC') => Object.values(rangeOf(options, zone, NOW)).map(iso);

describe('ranges', () => {
  it.each<[RangeOptions, string, (string | null)[]]>([
    [{}, 'UTC', [null, null]],
    [{ last: '24h' }, 'UTC', ['2026-11-23T07:00:00.000Z', null]],
    [{ last: '7d' }, 'UTC', ['2026-11-17T07:00:00.000Z', null]],
    [{ last: '30m' }, 'UTC', ['2026-11-24T07:00:00.000Z', null]],
    [{ since: 'yesterday', until: 'today' }, 'Europe/Berlin', ['2026-11-22T23:00:00.000Z', '2026-11-23T23:00:00.000Z']],
    [{ since: '2026-10-25', until: '2026-10-26' }, 'Europe/Berlin', ['2026-10-24T22:00:00.000Z', '2026-10-25T23:00:00.000Z']],
    [{ since: '2026-11-24T07:15' }, 'UTC', ['2026-11-24T07:15:00.000Z', null]],
    [{ since: '2026-11-24T07:15:00+05:30' }, 'UTC', ['2026-11-24T01:45:00.000Z', null]],
    [{ since: '2026-11-24' }, 'Asia/Kolkata', ['2026-11-23T18:30:00.000Z', null]],
  ])('%j in %s', (options, zone, expected) => {
    expect(range(options, zone)).toEqual(expected);
  });

  it.each<RangeOptions>([
    { last: '5x' },
    { since: 'soon' },
    { since: '24.11.2026' },
    { last: '1h', since: 'today' },
    { since: 'today', until: 'yesterday' },
  ])('%j is wrong usage', (options) => {
    expect(() => range(options)).toThrow(expect.objectContaining({ exitCode: 2 }));
  });
});
