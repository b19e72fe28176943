import { describe, expect, it } from 'vitest';
import { NO_LINES } from '../../src/log/kinds.js';
import { csvLine } from '../../src/render/csv.js';
import { eventCsv, eventJson, eventText } from '../../src/render/events.js';
import { safeText } from '../../src/render/safe.js';
import { statusText } from '../../src/render/status.js';
import { topCsv, topTable } from '../../src/render/top.js';
import { traceText } from '../../src/render/trace.js';
import type { EventRow, TopAnswer } from '../../src/report/question.js';

const HOSTILE = '=cmd|x!A1 \x1b[31mred\x07 \u202egnp.exe "q" \r\n{ip}';
const TABLE = {
  width: 80,
  coloured: false,
  zone: 'UTC',
  now: Date.UTC(2026, 10, 24),
  iso: false,
  before: null,
  advice: true,
  provider: HOSTILE,
};

const event: EventRow = {
  id: 1,
  time: Date.UTC(2026, 10, 24),
  host: HOSTILE,
  mta: 'postfix',
  queueId: 'A',
  messageId: HOSTILE,
  sender: HOSTILE,
  authUser: HOSTILE,
  recipient: HOSTILE,
  recipientDomain: HOSTILE,
  origRecipient: null,
  mx: HOSTILE,
  mxIp: null,
  provider: HOSTILE,
  transport: 'smtp',
  stage: 'rcpt',
  outcome: 'bounced',
  code: 550,
  enhanced: null,
  cause: 'unknown-user',
  rule: null,
  listing: { list: HOSTILE, subject: HOSTILE },
  reply: HOSTILE,
  attempt: 1,
  delaySeconds: 1,
};
const answer: TopAnswer = {
  by: ['reply'],
  range: { since: null, until: null },
  totals: { delivered: 1, deferred: 0, bounced: 1, expired: 0, recovered: 0, rejected: 0, hard: 1, soft: 0 },
  rows: [{ keys: [HOSTILE], hard: 1, soft: 0, attempts: 1, deliveries: 1, share: 1, firstSeen: 0, lastSeen: 0 }],
  all: { hard: 1, soft: 0, deliveries: 1 },
  more: 0,
};

describe('text from strangers', () => {
  it('is shown, not obeyed, in a terminal', () => {
    // biome-ignore lint/complexity/useRegexLiterals: control characters are easier to read escaped
    const control = new RegExp('[\\x00-\\x09\\x0b-\\x1f\\x7f-\\x9f\\u202e]');
    expect(eventText(event, TABLE)).not.toMatch(control);
    expect(topTable(answer, TABLE)).not.toMatch(control);
    expect(safeText('\x1b[31m\u202e')).toBe('\\x1b[31m\\u202e');
  });

  it('is shown, not obeyed, in a trace and in the status', () => {
    // biome-ignore lint/complexity/useRegexLiterals: control characters are easier to read escaped
    const control = new RegExp('[\\x00-\\x09\\x0b-\\x1f\\x7f-\\x9f\\u202e]');
    const delivery = {
      recipient: HOSTILE,
      origRecipient: 'x',
      state: 'removed' as const,
      ended: 0,
      endedBy: HOSTILE,
      suggestion: HOSTILE,
      events: [event],
    };
    const names = { host: HOSTILE, mta: 'postfix', queueId: HOSTILE, messageId: HOSTILE, sender: HOSTILE, authUser: HOSTILE, helo: HOSTILE };
    const message = { ...names, client: HOSTILE, clientIp: HOSTILE, requeuedFrom: HOSTILE, arrived: 0, deliveries: [delivery] };
    expect(traceText({ what: HOSTILE, messages: [message], more: 0 }, TABLE)).not.toMatch(control);
    expect(traceText({ what: HOSTILE, messages: [], more: 0 }, TABLE)).not.toMatch(control);
    const source = { name: HOSTILE, position: 0, cursor: null, lastTime: 0, updated: 0, kinds: NO_LINES };
    const counts = { schemaVersion: 1, events: 0, deliveries: 0, replies: 0, unclassified: 0, openMessages: 0, waiting: 0, forgotten: 0 };
    const answer = { ...counts, database: HOSTILE, lastRun: null, sources: [source], samples: [{ source: HOSTILE, line: HOSTILE }] };
    expect(statusText(answer, { ...TABLE, databaseBytes: 0, lagOf: () => ({ unread: null }), limit: 0 })).not.toMatch(control);
  });

  it('is no formula in a spreadsheet', () => {
    for (const start of ['=', '+', '-', '@', '\t', '\r']) expect(csvLine([`${start}1`]).startsWith(start)).toBe(false);
    expect(csvLine(["'=1", -1, null, 'a,"b"'])).toBe('\'=1,-1,,"a,""b"""\r\n');
    expect(topCsv(answer).split('\r\n')[1]).toMatch(/^"'=cmd/);
    expect(eventCsv(event)).not.toMatch(/(^|,)"?=/);
  });

  it('is exact in JSON', () => {
    expect(JSON.parse(JSON.stringify(eventJson(event)))).toMatchObject({ reply: HOSTILE, recipient: HOSTILE });
  });
});
