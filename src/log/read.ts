import type { Envelope } from './envelope.js';
import { isExim, readExim } from './exim/exim.js';
import { isPostfix, readPostfix } from './postfix/postfix.js';
import type { LogRecord, Mta } from './record.js';

/** Which MTAs to look for: `--format`. */
export type Format = 'auto' | Mta;

/** Finds the MTA that wrote a line and lets its parser read it. One per source: it remembers program names. */
export class RecordReader {
  readonly #format: Format;
  /** Program names seen in this source and whose they are; a log has a handful. */
  readonly #programs: { name: string; mta: Mta | null }[] = [];

  constructor(format: Format = 'auto') {
    this.#format = format;
  }

  /** The MTA that wrote the line in `env`, `null` for other programs. */
  mtaOf(block: string, env: Envelope): Mta | null {
    if (env.dialect === 'exim') return this.#format === 'postfix' ? null : 'exim';
    // Compared in place with the few names seen so far: a line of another program makes no string.
    for (const program of this.#programs) {
      if (program.name.length === env.tagEnd - env.tag && block.startsWith(program.name, env.tag)) return program.mta;
    }
    const name = Buffer.from(block.slice(env.tag, env.tagEnd), 'latin1').toString('latin1');
    const mta = this.#mtaOfProgram(name, env.dialect === 'rfc5424');
    // A name with a space is none (see LineReader); it would be another one each time.
    if (this.#programs.length < MAX_PROGRAMS && !name.includes(' ')) this.#programs.push({ name, mta });
    return mta;
  }

  /** The line's record, `null` when it says nothing about a delivery. */
  read(block: string, env: Envelope, mta: Mta): LogRecord | null {
    return mta === 'postfix' ? readPostfix(block, env) : readExim(block, env);
  }

  #mtaOfProgram(program: string, cutAtSlash: boolean): Mta | null {
    if (isExim(program)) return this.#format === 'postfix' ? null : 'exim';
    return this.#format !== 'exim' && isPostfix(program, cutAtSlash) ? 'postfix' : null;
  }
}

/** More names than this are looked at anew each time: a log of a whole host, or a damaged one. */
const MAX_PROGRAMS = 64;
