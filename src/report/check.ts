import type { Incident } from './incidents.js';
import type { Totals } from './question.js';

/** States of a monitoring plugin, and its exit codes (Monitoring Plugins Development Guidelines). */
export const STATES = ['ok', 'warning', 'critical', 'unknown'] as const;
export type State = (typeof STATES)[number];

/** A bound for warning and one for critical; `relative`: in multiples of the baseline. */
export interface Threshold {
  warning: number | null;
  critical: number;
  relative: boolean;
}

export interface CheckQuestion {
  /** Of all finished deliveries, 0-1. */
  maxHardRate: Threshold | null;
  /** Of all deliveries, 0-1. */
  maxSoftRate: Threshold | null;
  minDelivered: Threshold | null;
  newListing: boolean;
  newReason: boolean;
  /** ms without a line about mail. */
  silentFor: Threshold | null;
  /** Deliveries below which a rate says nothing. */
  minSample: number;
}

/** A kind of reply that was never seen before the span. */
export interface NewReason {
  template: string;
  cause: string;
  deliveries: number;
}

export interface CheckFacts {
  /** UTC ms */
  now: number;
  since: number;
  totals: Totals;
  baseline: Totals | null;
  incidents: readonly Incident[];
  newReasons: readonly NewReason[];
  /** UTC ms of the last line about mail; `null` = there was none ever. */
  lastMail: number | null;
}

/** One thing looked at. */
export interface Finding {
  state: State;
  text: string;
}

/** A measured value with its bounds, for graphs. */
export interface Measure {
  label: string;
  value: number;
  unit: '' | '%' | 's';
  warning: number | null;
  critical: number | null;
  /** The bounds are lower ones. */
  isMinimum: boolean;
}

export interface CheckAnswer {
  state: State;
  findings: Finding[];
  measures: Measure[];
}

/** Looks at the facts; the worst finding is the answer. */
export function check(question: CheckQuestion, facts: CheckFacts): CheckAnswer {
  const findings: Finding[] = [];
  const measures: Measure[] = [];
  const { totals, baseline } = facts;
  rate('hard', hardRate(totals), baseline && hardRate(baseline), question.maxHardRate);
  rate('soft', softRate(totals), baseline && softRate(baseline), question.maxSoftRate);

  function rate(name: 'hard' | 'soft', now: Rate, before: Rate | null, threshold: Threshold | null): void {
    const base = before === null || before.of === 0 ? null : before.value;
    const bound = (times: number | null) =>
      times === null || threshold === null ? null : threshold.relative ? (base === null ? null : times * base) : times;
    const [warning, critical] = [bound(threshold?.warning ?? null), bound(threshold?.critical ?? null)];
    measures.push({
      label: `${name}_rate`,
      value: now.value * 100,
      unit: '%',
      warning: percent(warning),
      critical: percent(critical),
      isMinimum: false,
    });
    if (threshold === null) return;
    const text = `${name} ${(now.value * 100).toFixed(1)}% (${now.count} of ${now.of})`;
    if (now.of < question.minSample) findings.push({ state: 'ok', text: `${text}, too few to judge` });
    else if (critical === null) findings.push({ state: 'ok', text: `${text}, nothing to compare with` });
    else
      findings.push({
        state: stateOf(now.value, warning, critical),
        text: threshold.relative ? `${text}, was ${((base ?? 0) * 100).toFixed(1)}%` : text,
      });
  }

  const delivered = totals.delivered ?? 0;
  const { minDelivered, silentFor } = question;
  measures.push({
    label: 'delivered',
    value: delivered,
    unit: '',
    warning: minDelivered?.warning ?? null,
    critical: minDelivered?.critical ?? null,
    isMinimum: true,
  });
  if (minDelivered !== null) {
    const state =
      delivered < minDelivered.critical ? 'critical' : minDelivered.warning !== null && delivered < minDelivered.warning ? 'warning' : 'ok';
    findings.push({ state, text: `${delivered} delivered` });
  }
  const open = facts.incidents.filter(({ state }) => state === 'open');
  const fresh = open.filter(({ first }) => first >= facts.since);
  measures.push(count('open_listings', open.length), count('new_listings', fresh.length));
  if (question.newListing) {
    const names = fresh.map(({ list, subject }) => `${list} ${subject}`.trim());
    findings.push(fresh.length > 0 ? { state: 'critical', text: `newly listed: ${named(names)}` } : { state: 'ok', text: 'no new listing' });
  }
  measures.push(count('new_reasons', facts.newReasons.length));
  if (question.newReason) {
    const names = facts.newReasons.map(({ template, cause }) => `"${template.slice(0, 80)}" (${cause})`);
    findings.push(names.length > 0 ? { state: 'warning', text: `new reason: ${named(names)}` } : { state: 'ok', text: 'no new reason' });
  }
  if (silentFor !== null) findings.push(silence(facts, silentFor, measures));
  return { state: worst(findings), findings, measures };
}

interface Rate {
  value: number;
  count: number;
  of: number;
}

/** Of the deliveries that came to an end. */
export function hardRate({ delivered, hard }: Totals): Rate {
  const of = (delivered ?? 0) + hard;
  return { value: of === 0 ? 0 : hard / of, count: hard, of };
}

/** Of all deliveries that something became of. */
export function softRate({ delivered, hard, soft }: Totals): Rate {
  const of = (delivered ?? 0) + hard + soft;
  return { value: of === 0 ? 0 : soft / of, count: soft, of };
}

function silence({ now, lastMail }: CheckFacts, { warning, critical }: Threshold, measures: Measure[]): Finding {
  if (lastMail === null) return { state: 'unknown', text: 'no mail in the database yet' };
  const silent = Math.max(0, now - lastMail);
  const seconds = (ms: number | null) => (ms === null ? null : ms / 1000);
  measures.push({
    label: 'silent',
    value: Math.round(silent / 1000),
    unit: 's',
    warning: seconds(warning),
    critical: seconds(critical),
    isMinimum: false,
  });
  return { state: stateOf(silent, warning, critical), text: `last mail ${Math.round(silent / 60_000)} min ago` };
}

function stateOf(value: number, warning: number | null, critical: number): State {
  if (value > critical) return 'critical';
  return warning !== null && value > warning ? 'warning' : 'ok';
}

const SEVERITY: readonly State[] = ['ok', 'unknown', 'warning', 'critical'];

function worst(findings: readonly Finding[]): State {
  return findings.reduce<State>((state, finding) => (SEVERITY.indexOf(finding.state) > SEVERITY.indexOf(state) ? finding.state : state), 'ok');
}

function count(label: string, value: number): Measure {
  return { label, value, unit: '', warning: null, critical: null, isMinimum: false };
}

function percent(rate: number | null): number | null {
  return rate === null ? null : rate * 100;
}

/** A few names; a line of a monitoring system is short. */
function named(names: readonly string[]): string {
  return names.length > 3 ? `${names.slice(0, 3).join(', ')} and ${names.length - 3} more` : names.join(', ');
}
