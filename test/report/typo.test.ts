import { describe, expect, it } from 'vitest';
import { editDistance, likelyAddress } from '../../src/report/typo.js';

/** What this host delivers to, and how often. */
const DELIVERED = new Map([
  ['gmail.com', 5000],
  ['customer.example', 900],
  ['partner-company.example', 400],
  ['rare.example', 1],
  ['yahoo.co.uk', 50],
  ['web.de', 300],
]);

describe('what was probably meant', () => {
  it.each([
    ['joe@gmial.com', 'joe@gmail.com'],
    ['joe@gmail.con', 'joe@gmail.com'],
    ['joe@gmail.cm', 'joe@gmail.com'],
    ['joe@gmailcom', 'joe@gmail.com'],
    ['joe@gmal.com', 'joe@gmail.com'],
    ['joe@gmaill.com', 'joe@gmail.com'],
    ['joe@hotmial.com', 'joe@hotmail.com'],
    ['joe@outlok.com', 'joe@outlook.com'],
    ['joe@yaho.com', 'joe@yahoo.com'],
    ['joe@icloud.co', 'joe@icloud.com'],
    ['joe@custmoer.example', 'joe@customer.example'],
    ['joe@partner-companny.example', 'joe@partner-company.example'],
    ['joe@partnercompany.example', 'joe@partner-company.example'],
    ['joe@unheard-of.con', 'joe@unheard-of.com'],
    ['joe@gmail.com.', 'joe@gmail.com'],
    ['joe@gmail..com', 'joe@gmail.com'],
    ['joe @gmail.com', 'joe@gmail.com'],
    ['mailto:joe@gmail.com', 'joe@gmail.com'],
    ["'joe@gmail.com", 'joe@gmail.com'],
    ['joegmail.com', 'joe@gmail.com'],
    ['joe.gmail.com', 'joe@gmail.com'],
  ])('%s → %s', (written, meant) => {
    expect(likelyAddress(written, DELIVERED)).toBe(meant);
  });

  it.each([
    'joe@gmail.com',
    'joe@customer.example',
    'joe@gmx.de',
    'joe@gmx.net',
    'joe@web.de',
    'joe@wab.de',
    'joe@yahoo.co.uk',
    'joe@yahoo.ca',
    'joe@other-company.example',
    'joe@customer1.example',
    'joe@mail.example',
    '"two words"@customer.example',
    'joe',
    '@',
    '',
  ])('nothing else than %s', (written) => {
    expect(likelyAddress(written, DELIVERED)).toBeNull();
  });

  it('counts swaps as one edit', () => {
    expect(editDistance('gmial', 'gmail', 2)).toBe(1);
    expect(editDistance('abcdef', 'abcxyz', 2)).toBe(3);
  });
});
