import type { Mta } from '../log/record.js';
import { ownStage, saidToExim } from './said-exim.js';
import { saidToPostfix } from './said-postfix.js';
import type { Stage } from './stage.js';

/** What was said, taken out of the MTA's own words around it. */
export interface Reply {
  /** One line, code included; the server's words, or our own MTA's where no server spoke. */
  text: string;
  stage: Stage;
  /** SMTP reply code 200-599 of the reply itself, `null` when it has none. */
  code: number | null;
  /** RFC 3463 status code `x.y.z` of the reply itself; for our own MTA's words the status it attached. */
  enhanced: string | null;
}

/**
 * Finds the reply of *our* conversation in what an MTA logged: a reply may quote further replies, whose codes
 * do not count. Exim writes the lines of a multi-line reply with a literal `\n` between them, Postfix with a space.
 * @param text the attempt's text as logged
 * @param dsn the status our own MTA attached, used only where no server spoke
 * @param stageOf tells the stage of our own MTA's words
 */
export function readReply(text: string, mta: Mta, dsn: string | null, transport: string | null, stageOf = ownStage): Reply {
  const said = mta === 'postfix' ? saidToPostfix(text) : saidToExim(text);
  const reply = cap(said.reply.replaceAll('\\n', ' '));
  if (said.remote) return { text: reply, stage: said.stage, ...codesOf(reply) };
  const codes = codesOf(reply);
  return {
    text: reply,
    stage: said.stage === 'unknown' ? stageOf(reply, transport) : said.stage,
    code: codes.code,
    enhanced: codes.enhanced ?? dsn,
  };
}

/** A reply given as text alone (`classify`, `explain`): an MTA's words around it are taken off where they stand. */
export function readBareReply(line: string, stageOf = ownStage): Reply {
  const text = line.trim().replace(DIAGNOSTIC_TYPE, '');
  const postfix = saidToPostfix(text);
  const said = postfix.remote ? postfix : saidToExim(text);
  const reply = cap((said.remote ? said.reply : text).replaceAll('\\n', ' '));
  return { text: reply, stage: said.stage === 'unknown' ? stageOf(reply, null) : said.stage, ...codesOf(reply) };
}

/** What stands before a reply in a delivery status notification (RFC 3464 section 2.3.6). */
const DIAGNOSTIC_TYPE = /^(?:diagnostic-code:\s*)?smtp;\s*/i;

/** Longer replies exist only to hurt; RFC 5321 allows 512 octets a line, real multi-line replies stay below 2 kB. */
export const MAX_REPLY_LENGTH = 4096;

function cap(text: string): string {
  return text.length <= MAX_REPLY_LENGTH ? text : text.slice(0, MAX_REPLY_LENGTH);
}

const CODE = /^\W{0,3}([245]\d\d)(?![\d.])/;
/** Barracuda puts a word between. */
const ENHANCED_AFTER_CODE = /^\W{0,3}[245]\d\d[- ]\s*(?:cuda_nsu )?#?([245]\.\d{1,3}\.\d{1,3})(?![\d.])/;
/** qmail and some gateways write it elsewhere: `(#5.1.1)`, `#5.1.0`, or first without a code. */
const ENHANCED_ELSEWHERE = /^\W{0,3}([245]\.\d{1,3}\.\d{1,3})(?![\d.])|#\s?([245]\.\d{1,3}\.\d{1,3})(?![\d.])/;
/** Gateways that log another server's reply keep its code behind words of their own. */
const QUOTED_CODE =
  /(?:did not like our [A-Z ]+:|server returned '?|response was: |remote server was: |said: |<<< )([245]\d\d)(?![\d.])[- ]?\s*(?:([245]\.\d{1,3}\.\d{1,3})(?![\d.]))?/i;

/** The reply code and enhanced status code that a reply carries itself. */
export function codesOf(reply: string): { code: number | null; enhanced: string | null } {
  const code = CODE.exec(reply)?.[1];
  const direct = ENHANCED_AFTER_CODE.exec(reply)?.[1];
  if (direct !== undefined) return { code: Number(code), enhanced: direct };
  const elsewhere = ENHANCED_ELSEWHERE.exec(reply);
  const enhanced = elsewhere?.[1] ?? elsewhere?.[2] ?? null;
  if (code !== undefined) return { code: Number(code), enhanced };
  const quoted = QUOTED_CODE.exec(reply);
  return { code: quoted === null ? null : Number(quoted[1]), enhanced: enhanced ?? quoted?.[2] ?? null };
}
