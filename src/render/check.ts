import { type CheckAnswer, type Measure, STATES } from '../report/check.js';
import { safeText } from './safe.js';

/** One line as monitoring plugins write it: `BOUNCELOG CRITICAL - what | label=value;warn;crit`. The worst comes first. */
export function checkLine({ state, findings, measures }: CheckAnswer): string {
  const order = ['critical', 'warning', 'unknown', 'ok'];
  const texts = [...findings].sort((a, b) => order.indexOf(a.state) - order.indexOf(b.state)).map(({ text }) => safeText(text).replaceAll('|', '/'));
  return `BOUNCELOG ${state.toUpperCase()} - ${texts.join(', ')} | ${measures.map(perfdata).join(' ')}\n`;
}

/** 0 ok, 1 warning, 2 critical, 3 unknown. */
export function exitCodeOf({ state }: CheckAnswer): number {
  return STATES.indexOf(state);
}

function perfdata({ label, value, unit, warning, critical, isMinimum }: Measure): string {
  // A range `N:` alerts below N.
  const bound = (at: number | null) => (at === null ? '' : `${round(at)}${isMinimum ? ':' : ''}`);
  return `${label}=${round(value)}${unit};${bound(warning)};${bound(critical)};0`;
}

function round(value: number): number {
  return Number(value.toFixed(3));
}

/** The contract `bouncelog/check/1`. */
export function checkJson({ state, findings, measures }: CheckAnswer): object {
  return {
    schema: 'bouncelog/check/1',
    state,
    findings,
    measures: measures.map(({ label, value, unit, warning, critical }) => ({ label, value: round(value), unit, warning, critical })),
  };
}
