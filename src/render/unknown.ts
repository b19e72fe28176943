import type { UnknownCluster } from '../report/unknown.js';
import { count } from './number.js';
import { safeText } from './safe.js';
import { styleFor } from './style.js';
import { isoTime, shortTime } from './time.js';
import { clip, labelled } from './wrap.js';

export interface UnknownOptions {
  width: number;
  coloured: boolean;
  zone: string;
  /** UTC ms */
  now: number;
  /** Clusters to show; 0 = all. */
  limit: number;
  /** Lines that look like a delivery result and could not be read at all. */
  notUnderstood: readonly string[];
}

/** What no rule knows, for a terminal; the rules at the end of each can be pasted. */
export function unknownText(clusters: readonly UnknownCluster[], options: UnknownOptions): string {
  const style = styleFor(options.coloured);
  const parts: string[] = [];
  if (clusters.length === 0) parts.push('Every reply has a cause.');
  const shown = options.limit > 0 ? clusters.slice(0, options.limit) : clusters;
  for (const cluster of shown) {
    const codes = [...cluster.codes.filter((code) => code !== null).map(String), ...cluster.enhanced.filter((code) => code !== null)];
    const lines = [
      style.strong(
        `${count(cluster.deliveries)} deliveries, ${count(cluster.templates.length)} kind${cluster.templates.length === 1 ? '' : 's'} of reply`,
      ),
      labelled('  Said', safeText(cluster.sample), options.width),
      labelled('  Codes', codes.length === 0 ? 'none' : codes.join(', '), options.width),
      labelled('  To', cluster.domains.length === 0 ? '(no domain)' : safeText(cluster.domains.join(', ')), options.width),
      labelled('  Last', shortTime(cluster.lastSeen, options.zone, options.now), options.width),
      '',
      // Not cut: it is there to be copied.
      ...safeText(cluster.rule.trimEnd())
        .split('\\x0a')
        .map((line) => `    ${line}`),
    ];
    parts.push(lines.join('\n'));
  }
  if (shown.length < clusters.length) parts.push(style.faint(`and ${count(clusters.length - shown.length)} more (--limit 0 shows all)`));
  if (clusters.length > 0)
    parts.push('Put the rules that you have corrected into a *.toml file of your rules folder, then run `bouncelog reclassify`.');
  if (options.notUnderstood.length > 0) {
    parts.push(
      [style.strong('Lines that could not be read'), ...options.notUnderstood.map((line) => `    ${clip(safeText(line), options.width - 4)}`)].join(
        '\n',
      ),
    );
  }
  return `${parts.join('\n\n')}\n`;
}

/** The contract `bouncelog/unknown/1`. */
export function unknownJson(clusters: readonly UnknownCluster[], notUnderstood: readonly string[]): object {
  return {
    schema: 'bouncelog/unknown/1',
    clusters: clusters.map(({ lastSeen, ...cluster }) => ({ ...cluster, last_seen: isoTime(lastSeen) })),
    not_understood: notUnderstood,
  };
}
