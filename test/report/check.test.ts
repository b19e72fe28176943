import { describe, expect, it } from 'vitest';
import { changeOf } from '../../src/report/change.js';
import { type CheckFacts, type CheckQuestion, check } from '../../src/report/check.js';
import type { Incident } from '../../src/report/incidents.js';

const HOUR = 3_600_000;
const NOW = Date.parse('2026-11-24T12:00:00Z');
const totals = (delivered: number, hard: number, soft = 0) => ({
  delivered,
  hard,
  soft,
  bounced: hard,
  expired: 0,
  deferred: soft,
  recovered: 0,
  rejected: 0,
});
const incident = (first: number, state: Incident['state']): Incident => ({
  list: 'spamhaus-zen',
  subject: '192.0.2.1',
  kind: 'ip',
  first,
  last: first,
  hits: 1,
  receivers: [],
  state,
  cleared: null,
  times: [],
});
const QUESTION: CheckQuestion = {
  maxHardRate: null,
  maxSoftRate: null,
  minDelivered: null,
  newListing: false,
  newReason: false,
  silentFor: null,
  minSample: 20,
};
const FACTS: CheckFacts = {
  now: NOW,
  since: NOW - 24 * HOUR,
  totals: totals(90, 10),
  baseline: null,
  incidents: [],
  newReasons: [],
  lastMail: NOW - HOUR,
};
const absolute = (warning: number | null, critical: number) => ({ warning, critical, relative: false });
const relative = (warning: number | null, critical: number) => ({ warning, critical, relative: true });

describe('check', () => {
  it.each<[string, Partial<CheckQuestion>, Partial<CheckFacts>, string]>([
    ['nothing asked', {}, {}, 'ok'],
    ['hard rate below', { maxHardRate: absolute(0.1, 0.2) }, {}, 'ok'],
    ['hard rate above warning', { maxHardRate: absolute(0.05, 0.2) }, {}, 'warning'],
    ['hard rate above critical', { maxHardRate: absolute(null, 0.09) }, {}, 'critical'],
    ['too little mail to judge', { maxHardRate: absolute(null, 0.1) }, { totals: totals(5, 5) }, 'ok'],
    ['no mail at all', { maxHardRate: absolute(null, 0.1) }, { totals: totals(0, 0) }, 'ok'],
    ['soft rate', { maxSoftRate: absolute(null, 0.3) }, { totals: totals(50, 0, 50) }, 'critical'],
    ['like the baseline', { maxHardRate: relative(2, 5) }, { baseline: totals(90, 10) }, 'ok'],
    ['twice the baseline', { maxHardRate: relative(1.5, 5) }, { baseline: totals(950, 50) }, 'warning'],
    ['ten times the baseline', { maxHardRate: relative(1.5, 5) }, { baseline: totals(990, 10) }, 'critical'],
    ['nothing to compare with', { maxHardRate: relative(1.5, 5) }, { baseline: totals(0, 0) }, 'ok'],
    ['enough delivered', { minDelivered: absolute(null, 90) }, {}, 'ok'],
    ['too little delivered', { minDelivered: absolute(100, 50) }, {}, 'warning'],
    ['far too little delivered', { minDelivered: absolute(200, 100) }, {}, 'critical'],
    ['newly listed', { newListing: true }, { incidents: [incident(NOW - HOUR, 'open')] }, 'critical'],
    ['listed for long', { newListing: true }, { incidents: [incident(NOW - 48 * HOUR, 'open')] }, 'ok'],
    ['listed, and over', { newListing: true }, { incidents: [incident(NOW - HOUR, 'cleared')] }, 'ok'],
    ['a new reason', { newReason: true }, { newReasons: [{ template: '550 new', cause: 'unclassified', deliveries: 7 }] }, 'warning'],
    ['not silent', { silentFor: absolute(null, 2 * HOUR) }, {}, 'ok'],
    ['silent', { silentFor: absolute(null, HOUR / 2) }, {}, 'critical'],
    ['never a sound', { silentFor: absolute(null, HOUR / 2) }, { lastMail: null }, 'unknown'],
    [
      'the worst decides',
      { newReason: true, silentFor: absolute(null, 1) },
      { newReasons: [{ template: 'x', cause: 'y', deliveries: 7 }] },
      'critical',
    ],
  ])('%s', (_, question, facts, state) => {
    expect(check({ ...QUESTION, ...question }, { ...FACTS, ...facts }).state).toBe(state);
  });
});

describe('a change of a failure rate', () => {
  const hours = (failures: number[], total = 100) => ({ failures, totals: failures.map(() => total) });

  it.each<[string, number[], number[], boolean]>([
    ['the same', [5, 5, 5, 5], [5, 5, 5, 5], false],
    ['a little more', [6, 5, 6, 5], [5, 5, 5, 5], false],
    ['three times as much', [15, 16, 14, 15], [5, 5, 5, 5], true],
    ['much less', [0, 1, 0, 1], [10, 11, 10, 9], true],
    ['something new, for half of the day', Array.from({ length: 24 }, (_, i) => (i > 10 ? 9 : 0)), Array.from({ length: 24 }, () => 0), true],
    ['few', [1, 0, 0, 1], [0, 0, 0, 0], false],
    ['a burst, as there are some always', [0, 40, 0, 0], [0, 0, 20, 0], false],
  ])('%s', (_, now, before, isReal) => {
    expect(changeOf(hours(now), hours(before)).isReal).toBe(isReal);
  });

  it('needs something to compare with', () => {
    expect(changeOf(hours([5, 5]), { failures: [0, 0], totals: [0, 0] })).toEqual({ ratio: null, isReal: false });
  });
});
