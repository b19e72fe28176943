import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { busyHour } from '../busy-hour.js';
import { bouncelog, scratch } from '../run.js';

function files(config: string): { config: string; log: string; db: string } {
  const folder = scratch();
  const [path, log, db] = ['bouncelog.toml', 'mail.log', 'b.db'].map((name) => join(folder, name)) as [string, string, string];
  writeFileSync(log, `${busyHour(40).join('\n')}\n`);
  writeFileSync(path, config.replaceAll('LOG', log).replaceAll('DB', db));
  return { config: path, log, db };
}

describe('the configuration file', () => {
  it('gives defaults to all commands and to one, logs to read included', () => {
    const { config, db } = files('db = "DB"\ntz = "UTC"\n[ingest]\npaths = ["LOG"]\nquiet = true\n[top]\nby = "domain"\nlimit = 1\nformat = "csv"\n');
    expect(bouncelog(['config', 'check', config])).toMatchObject({ code: 0, out: `${config}: 7 settings, all good\n` });
    expect(bouncelog(['ingest', '--config', config])).toEqual({ code: 0, out: '', err: '' });
    const { out } = bouncelog(['top', '--config', config]);
    expect(out.split('\r\n')[0]).toMatch(/^domain,hard/);
    expect(out.trim().split('\r\n')).toHaveLength(2);
    expect(bouncelog(['top'], undefined, { BOUNCELOG_CONFIG: config }).out).toBe(out);
    expect(bouncelog(['top', '--config', config, '--by', 'code', '--format', 'json']).out).toContain('"code": 550');
    expect(bouncelog(['top', '--config', config], undefined, { BOUNCELOG_DB: `${db}.other` })).toMatchObject({ code: 1, out: '' });
  });

  it('takes lists where an option may be given again', () => {
    const { config } = files('db = "DB"\n[events]\ndomain = ["c1.example", "c2.example"]\noutcome = ["bounced"]\n[ingest]\npaths = ["LOG"]\n');
    expect(bouncelog(['ingest', '-q', '--config', config]).code).toBe(0);
    const events = bouncelog(['events', '--format', 'ndjson', '--config', config]).out.trim().split('\n');
    expect(events.length).toBeGreaterThan(1);
    for (const event of events) expect(event).toMatch(/"recipient_domain":"c[12]\.example".*"outcome":"bounced"/);
  });

  it.each([
    ['no TOML', 'db = ', /bouncelog\.toml:1: not valid TOML/],
    ['no such command', 'tz = "UTC"\n\n[tops]\nby = "code"\n', /bouncelog\.toml:3: no command "tops"/],
    ['no such option', '[top]\nlimit = 3\ncolour = true\n', /bouncelog\.toml:3: no option "colour"/],
    ['no such option of any', 'colour = true\n', /bouncelog\.toml:1: no option "colour"/],
    ['a wrong value', '[top]\nby = "cause"\nlimit = "many"\n', /bouncelog\.toml:3: limit: --limit takes a whole number/],
    ['none of the choices', '[top]\nformat = "pdf"\n', /bouncelog\.toml:2: format: takes one of table, json/],
    ['a text for a switch', '[top]\nadvice = "yes"\n', /bouncelog\.toml:2: advice: takes true or false/],
    ['a list for one value', '[top]\nlimit = [1, 2]\n', /bouncelog\.toml:2: limit: takes one value/],
    ['paths that are none', '[ingest]\npaths = "mail.log"\n', /bouncelog\.toml:2: paths is a list of paths/],
  ])('names file, line and key: %s', (_, text, message) => {
    const { config } = files(text);
    const checked = bouncelog(['config', 'check', config]);
    expect(checked.code).toBeGreaterThan(0);
    expect(checked.err).toMatch(message);
    expect(checked.err.trim().split('\n')).toHaveLength(1);
    expect(bouncelog(['top', '--config', config]).err).toMatch(message);
  });

  it('must be there when it is named', () => {
    expect(bouncelog(['top', '--config', '/nonexistent.toml'])).toMatchObject({
      code: 1,
      err: 'bouncelog: /nonexistent.toml: no such file. Check the path.\n',
    });
  });
});
