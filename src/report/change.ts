import { cumulativeStdNormalProbability } from 'simple-statistics';

/** Failures and the mail that they are part of, by equal steps of a span. */
export interface Series {
  failures: readonly number[];
  totals: readonly number[];
}

export interface Change {
  /** How much the rate is now of what it was; `null` = there was no mail to compare with. */
  ratio: number | null;
  /** More than noise. */
  isReal: boolean;
}

/** One in a hundred comparisons of like spans may look like a change. */
const LEVEL = 0.01;
/** Below this many failures in both spans nothing can be said. */
const MIN_FAILURES = 5;

/**
 * Whether a failure rate has changed between two spans.
 *
 * The logarithm of the ratio of two rates is nearly normal. Mail fails in bursts (one hacked account, one server that is down), so counts
 * vary more than Poisson's law lets them: they are divided by the dispersion that the steps of both spans show (quasi-Poisson; McCullagh
 * and Nelder, Generalized Linear Models, 1989, section 6.2.4).
 */
export function changeOf(now: Series, before: Series): Change {
  const [x1, n1, x0, n0] = [sum(now.failures), sum(now.totals), sum(before.failures), sum(before.totals)];
  if (n1 === 0 || n0 === 0) return { ratio: null, isReal: false };
  const ratio = x0 === 0 ? (x1 === 0 ? 1 : null) : x1 / n1 / (x0 / n0);
  if (x1 + x0 < MIN_FAILURES) return { ratio, isReal: false };
  const dispersion = Math.max(1, dispersionOf(now), dispersionOf(before));
  // So many failures say as much as these would if each came by itself; half a one keeps the logarithm of none finite.
  const [e1, e0] = [x1 / dispersion + 0.5, x0 / dispersion + 0.5];
  const z = Math.log(e1 / n1 / (e0 / n0)) / Math.sqrt(1 / e1 + 1 / e0);
  const p = 2 * (1 - cumulativeStdNormalProbability(Math.abs(z)));
  return { ratio, isReal: p < LEVEL };
}

/** Pearson's statistic by its degrees of freedom: 1 where failures come one by one. */
function dispersionOf({ failures, totals }: Series): number {
  const rate = sum(failures) / Math.max(1, sum(totals));
  if (rate === 0) return 1;
  let chi = 0;
  let steps = 0;
  totals.forEach((total, index) => {
    if (total === 0) return;
    const expected = rate * total;
    chi += ((failures[index] ?? 0) - expected) ** 2 / expected;
    steps++;
  });
  return steps < 2 ? 1 : chi / (steps - 1);
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
