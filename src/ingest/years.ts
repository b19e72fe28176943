import type { ContentSource, Source } from '../source/source.js';

/** A file up to this size is looked at line by line, a larger one at this many places. */
const WHOLE_BYTES = 1024 * 1024;
const PLACES = 400;
const PLACE_BYTES = 512;
const DAY = 86_400_000;
const STAMP = /\n(?:<\d{1,3}>)?(Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec) ([ \d]\d) \d\d:\d\d:\d\d/g;
const MONTHS = 'JanFebMarAprMayJunJulAugSepOctNovDec';

interface Day {
  /** 0-11 */
  month: number;
  day: number;
}

/**
 * The year of the first line of a source whose lines name none. A log that was never rotated may span years: the last change
 * tells the last line's year, and each New Year in between takes the first line one year back.
 * @param firstBytes what the source begins with
 * @returns `null` when it cannot be told, or the lines name their year
 */
export async function firstYearOf(source: Source, firstBytes: Buffer): Promise<number | null> {
  if (source.kind !== 'content' || source.size === null || daysIn(firstBytes).length === 0) return null;
  const days = source.size <= WHOLE_BYTES ? daysIn(await source.slice(0, source.size)) : await daysAtPlaces(source, source.size);
  const last = days.at(-1);
  if (last === undefined) return null;
  const limit = source.modified + DAY;
  const year = new Date(limit).getUTCFullYear();
  const lastYear = Date.UTC(year, last.month, last.day) <= limit ? year : year - 1;
  return lastYear - newYearsIn(days);
}

function newYearsIn(days: readonly Day[]): number {
  let newYears = 0;
  for (let i = 1; i < days.length; i++) {
    const step = (days[i]?.month ?? 0) - (days[i - 1]?.month ?? 0);
    if (step < -6) newYears++;
    // December behind January is a line out of order; the next January would be counted again.
    if (step > 6) newYears--;
  }
  return newYears;
}

async function daysAtPlaces(source: ContentSource, size: number): Promise<Day[]> {
  const days: Day[] = [];
  const step = Math.floor((size - PLACE_BYTES) / PLACES);
  for (let place = 0; place <= PLACES; place++) {
    const found = daysIn(await source.slice(place * step, place * step + PLACE_BYTES));
    days.push(...found);
  }
  return days;
}

/** Days of the lines in `bytes`; `null` (content that must be read through) has none. */
function daysIn(bytes: Buffer | null): Day[] {
  if (bytes === null) return [];
  return [...`\n${bytes.toString('latin1')}`.matchAll(STAMP)].map((stamp) => ({
    month: MONTHS.indexOf(stamp[1] ?? '') / 3,
    day: Number(stamp[2]),
  }));
}
