import { COLON, COMMA, DASH, DOT, PLUS, SPACE, UPPER_Z } from './ascii.js';
import { isDigit } from './ascii-classes.js';
import { areSame, type Bytes, bytesOf } from './bytes.js';
import { detach } from './encoding.js';
import type { Envelope } from './envelope.js';
import type { Zone } from './zone.js';

/**
 * Time stamps of one source, read in the order of its lines.
 *
 * RFC 3164 names neither year nor zone, Exim may leave out the zone. The year is the one that brings a
 * line nearest to the line before it, which carries over New Year in both directions; the first line takes
 * its year from `reference` (the file's mtime or the clock): the latest year in which it is not in the future.
 */
export class Timestamps {
  readonly #zone: Zone;
  readonly #reference: number;
  readonly #fixedYear: number | null;
  #last: number;
  #dayKey = -1;
  #dayLocal = 0;
  /** The minute of the last stamp, UTC ms: clocks change between minutes, so what else it says is added. */
  #minute = 0;
  /** How an RFC 3164 stamp of that minute begins, for `read`; empty = none is known. */
  #minuteText = '';
  /** The same for `readAt`, in either dialect, and the zone behind the seconds. */
  readonly #minuteBytes = bytesOf(Buffer.alloc(17));
  #minuteLength = 0;
  #zoneText = bytesOf(Buffer.alloc(0));

  /**
   * @param options.zone where local times were written
   * @param options.reference UTC ms that the first line without a year cannot be later than (a day of slack is allowed)
   * @param options.last UTC ms of the last line read before (0 = none): a resumed source goes on from it
   * @param options.year the year of the first line, when the user says it (`--year`)
   */
  constructor(options: { zone: Zone; reference: number; last?: number; year?: number | null }) {
    this.#zone = options.zone;
    this.#reference = options.reference;
    this.#last = options.last ?? 0;
    this.#fixedYear = options.year ?? null;
  }

  /** UTC ms of the last time stamp read; 0 = none yet. Kept with the source's position. */
  get last(): number {
    return this.#last;
  }

  /** UTC ms of the line's time stamp, `NaN` when it is not a time. */
  read(block: string, env: Envelope): number {
    if (env.dialect !== 'rfc3164') return this.#noted(this.#readIso(block, env));
    const at = env.time;
    const seconds = two(block, at + 13);
    // A stamp with a fraction is read as a whole.
    const isPlain = seconds < 60 && block.charCodeAt(at + 15) === SPACE;
    if (isPlain && this.#minuteText !== '' && block.startsWith(this.#minuteText, at)) {
      this.#last = this.#minute + seconds * 1000;
      return this.#last;
    }
    const time = this.#noted(this.#readRfc3164(block, at));
    if (isPlain && time > 0) {
      this.#minute = time - seconds * 1000;
      this.#minuteText = detach(block.slice(at, at + 13));
    }
    return time;
  }

  /**
   * The same, of a stamp `bytes[start, end)`. Nearly all lines are of the minute of the line before: that is compared in place.
   * @param length of the stamp up to its seconds: 15 (RFC 3164) or 19
   */
  readAt(window: Bytes, start: number, length: 15 | 19, end: number, env: Envelope): number {
    const { bytes } = window;
    let zone = start + length;
    let milliseconds = 0;
    const point = bytes[zone];
    if (zone < end && (point === DOT || point === COMMA)) {
      let scale = 100;
      for (zone++; zone < end && isDigit(bytes[zone] as number); zone++, scale = scale >= 10 ? scale / 10 : 0)
        milliseconds += scale * ((bytes[zone] as number) - 48);
    }
    const seconds = secondsAt(bytes, start + length - 2);
    if (seconds < 60 && this.#isOfMinute(window, start, length - 2, zone, end)) {
      this.#last = this.#minute + seconds * 1000 + milliseconds;
      return this.#last;
    }
    env.time = 0;
    const time = this.read(`${bytes.toString('latin1', start, end)} `, env);
    if (seconds < 60 && time > 0) {
      this.#minute = time - seconds * 1000 - milliseconds;
      this.#minuteLength = length - 2;
      bytes.copy(this.#minuteBytes.bytes, 0, start, start + this.#minuteLength);
      this.#zoneText = bytesOf(Buffer.from(bytes.subarray(zone, end)));
    }
    return time;
  }

  #isOfMinute(window: Bytes, start: number, length: number, zone: number, end: number): boolean {
    if (this.#minuteLength !== length || end - zone !== this.#zoneText.bytes.length) return false;
    return areSame(window, zone, this.#zoneText, 0, end - zone) && areSame(window, start, this.#minuteBytes, 0, length);
  }

  /** What is known of another minute is forgotten: the year, and which of two hours it is, follow from the lines in between. */
  #noted(time: number): number {
    if (time > 0) this.#last = time;
    if (!(time >= this.#minute && time < this.#minute + MINUTE)) {
      this.#minuteText = '';
      this.#minuteLength = 0;
    }
    return time;
  }

  #readRfc3164(block: string, at: number): number {
    const month = monthOf(block, at);
    const tens = block.charCodeAt(at + 4);
    const day = (tens === SPACE ? 0 : (tens - 48) * 10) + digit(block, at + 5);
    const inDay = timeOfDay(block, at + 7);
    if (month < 0 || !(day >= 1 && day <= 31) || Number.isNaN(inDay)) return Number.NaN;
    const key = month * 32 + day;
    if (key !== this.#dayKey) {
      this.#dayKey = key;
      this.#dayLocal = Date.UTC(this.#yearOf(month, day, inDay), month, day);
    }
    return this.#toUtc(this.#dayLocal + inDay + fraction(block, at + 15));
  }

  #yearOf(month: number, day: number, inDay: number): number {
    if (this.#last === 0) {
      if (this.#fixedYear !== null) return this.#fixedYear;
      const limit = this.#reference + DAY;
      const year = new Date(limit).getUTCFullYear();
      return Date.UTC(year, month, day) + inDay <= limit ? year : year - 1;
    }
    const lastYear = new Date(this.#last).getUTCFullYear();
    let best = lastYear;
    let distance = Number.POSITIVE_INFINITY;
    for (const year of [lastYear, lastYear + 1, lastYear - 1]) {
      const gap = Math.abs(Date.UTC(year, month, day) + inDay - this.#last);
      if (gap < distance) {
        best = year;
        distance = gap;
      }
    }
    return best;
  }

  #readIso(block: string, env: Envelope): number {
    const at = env.time;
    const key = digit(block, at) * 1e7 + digit(block, at + 1) * 1e6 + two(block, at + 2) * 1e4 + two(block, at + 5) * 100 + two(block, at + 8);
    if (Number.isNaN(key)) return Number.NaN;
    if (key !== this.#dayKey) {
      this.#dayKey = key;
      this.#dayLocal = Date.UTC(Math.floor(key / 1e4), (Math.floor(key / 100) % 100) - 1, key % 100);
    }
    let local = this.#dayLocal + timeOfDay(block, at + 11);
    let i = at + 19;
    if (block.charCodeAt(i) === DOT || block.charCodeAt(i) === COMMA) {
      local += fraction(block, i);
      for (i++; isDigit(block.charCodeAt(i)); ) i++;
    }
    if (env.dialect === 'exim' && block.charCodeAt(i) === SPACE) i++;
    const sign = block.charCodeAt(i);
    if (sign === UPPER_Z) return local;
    if ((sign === PLUS || sign === DASH) && isDigit(block.charCodeAt(i + 1))) {
      const colon = block.charCodeAt(i + 3) === COLON ? 1 : 0;
      const minutes = two(block, i + 1) * 60 + two(block, i + 3 + colon);
      return local - (sign === PLUS ? minutes : -minutes) * MINUTE;
    }
    return this.#toUtc(local);
  }

  /** Of the two readings of a repeated hour, the first that does not go back behind the line before. */
  #toUtc(local: number): number {
    const { earlier, later } = this.#zone.toUtc(local);
    return earlier !== later && earlier < this.#last - BACKWARD_SLACK ? later : earlier;
  }
}

const MINUTE = 60_000;
const DAY = 86_400_000;
/** Lines of several processes may stand in the log a little out of order; that is no clock change. */
const BACKWARD_SLACK = 10 * MINUTE;

const MONTHS = 'JanFebMarAprMayJunJulAugSepOctNovDec';

function monthOf(block: string, at: number): number {
  for (let m = 0; m < 36; m += 3) {
    if (
      block.charCodeAt(at) === MONTHS.charCodeAt(m) &&
      block.charCodeAt(at + 1) === MONTHS.charCodeAt(m + 1) &&
      block.charCodeAt(at + 2) === MONTHS.charCodeAt(m + 2)
    ) {
      return m / 3;
    }
  }
  return -1;
}

function timeOfDay(block: string, at: number): number {
  return ((two(block, at) * 60 + two(block, at + 3)) * 60 + two(block, at + 6)) * 1000;
}

/** `.463899` → whole milliseconds; 0 where there is none. */
function fraction(block: string, at: number): number {
  if (block.charCodeAt(at) !== DOT && block.charCodeAt(at) !== COMMA) return 0;
  let milliseconds = 0;
  for (let i = at + 1, scale = 100; scale >= 1 && isDigit(block.charCodeAt(i)); i++, scale /= 10) milliseconds += scale * digit(block, i);
  return milliseconds;
}

function two(block: string, at: number): number {
  return digit(block, at) * 10 + digit(block, at + 1);
}

function digit(block: string, at: number): number {
  const c = block.charCodeAt(at) - 48;
  return c >= 0 && c <= 9 ? c : Number.NaN;
}

/** Two digits; `NaN` where they are none. */
function secondsAt(bytes: Buffer, at: number): number {
  const [tens, ones] = [bytes[at] as number, bytes[at + 1] as number];
  return isDigit(tens) && isDigit(ones) ? (tens - 48) * 10 + ones - 48 : Number.NaN;
}
