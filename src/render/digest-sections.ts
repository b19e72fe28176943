import { allProviderAdvice } from '../bounce/advice.js';
import { causeOf } from '../bounce/causes.js';
import { replyCodeMeaning } from '../bounce/codes.js';
import { delistUrl } from '../bounce/listings.js';
import { providerName } from '../bounce/providers.js';
import type { Change } from '../report/change.js';
import { hardRate, softRate } from '../report/check.js';
import { DIGEST_GROUPS, type DigestAnswer, type DigestGroup, type DigestRow, type Verdict } from '../report/digest.js';
import type { FirstCause } from '../report/first-causes.js';
import type { Incident } from '../report/incidents.js';
import { duration } from './duration.js';
import { groupName } from './groups.js';
import { count, percent } from './number.js';
import { safeText } from './safe.js';
import { shortTime } from './time.js';

/** A part of the digest, whatever it is shown in: text, Markdown or HTML. */
export interface Section {
  title: string;
  /** Column heads; the first column is text, the others are figures. Empty: only `lines`. */
  head: string[];
  rows: { cells: string[]; note: string | null }[];
  lines: string[];
}

export interface DigestOptions {
  zone: string;
  /** UTC ms */
  now: number;
}

export const VERDICTS: Record<Verdict, string> = {
  silent: 'Nothing was logged',
  healthy: 'Mail is healthy',
  attention: 'Mail needs attention',
  trouble: 'Mail is in trouble',
};

/** `Mail needs attention: 1,234 delivered, 2.1% hard, 4.0% soft`. */
export function verdictLine({ verdict, totals }: DigestAnswer): string {
  if (verdict === 'silent') return `${VERDICTS[verdict]}.`;
  return `${VERDICTS[verdict]}: ${count(totals.delivered ?? 0)} delivered, ${percent(hardRate(totals).value)} hard, ${percent(softRate(totals).value)} soft`;
}

export function spanLine({ range, before }: DigestAnswer, { zone, now }: DigestOptions): string {
  return `${shortTime(range.since, zone, now)} to ${shortTime(range.until, zone, now)}, compared with the ${duration((before.until - before.since) / 1000)} before`;
}

/** Everything below the verdict, what matters most first; what there is nothing to say of is left out. */
export function sectionsOf(answer: DigestAnswer, options: DigestOptions): Section[] {
  return [
    figures(answer),
    ...DIGEST_GROUPS.map((group) => groupSection(group, answer)),
    newReasons(answer),
    blockLists(answer, options),
    deferrals(answer, options),
    notUnderstood(answer),
  ].filter(({ rows, lines }) => rows.length + lines.length > 0);
}

function figures({ totals, totalsBefore, hard, soft, delivered }: DigestAnswer): Section {
  const row = (name: string, now: number, rate: string, before: number, rateBefore: string, change: string) => ({
    cells: [name, count(now), rate, count(before), rateBefore, change],
    note: null,
  });
  const rejected = totals.rejected + totalsBefore.rejected === 0 ? [] : [row('rejected by us', totals.rejected, '', totalsBefore.rejected, '', '')];
  return {
    title: 'Deliveries',
    head: ['', 'Now', '', 'Before', '', 'Change'],
    rows: [
      row('delivered', totals.delivered ?? 0, '', totalsBefore.delivered ?? 0, '', changeText(delivered)),
      row('hard', totals.hard, percent(hardRate(totals).value), totalsBefore.hard, percent(hardRate(totalsBefore).value), changeText(hard)),
      row('soft', totals.soft, percent(softRate(totals).value), totalsBefore.soft, percent(softRate(totalsBefore).value), changeText(soft)),
      ...rejected,
    ],
    lines: [],
  };
}

const TITLES: Record<DigestGroup, string> = {
  cause: 'Why mail failed',
  provider: 'At which providers',
  domain: 'To which domains',
  code: 'With which codes',
  sender: 'From which senders',
};

function groupSection(group: DigestGroup, { groups, totalsBefore }: DigestAnswer): Section {
  const hasBefore = (totalsBefore.delivered ?? 0) + totalsBefore.hard + totalsBefore.soft > 0;
  const { rows, more } = groups[group];
  const known = new Set(groups.cause.rows.map(({ key }) => String(key)));
  return {
    title: TITLES[group],
    head: ['', 'Hard', 'Soft', 'Share', 'Before', 'Change'],
    rows: rows.map((row) => ({ cells: groupCells(group, row, hasBefore), note: noteOf(group, row, known) })),
    lines: [...(more > 0 ? [`and ${count(more)} more: bouncelog top --by ${group}`] : []), ...closerLook(group, rows)],
  };
}

/**
 * What to do about a group, or what it means.
 * @param known causes whose advice stands above already
 */
function noteOf(group: DigestGroup, { key, mainCause }: DigestRow, known: ReadonlySet<string>): string | null {
  if (group === 'cause') return causeOf(String(key)).fix;
  if (group === 'code') return key === null ? null : replyCodeMeaning(Number(key));
  const own = group === 'provider' ? allProviderAdvice().find(({ provider }) => provider === key) : undefined;
  const notes = [...(mainCause === null ? [] : [mostly(mainCause, known)]), ...(own === undefined ? [] : [`What it asks for: ${own.url}`])];
  return notes.length === 0 ? null : notes.join(' ');
}

/** What most failures of a domain, provider or sender are, and what to do about them. */
function mostly({ cause, share }: FirstCause, known: ReadonlySet<string>): string {
  const name = share > 0.5 ? `Mostly ${cause}` : `Most often ${cause} (${(share * 100).toFixed(0)}%)`;
  return known.has(cause) ? `${name}: see above.` : `${name}: ${causeOf(cause).fix}`;
}

/** As a word of a shell's command line. */
function shellWord(text: string): string {
  return /^[\w.@+-]+$/.test(text) ? text : `'${text.replaceAll("'", String.raw`'\''`)}'`;
}

/** Where to look on: at the first of those that fail for many reasons. */
function closerLook(group: DigestGroup, rows: readonly DigestRow[]): string[] {
  if (group !== 'domain' && group !== 'sender') return [];
  const key = rows.find((row) => row.mainCause === null && row.key !== null && row.key !== '')?.key;
  const isSuspect = group === 'sender' && rows.length > 0;
  return [
    ...(key === undefined ? [] : [`why: bouncelog top --advice --${group} ${shellWord(safeText(String(key)))}`]),
    ...(isSuspect ? ['one that fails to many unknown users may be a hacked account'] : []),
  ];
}

function groupCells(group: DigestGroup, row: DigestRow, hasBefore: boolean): string[] {
  const name = group === 'provider' && row.key !== null ? safeText(providerName(String(row.key))) : groupName(group, row.key);
  const figure = (n: number) => (n === 0 ? '-' : count(n));
  const change = row.change === null ? (hasBefore && row.before === 0 ? 'new' : '') : changeText(row.change);
  return [name, figure(row.hard), figure(row.soft), `${(row.share * 100).toFixed(0)}%`, figure(row.before), change];
}

/** Only what is more than noise is a change. */
export function changeText({ ratio, isReal }: Change): string {
  if (!isReal) return '';
  if (ratio === null) return '▲ new';
  if (ratio >= 2) return `▲ ${ratio.toFixed(ratio < 10 ? 1 : 0)}×`;
  return `${ratio > 1 ? '▲' : '▼'} ${Math.abs(Math.round((ratio - 1) * 100))}%`;
}

function newReasons({ newReasons: reasons }: DigestAnswer): Section {
  return {
    title: 'Never seen before',
    head: [],
    rows: [],
    lines: reasons.map(({ template, cause, deliveries }) => `${count(deliveries)}× ${cause}: ${safeText(template)}`),
  };
}

function blockLists({ incidents: { opened, open, cleared } }: DigestAnswer, { zone, now }: DigestOptions): Section {
  const line = (word: string, { list, subject, first, hits, receivers }: Incident) => {
    const url = delistUrl(list);
    const names = receivers
      .slice(0, 3)
      .map(({ name }) => safeText(name))
      .join(', ');
    const more = receivers.length > 3 ? ` and ${receivers.length - 3} more` : '';
    return `${word}: ${safeText(`${list} ${subject}`.trim())} since ${shortTime(first, zone, now)}, ${count(hits)} refused by ${names}${more}${word === 'cleared' || url === null ? '' : `; removal: ${url}`}`;
  };
  return {
    title: 'Block lists',
    head: [],
    rows: [],
    lines: [...opened.map((one) => line('NEW', one)), ...open.map((one) => line('still open', one)), ...cleared.map((one) => line('cleared', one))],
  };
}

function deferrals(
  { deferrals: { recovered, medianSeconds, longestSeconds, waiting, oldest, nextExpiry, soonExpired } }: DigestAnswer,
  options: DigestOptions,
): Section {
  const took =
    medianSeconds === null || longestSeconds === null
      ? ''
      : `; half of them within ${duration(medianSeconds)}, the slowest after ${duration(longestSeconds)}`;
  const since = oldest === null ? '' : `, the oldest since ${shortTime(oldest, options.zone, options.now)}`;
  return {
    title: 'Deferred mail',
    head: [],
    rows: [],
    lines: [
      ...(recovered > 0 ? [`${count(recovered)} delivered after all${took}`] : []),
      ...(waiting > 0 ? [`${count(waiting)} still waiting${since}`] : []),
      ...(nextExpiry === null ? [] : [expiry(nextExpiry, soonExpired, options)]),
    ],
  };
}

/** When the MTA gives up: what waits can still be helped. */
function expiry(next: number, soon: number, { zone, now }: DigestOptions): string {
  if (soon === 0) return `the first is given up about ${shortTime(next, zone, now)}`;
  const first = next <= now ? 'the next try may be the last' : `the first about ${shortTime(next, zone, now)}`;
  return `${count(soon)} of them ${soon === 1 ? 'is' : 'are'} given up within a day, ${first}`;
}

function notUnderstood({ notUnderstood: { lines, deliveries } }: DigestAnswer): Section {
  return {
    title: 'Not understood',
    head: [],
    rows: [],
    lines: [
      ...(deliveries > 0 ? [`${count(deliveries)} deliveries failed with replies that no rule knows: bouncelog unknown`] : []),
      ...(lines > 0 ? [`${count(lines)} lines (ever) look like a delivery and could not be read: bouncelog status`] : []),
    ],
  };
}
