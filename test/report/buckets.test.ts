import { describe, expect, it } from 'vitest';
import { stepOf, steps } from '../../src/report/buckets.js';

const time = (iso: string) => Date.parse(iso);
const HOUR = 3_600_000;

describe('steps of a chart', () => {
  it('are days of the zone, also where the clock changes', () => {
    const days = steps(time('2026-03-28T12:00:00Z'), time('2026-03-30T12:00:00Z'), 'day', 'Europe/Berlin');
    expect(days.map(({ since }) => new Date(since).toISOString())).toEqual([
      '2026-03-27T23:00:00.000Z',
      '2026-03-28T23:00:00.000Z',
      '2026-03-29T22:00:00.000Z',
    ]);
    expect(days.map(({ since, until }) => (until - since) / HOUR)).toEqual([24, 23, 24]);
    const autumn = steps(time('2026-10-25T12:00:00Z'), time('2026-10-25T13:00:00Z'), 'day', 'Europe/Berlin');
    expect(autumn.map(({ since, until }) => (until - since) / HOUR)).toEqual([25]);
  });

  it('are weeks from Monday, and hours', () => {
    const weeks = steps(time('2026-11-24T00:00:00Z'), time('2026-12-01T00:00:00Z'), 'week', 'UTC');
    expect(weeks.map(({ since }) => new Date(since).toISOString().slice(0, 10))).toEqual(['2026-11-23', '2026-11-30']);
    expect(steps(time('2026-11-24T00:30:00Z'), time('2026-11-24T03:00:00Z'), 'hour', 'UTC')).toHaveLength(3);
  });

  it('hold each moment once', () => {
    const days = steps(time('2026-03-20T00:00:00Z'), time('2026-04-05T00:00:00Z'), 'day', 'Europe/Berlin');
    days.forEach(({ since, until }, index) => {
      expect([stepOf(days, since), stepOf(days, until - 1)]).toEqual([index, index]);
    });
    expect(stepOf(days, (days[0]?.since ?? 0) - 1)).toBe(-1);
    expect(stepOf(days, days.at(-1)?.until ?? 0)).toBe(-1);
  });
});
