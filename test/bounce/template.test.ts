import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isMeaningfulName } from '../../src/bounce/names.js';
import { fillTemplate, type MaskContext, maskReply, NO_CONTEXT, textForRules } from '../../src/bounce/template.js';

const CONTEXT = { recipient: 'u@c.example', mx: 'mx.c.example', mxIp: '192.0.2.1' };
const mask = (text: string) => maskReply(text, CONTEXT, isMeaningfulName).template;

describe('masks', () => {
  it.each([
    ['550 5.1.1 <u@c.example>: User unknown', '550 5.1.1 <{recipient}>: User unknown'],
    ['550 5.1.1 <other@c.example>: User unknown', '550 5.1.1 <{address}>: User unknown'],
    ['connect to mx.c.example[192.0.2.1]:25: Connection refused', 'connect to {mx}[{mx-ip}]:{number}: Connection refused'],
    ['550 mail from 192.0.2.10 refused', '550 mail from {ip} refused'],
    ['550 mail from [2001:db8::1] refused', '550 mail from [{ip}] refused'],
    ['550 JunkMail - h.example [192.0.2.10]:51234 is listed', '550 JunkMail - {host} [{ip}]:{number} is listed'],
    [
      '554 blocked using zen.spamhaus.org; https://www.spamhaus.org/query/ip/192.0.2.10',
      '554 blocked using zen.spamhaus.org; https://www.spamhaus.org/query/ip/{ip}',
    ],
    ['451 come back in 00:05:00', '451 come back in {time}'],
    ['550 5.4.1 denied. [AM1PEPF0001.prod.example 2026-11-24T07:00:00.000Z 08DB]', '550 5.4.1 denied. [{id} {time} {id}]'],
    ['554 scored 17.4 spam points, limit 8.0', '554 scored {number} spam points, limit {number}'],
    ['550 on our block list (S3140). OFR_416 LPN007_416 [103]', '550 on our block list (S3140). OFR_416 LPN007_416 [103]'],
    [
      '550-5.1.1 The account 550 5.1.1 https://support.google.com/mail/?p=NoSuchUser od20si504618ejb.621 - gsmtp',
      '550-5.1.1 The account 550 5.1.1 https://support.google.com/mail/?p=NoSuchUser {id} - gsmtp',
    ],
    ['550 STOREDRV.Deliver.Exception:QuotaExceededException failed', '550 STOREDRV.Deliver.Exception:QuotaExceededException failed'],
    ['554 5.1.1 RCP-P2 gone, AUP#I-1000 listed', '554 5.1.1 RCP-P2 gone, AUP#I-1000 listed'],
    ['550 SMTPUTF8 is required', '550 SMTPUTF8 is required'],
    ['unknown user: "kijitora"', 'unknown user: "{id}"'],
    ['550 odd {ip} text', '550 odd {text}ip{text} text'],
  ])('%s', (text, template) => {
    expect(mask(text)).toBe(template);
  });

  it('of two replies that differ in what varies only are the same', () => {
    expect(mask('552 5.7.0 spam detected, id 4f3a')).toBe(mask('552 5.7.0 spam detected, id 99bc'));
  });

  it.each(['id=', 'ref: ', 'session #', 'queue id '])('of ids are the same whether or not an id has a letter: %s', (before) => {
    expect(mask(`550 refused (${before}1234567)`)).toBe(mask(`550 refused (${before}12e4567)`));
    expect(mask('550 refused 12345678901')).toBe(mask('550 refused 123456f8901'));
  });

  it('never merge different reasons', () => {
    const replies = ['550 5.1.1 no', '550 5.2.1 no', '550 S3140', '550 S3150', '450 5.1.1 no', '550 [TSS04]', '550 [TSS09]'];
    expect(new Set(replies.map(mask)).size).toBe(replies.length);
  });
});

describe('the exact text', () => {
  const restored = (text: string, context: MaskContext = CONTEXT) => {
    const { template, values } = maskReply(text, context, isMeaningfulName);
    return fillTemplate(template, values, context);
  };

  it('comes back from real replies', () => {
    const texts = readFileSync(new URL('../fixtures/replies.jsonl', import.meta.url), 'utf8')
      .trim()
      .split('\n');
    for (const line of texts) {
      const { text } = JSON.parse(line) as { text: string };
      expect(restored(text, NO_CONTEXT)).toBe(text);
    }
  });

  it('comes back from any text', () => {
    const piece = fc.oneof(
      fc.string({ unit: 'binary', maxLength: 10 }),
      fc.constantFrom(
        'u@c.example',
        'mx.c.example',
        '192.0.2.1',
        '{ip}',
        '{recipient}',
        '550-',
        '5.1.1',
        'https://a.b/?x=1',
        '::1',
        '"',
        '\u0007',
        ' ',
      ),
    );
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 12 }), (pieces) => {
        const text = pieces.join('');
        expect(restored(text)).toBe(text);
      }),
      { numRuns: 2000 },
    );
  });
});

describe('the text for rules', () => {
  it('is one line without the repeated codes', () => {
    expect(textForRules('550-5.1.1 The account that you 550-5.1.1 tried does not 550 5.1.1 exist')).toBe(
      '550 5.1.1 The account that you tried does not exist'.replace('550 ', '550-'),
    );
  });
});
