import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { bouncelog, scratch } from '../run.js';

let id = 0xabcde0;
const delivery = (time: string, result: string) =>
  `${time} mx1 postfix/smtp[1]: ${(id++).toString(16).toUpperCase()}: to=<u${id}@c.example>, relay=mx.c.example[192.0.2.1]:25, delay=1, ${result}`;
const sent = (time: string) => delivery(time, 'dsn=2.0.0, status=sent (250 OK)');
const unknown = (time: string) =>
  delivery(time, 'dsn=5.1.1, status=bounced (host mx.c.example[192.0.2.1] said: 550 5.1.1 no such user (in reply to RCPT TO command))');
const full = (time: string) =>
  delivery(time, 'dsn=4.2.2, status=deferred (host mx.c.example[192.0.2.1] said: 452 4.2.2 mailbox full (in reply to RCPT TO command))');

/** Mail on the 20th, none on the 21st, mail without failures on the 22nd, failures on the 23rd, around midnight of Berlin. */
const LINES = [
  unknown('2026-11-20T10:00:00Z'),
  unknown('2026-11-20T11:00:00Z'),
  full('2026-11-20T12:00:00Z'),
  sent('2026-11-22T12:00:00Z'),
  unknown('2026-11-22T22:59:59Z'),
  unknown('2026-11-22T23:00:00Z'),
  full('2026-11-23T12:00:00Z'),
];

function database(): string {
  const folder = scratch();
  writeFileSync(join(folder, 'mail.log'), LINES.map((line) => `${line}\n`).join(''));
  const db = join(folder, 'b.db');
  expect(bouncelog(['ingest', '-q', join(folder, 'mail.log'), '--db', db]).code).toBe(0);
  return db;
}

interface TrendJson {
  steps: { since: string; delivered: number | null; all: { deliveries: number } | null }[];
  groups: { cause: string; total: { deliveries: number }; before: { deliveries: number } | null; values: ({ deliveries: number } | null)[] }[];
}

describe('bouncelog trend', () => {
  it('counts by days of the zone, and shows a gap where the log has nothing', () => {
    const args = ['trend', '--since', '2026-11-20', '--until', '2026-11-24', '--tz', 'Europe/Berlin', '--format', 'json', '--db', database()];
    const { steps, groups } = JSON.parse(bouncelog(args).out) as TrendJson;
    expect(steps.map(({ since }) => since)).toEqual(['19', '20', '21', '22'].map((day) => `2026-11-${day}T23:00:00.000Z`));
    expect(steps.map(({ delivered }) => delivered)).toEqual([0, null, 1, 0]);
    expect(steps.map(({ all }) => all?.deliveries ?? null)).toEqual([3, null, 1, 2]);
    const values = Object.fromEntries(groups.map((group) => [group.cause, group.values.map((failures) => failures?.deliveries ?? null)]));
    expect(values).toEqual({ 'unknown-user': [2, null, 1, 1], 'mailbox-full': [1, null, 0, 1] });
  });

  it('compares with the span before', () => {
    const args = ['trend', '--since', '2026-11-22', '--until', '2026-11-24', '--compare', '--format', 'json', '--db', database()];
    const { groups } = JSON.parse(bouncelog(args).out) as TrendJson;
    expect(groups.map(({ cause, total, before }) => [cause, total.deliveries, before?.deliveries])).toEqual([
      ['unknown-user', 2, 2],
      ['mailbox-full', 1, 1],
    ]);
  });

  it('draws it in 80 columns, a dot for none and a space for a gap', () => {
    const db = database();
    const { out } = bouncelog(['trend', '--since', '2026-11-20', '--until', '2026-11-24', '--tz', 'Europe/Berlin', '--db', db]);
    expect(out).toContain('█ ▄▄');
    expect(out).toContain('█ ·█');
    const wide = bouncelog(['trend', '--bucket', 'hour', '--since', '2026-11-01', '--until', '2026-11-24', '--db', db]);
    for (const line of wide.out.split('\n')) expect(line.length).toBeLessThanOrEqual(80);
  });

  it('gives csv for plotting, and refuses more bars than anybody can see', () => {
    const db = database();
    const { out } = bouncelog(['trend', '--since', '2026-11-20', '--until', '2026-11-21', '--tz', 'UTC', '--format', 'csv', '--db', db]);
    expect(out.split('\n')[1]?.trimEnd()).toBe('2026-11-20T00:00:00.000Z,2026-11-21T00:00:00.000Z,unknown-user,2,0,2,2');
    expect(bouncelog(['trend', '--bucket', 'hour', '--since', '2020-01-01', '--db', db])).toMatchObject({ code: 2, out: '' });
  });
});
