import type { Metric } from '../report/metrics.js';
import { safeText } from './safe.js';

/** Prometheus text format 0.0.4 (prometheus.io/docs/instrumenting/exposition_formats). */
export function metricsText(metrics: readonly Metric[]): string {
  return metrics
    .filter(({ samples }) => samples.length > 0)
    .map(({ name, help, type, samples }) =>
      [`# HELP ${name} ${help}`, `# TYPE ${name} ${type}`, ...samples.map(({ labels, value }) => `${name}${labelText(labels)} ${value}`), ''].join(
        '\n',
      ),
    )
    .join('');
}

function labelText(labels: Record<string, string>): string {
  const pairs = Object.entries(labels).map(([name, value]) => `${name}="${escaped(value)}"`);
  return pairs.length === 0 ? '' : `{${pairs.join(',')}}`;
}

/** A value may hold anything; line breaks and other control characters are shown, not obeyed. */
function escaped(value: string): string {
  return safeText(value).replaceAll('\\', '\\\\').replaceAll('"', '\\"');
}
