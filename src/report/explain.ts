import { type Advice, adviceFor, providerOfReply } from '../bounce/advice.js';
import { type Cause, causeOf } from '../bounce/causes.js';
import { enhancedMeaning, replyCodeMeaning } from '../bounce/codes.js';
import type { Interpreter } from '../bounce/interpret.js';
import { delistUrl, type Listing } from '../bounce/listings.js';
import type { Hardness } from '../delivery/event.js';

/** A reply read for a person or a program. */
export interface Explanation {
  text: string;
  code: number | null;
  codeMeaning: string | null;
  enhanced: string | null;
  enhancedMeaning: string | null;
  stage: string;
  cause: Cause;
  hardness: Hardness;
  rule: string | null;
  /** Who said it, as far as the reply's own words tell. */
  provider: string | null;
  advice: Advice;
  listing: Listing | null;
  delistUrl: string | null;
}

/** What is known of a reply beside its text. */
export interface ReplyOrigin {
  /** Who gave it, by its server's name; else the text may tell. */
  provider: string | null;
  /** The status that a reporting MTA attached. */
  status: string | null;
}

/** Explains one reply, or a bare code (`550`, `5.7.26`). */
export function explain(text: string, interpreter: Interpreter, origin: ReplyOrigin = { provider: null, status: null }): Explanation {
  const provider = origin.provider ?? providerOfReply(text);
  const { kind, listing, reply } = interpreter.readBare(text, provider, origin.status);
  const { code, enhanced, stage, rule } = kind;
  return {
    text: reply.text,
    code,
    codeMeaning: code === null ? null : replyCodeMeaning(code),
    enhanced,
    enhancedMeaning: enhanced === null ? null : enhancedMeaning(enhanced),
    stage,
    cause: causeOf(kind.cause),
    hardness: hardnessOfCodes(code, enhanced),
    rule,
    provider,
    advice: adviceFor(kind.cause, provider),
    listing,
    delistUrl: listing === null ? null : delistUrl(listing.list),
  };
}

/** The reply code decides what the sending MTA does; without one the class of the enhanced code. */
function hardnessOfCodes(code: number | null, enhanced: string | null): Hardness {
  const first = code === null ? enhanced?.[0] : String(code)[0];
  if (first === '5') return 'hard';
  return first === '4' ? 'soft' : null;
}
