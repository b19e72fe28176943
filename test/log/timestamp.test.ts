import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { bytesOf } from '../../src/log/bytes.js';
import { newEnvelope, readEnvelope } from '../../src/log/envelope.js';
import { Timestamps } from '../../src/log/timestamp.js';
import { zoneOf } from '../../src/log/zone.js';

/** The times of successive lines of one source. */
function times(stamps: string[], options: { zone?: string; reference?: string; last?: string; year?: number } = {}): string[] {
  const reader = new Timestamps({
    zone: zoneOf(options.zone ?? 'UTC'),
    reference: Date.parse(options.reference ?? '2026-11-24T12:00:00Z'),
    last: options.last === undefined ? 0 : Date.parse(options.last),
    year: options.year ?? null,
  });
  const envelope = newEnvelope();
  return stamps.map((stamp) => {
    const line = `${stamp} h postfix/smtp[1]: x`;
    readEnvelope(line, 0, line.length, envelope);
    return new Date(reader.read(line, envelope)).toISOString();
  });
}

describe('years', () => {
  it('takes the latest year in which the first line is not in the future', () => {
    expect(times(['Nov 24 11:00:00'])).toEqual(['2026-11-24T11:00:00.000Z']);
    expect(times(['Nov 26 11:00:00'])).toEqual(['2025-11-26T11:00:00.000Z']);
  });

  it('goes over New Year', () => {
    expect(times(['Dec 31 23:59:59', 'Jan  1 00:00:01'], { reference: '2026-01-01T06:00:00Z' })).toEqual([
      '2025-12-31T23:59:59.000Z',
      '2026-01-01T00:00:01.000Z',
    ]);
  });

  it('bears lines out of order at New Year', () => {
    expect(times(['Jan  1 00:00:00', 'Dec 31 23:59:59', 'Jan  1 00:00:02'], { reference: '2026-01-01T06:00:00Z' })).toEqual([
      '2026-01-01T00:00:00.000Z',
      '2025-12-31T23:59:59.000Z',
      '2026-01-01T00:00:02.000Z',
    ]);
  });

  it('knows leap days', () => {
    expect(times(['Feb 29 10:00:00'], { reference: '2024-03-01T00:00:00Z' })).toEqual(['2024-02-29T10:00:00.000Z']);
  });

  it('goes on from an earlier run, whatever the mtime', () => {
    expect(times(['Nov 24 11:00:00'], { last: '2024-11-24T10:00:00Z' })).toEqual(['2024-11-24T11:00:00.000Z']);
  });

  it('takes --year for the first line', () => {
    expect(times(['Dec 31 23:00:00', 'Jan  1 01:00:00'], { year: 2019 })).toEqual(['2019-12-31T23:00:00.000Z', '2020-01-01T01:00:00.000Z']);
  });
});

describe('zones', () => {
  const zone = 'Europe/Berlin';

  it('reads local time', () => {
    expect(times(['Nov 24 08:54:47', '2026-07-01 08:00:00'], { zone })).toEqual(['2026-11-24T07:54:47.000Z', '2026-07-01T06:00:00.000Z']);
  });

  it('tells the two passes through the double hour apart by the order of the log', () => {
    expect(times(['Oct 25 02:10:00', 'Oct 25 02:50:00', 'Oct 25 02:10:00', 'Oct 25 03:00:00'], { zone })).toEqual([
      '2026-10-25T00:10:00.000Z',
      '2026-10-25T00:50:00.000Z',
      '2026-10-25T01:10:00.000Z',
      '2026-10-25T02:00:00.000Z',
    ]);
  });

  it('reads the hour that does not exist without going back', () => {
    expect(times(['Mar 29 01:59:59', 'Mar 29 02:30:00', 'Mar 29 03:30:00'], { zone })[2]).toBe('2026-03-29T01:30:00.000Z');
  });

  it('keeps the offset that a line names', () => {
    expect(times(['2026-11-24 08:54:47.5 +0530', '2026-11-24T08:54:47.123456-08:00'], { zone })).toEqual([
      '2026-11-24T03:24:47.500Z',
      '2026-11-24T16:54:47.123Z',
    ]);
  });

  it('refuses a zone that it does not know', () => {
    expect(() => zoneOf('Europe/Nowhere')).toThrow('unknown time zone');
  });
});

/** Stamps of a few minutes around a clock change: each minute comes in several forms, and again an hour later. */
const stamp = fc
  .record({
    form: fc.constantFrom('rfc3164', 'fraction', 'iso', 'iso zone', 'exim'),
    day: fc.constantFrom('Oct 25', 'Oct 26', 'Jan  1'),
    time: fc.tuple(fc.constantFrom('01:59', '02:00', '02:59', '03:00'), fc.constantFrom('00', '01', '30', '59', '60', '7x')),
    milliseconds: fc.constantFrom('', '.5', '.123', '.123456'),
  })
  .map(({ form, day, time, milliseconds }) => {
    const clock = time.join(':');
    const date = `2026-${day.startsWith('O') ? '10' : '01'}-${day.slice(4).replace(' ', '0')}`;
    if (form === 'rfc3164') return { text: `${day} ${clock}`, length: 15 as const, dialect: 'rfc3164' as const };
    if (form === 'fraction') return { text: `${day} ${clock}${milliseconds}`, length: 15 as const, dialect: 'rfc3164' as const };
    if (form === 'exim') return { text: `${date} ${clock}${milliseconds}`, length: 19 as const, dialect: 'exim' as const };
    return { text: `${date}T${clock}${milliseconds}${form === 'iso' ? '' : '+02:00'}`, length: 19 as const, dialect: 'iso' as const };
  });

it('reads a stamp in place, and one of the same minute, as if it were the first one', () => {
  const options = { zone: zoneOf('Europe/Berlin'), reference: Date.parse('2026-11-24T12:00:00Z') };
  const lines = fc.array(fc.record({ stamp, isInPlace: fc.boolean() }), { maxLength: 12 });
  fc.assert(
    fc.property(lines, (stamps) => {
      const reader = new Timestamps(options);
      let last = 0;
      for (const {
        stamp: { text, length, dialect },
        isInPlace,
      } of stamps) {
        const envelope = { ...newEnvelope(), dialect, time: 0 };
        const alone = new Timestamps({ ...options, last });
        const expected = alone.read(`${text} `, { ...envelope });
        const window = bytesOf(Buffer.from(`${text} `));
        const time = isInPlace ? reader.readAt(window, 0, length, text.length, { ...envelope }) : reader.read(`${text} `, { ...envelope });
        expect([text, time, reader.last]).toEqual([text, expected, alone.last]);
        last = alone.last;
      }
    }),
    { numRuns: 2000 },
  );
});
