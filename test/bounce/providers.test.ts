import { expect, it } from 'vitest';
import { providerOf } from '../../src/bounce/provider-of.js';

it.each([
  ['gmail-smtp-in.l.google.com', 'gmail.com', 'google'],
  ['contoso-com.mail.protection.outlook.com', 'contoso.com', 'microsoft-365'],
  ['outlook-com.olc.protection.outlook.com', 'outlook.com', 'outlook.com'],
  ['mta5.am0.yahoodns.net', 'yahoo.com', 'yahoo'],
  ['MX.Company.Co.UK', 'x.example', 'company.co.uk'],
  ['mx.c0.p1.example', 'c0.p1.example', 'p1.example'],
  [null, 'gmail.com', 'google'],
  [null, 'nobody.example', null],
  [null, null, null],
  ['192.0.2.1', 'x.example', '192.0.2.1'],
])('%s (%s) → %s', (mx, domain, provider) => {
  expect(providerOf(mx, domain)).toBe(provider);
});
