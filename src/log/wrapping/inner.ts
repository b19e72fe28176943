/** A line taken out of its wrapping. */
export interface Unwrapped {
  /** Latin-1 (see encoding.ts), with an envelope of its own. */
  line: string;
  /** The journal's name for the place after this entry, `null` outside the journal. */
  cursor: string | null;
}

/** What may begin the line inside: a time of its own, then host and program, or the program alone. */
const OWN_TIME =
  /^(?:<\d{1,3}>)?(?:[A-Z][a-z]{2} [ \d]\d \d\d:\d\d:\d\d(?:\.\d+)?|\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(?:[.,]\d+)?(?:Z| ?[+-]\d\d:?\d\d)?) /;
const PROGRAM = /^(?:[\w.-]+ )?[\w.-]+\/[\w./-]+(?:\[\d+\])?: /;
const EXIM_ID = /^(?:\[\d+\] )?\w{6}-(?:\w{6}-\w\w|\w{11}-\w{4}) /;

/** The line inside with the time of the wrapping in place of its own; `null` when it is no MTA's. */
export function withTime(stamp: string, inner: string): string | null {
  const rest = inner.slice(OWN_TIME.exec(inner)?.[0].length ?? 0);
  if (PROGRAM.test(rest)) return `${stamp} ${rest}`;
  return EXIM_ID.test(rest) ? `${stamp} exim: ${rest}` : null;
}
