import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { metricsText } from '../../src/render/metrics.js';
import { busyHour } from '../busy-hour.js';
import { bouncelog, scratch } from '../run.js';

describe('bouncelog metrics', () => {
  it('counts all events, in one file that is whole at any time', () => {
    const folder = scratch();
    const [log, db, out] = ['mail.log', 'b.db', 'bouncelog.prom'].map((name) => join(folder, name)) as [string, string, string];
    writeFileSync(log, `${busyHour(40).join('\n')}\n`);
    expect(bouncelog(['ingest', '-q', log, '--db', db]).code).toBe(0);
    const text = bouncelog(['metrics', '--db', db]).out;
    expect(text).toContain('# TYPE bouncelog_events_total counter\n');
    expect(text).toContain('bouncelog_delivered_total 10\n');
    expect(text).toContain('bouncelog_events_total{outcome="bounced",cause="unknown-user"} 10\n');
    expect(text).toContain('bouncelog_events_total{outcome="deferred",cause="mailbox-full"} 10\n');
    expect(text).toContain('bouncelog_provider_events_total{provider="other",outcome="recovered"} 10\n');
    expect(text).toContain('bouncelog_lines_total 40\n');
    for (const line of text.trim().split('\n'))
      expect(line).toMatch(/^(?:# (?:HELP|TYPE) \w+ .+|\w+(?:\{(?:\w+="(?:[^"\\\n]|\\.)*",?)+\})? -?[\d.e+]+)$/);
    expect(bouncelog(['metrics', '--output', out, '--db', db])).toEqual({ code: 0, out: '', err: '' });
    expect(readFileSync(out, 'utf8')).toContain('bouncelog_delivered_total 10\n');
    expect(readdirSync(folder).filter((name) => name.endsWith('.tmp'))).toEqual([]);
    expect(bouncelog(['metrics', '--output', '/nonexistent/x.prom', '--db', db])).toMatchObject({ code: 1, out: '' });
  });

  it('has every metric that the dashboard and the alert rules ask for', () => {
    const folder = scratch();
    const [log, db] = ['mail.log', 'b.db'].map((name) => join(folder, name)) as [string, string];
    const listed = busyHour(40).map((line) =>
      line.replace('550 5.1.1 no such user', '554 5.7.1 Client host [192.0.2.9] blocked using zen.spamhaus.org'),
    );
    writeFileSync(log, `${listed.slice(0, 39).join('\n')}\n`);
    expect(bouncelog(['ingest', '-q', log, '--db', db]).code).toBe(0);
    const text = bouncelog(['metrics', '--db', db]).out;
    const docs = fileURLToPath(new URL('../../docs/monitoring/', import.meta.url));
    const asked = readdirSync(docs).flatMap((name) =>
      [...readFileSync(join(docs, name), 'utf8').matchAll(/bouncelog_\w+/g)].map(([metric]) => metric),
    );
    expect(asked.length).toBeGreaterThan(20);
    for (const metric of asked) expect(text).toMatch(new RegExp(`^${metric}[{ ]`, 'm'));
  });

  it('lets nobody break out of a label', () => {
    const labels = { list: 'a"} 1\nevil_metric 2', subject: 'back\\slash\u202e' };
    const text = metricsText([{ name: 'm', help: 'h', type: 'gauge', samples: [{ labels, value: 1 }] }]);
    expect(text).toBe('# HELP m h\n# TYPE m gauge\nm{list="a\\"} 1\\\\x0aevil_metric 2",subject="back\\\\slash\\\\u202e"} 1\n');
  });
});
