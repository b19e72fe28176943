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
  readonly #programs = new Map<string, Mta | null>();

  constructor(format: Format = 'auto') {
    this.#format = format;
  }

  /** The MTA that wrote the line in `env`, `null` for other programs. */
  mtaOf(block: string, env: Envelope): Mta | null {
    if (env.dialect === 'exim') return this.#format === 'postfix' ? null : 'exim';
    const program = block.slice(env.tag, env.tagEnd);
    let mta = this.#programs.get(program);
    if (mta === undefined) {
      mta = this.#mtaOfProgram(program, env.dialect === 'rfc5424');
      if (this.#programs.size < MAX_PROGRAMS) this.#programs.set(Buffer.from(program).toString(), mta);
    }
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

/** A bound for logs whose program names are damaged. */
const MAX_PROGRAMS = 1000;
