import { existsSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { type Browser, chromium, type Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { bouncelog, scratch } from '../run.js';

const CHROMIUM = '/usr/bin/chromium';

const HOSTILE = [
  '550 5.9.9 <script>document.title="owned"</script> <img src=x onerror=alert(1)>',
  `550 5.9.8 " onmouseover="alert(1)" style="position:fixed" </title></svg> {${'x'.repeat(500)}}`,
  '554 5.7.1 Client host [192.0.2.25] blocked using zen.spamhaus.org; https://evil.example/?ip=192.0.2.25',
];

function logOf(days: number): string {
  let id = 0xa00000;
  const lines: string[] = [];
  for (let day = 0; day < days; day++) {
    // A day without any mail is a gap.
    if (day === 3) continue;
    for (let i = 0; i < 40; i++) {
      const time = new Date(Date.UTC(2026, 10, 1 + day, i % 24, 30)).toISOString();
      const reply = HOSTILE[i % 10];
      const to = i % 10 === 1 ? '"<b>x</b>"@c.example' : `u${i}@c${i % 5}.example`;
      const result =
        reply === undefined
          ? 'dsn=2.0.0, status=sent (250 OK)'
          : `dsn=5.0.0, status=bounced (host mx.c.example[192.0.2.1] said: ${reply} (in reply to RCPT TO command))`;
      lines.push(
        `${time} mx1 postfix/smtp[1]: ${(id++).toString(16).toUpperCase()}: to=<${to}>, relay=mx.c.example[192.0.2.1]:25, delay=1, ${result}`,
      );
    }
  }
  return lines.map((line) => `${line}\n`).join('');
}

describe.skipIf(!existsSync(CHROMIUM))('the page in a browser', () => {
  let browser: Browser;
  let file = '';
  const complaints: string[] = [];

  beforeAll(async () => {
    const folder = scratch((remove) => afterAll(remove));
    const [log, db] = [join(folder, 'mail.log'), join(folder, 'b.db')] as [string, string];
    writeFileSync(log, logOf(10));
    expect(bouncelog(['ingest', '-q', log, '--db', db]).code).toBe(0);
    file = join(folder, 'report.html');
    const args = ['report', '--html', file, '--since', '2026-11-01', '--until', '2026-11-11', '--tz', 'UTC', '--db', db];
    expect(bouncelog(args)).toEqual({ code: 0, out: '', err: '' });
    const quiet = [
      '--no-sandbox',
      '--disable-gpu',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
    ];
    browser = await chromium.launch({ executablePath: CHROMIUM, args: quiet });
    return () => browser.close();
  });

  async function open(width: number, colorScheme: 'light' | 'dark' = 'light'): Promise<Page> {
    const page = await browser.newPage({ viewport: { width, height: 900 }, colorScheme });
    page.on('console', (message) => complaints.push(message.text()));
    page.on('pageerror', (error) => complaints.push(error.message));
    page.on('request', (request) => {
      if (request.url() !== pathToFileURL(file).href) complaints.push(request.url());
    });
    await page.goto(pathToFileURL(file).href);
    return page;
  }

  it('is small, loads nothing and runs nothing of what strangers wrote', async () => {
    expect(statSync(file).size).toBeLessThan(1_000_000);
    const page = await open(1280);
    expect(await page.title()).toMatch(/: Mail /);
    expect(await page.locator('main script, main img, main iframe, main [onerror], main [onmouseover], main [style]').count()).toBe(0);
    expect(await page.getByText('<script>document.title="owned"</script> <img src=x onerror=alert(1)>').count()).toBeGreaterThan(0);
    expect(complaints).toEqual([]);
  });

  it('fits desktop and phone, on light and on dark', async () => {
    for (const width of [1280, 390]) {
      const page = await open(width);
      expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(width);
    }
    const [light, dark] = [await open(1280), await open(1280, 'dark')];
    const background = (page: Page) => page.evaluate('getComputedStyle(document.body).backgroundColor');
    expect(await background(light)).not.toEqual(await background(dark));
    expect(complaints).toEqual([]);
  });

  it('shows a bar for each day, a gap for the day without a log, and both figures of each', async () => {
    const page = await open(1280);
    const chart = page.getByRole('img', { name: 'Hard and soft failures over time' });
    expect(await chart.locator('rect.gap').count()).toBe(1);
    expect(await chart.locator('g').count()).toBe(9);
    expect(await chart.locator('g title').first().textContent()).toBe('Sun 1 Nov 2026: hard 12, soft 0');
    expect(await page.getByRole('img', { name: 'Block list incidents over time' }).locator('rect').count()).toBeGreaterThan(0);
  });

  it('filters and sorts by mouse and by keyboard', async () => {
    const page = await open(1280);
    const rows = page.locator('#t-domain tbody tr:not([hidden])');
    const all = await rows.count();
    expect(all).toBeGreaterThan(2);
    await page.getByLabel('Filter Domain').fill('c2');
    expect(await rows.count()).toBe(1);
    const causes = await rows.first().locator('td').last().textContent();
    const cause = String(causes).split(' ')[0] ?? '';
    expect(cause).toMatch(/^[a-z-]+$/);
    await page.getByLabel('Filter Domain').fill(cause);
    expect(await rows.count()).toBeGreaterThan(0);
    for (const row of await rows.all()) expect(await row.textContent()).toContain(cause);
    await page.getByLabel('Filter Domain').fill('');
    expect(await rows.count()).toBe(all);
    const hard = page.locator('#t-domain thead th').nth(1);
    await hard.getByRole('button').focus();
    await page.keyboard.press('Enter');
    expect(await hard.getAttribute('aria-sort')).toBe('descending');
    const figures = (await rows.locator('td:nth-child(2)').allTextContents()).map((text) => (text === '-' ? 0 : Number(text)));
    expect(figures).toEqual([...figures].sort((a, b) => b - a));
    await page.keyboard.press('Enter');
    expect(await hard.getAttribute('aria-sort')).toBe('ascending');
    await page.locator('summary').first().press('Enter');
    expect(await page.getByText('What it means').first().isVisible()).toBe(true);
    expect(complaints).toEqual([]);
  });

  it('is complete without a script', () => {
    expect(readFileSync(file, 'utf8')).toContain('<h2 id="t-domain-h">Domain</h2>');
  });
});
