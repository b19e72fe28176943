import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readDeliveryStatus } from '../../../src/bounce/message/dsn.js';
import { isMailMessage, readBounceMessage } from '../../../src/bounce/message/read.js';

/** A multipart/report as Postfix writes it. */
function report(status: string, text = ''): Buffer {
  return Buffer.from(`Return-Path: <>
From: MAILER-DAEMON@mx1.a.example (Mail Delivery System)
Subject: Undelivered Mail Returned to Sender
To: s@a.example
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status; boundary="B"

--B
Content-Type: text/plain; charset=utf-8

${text}

--B
Content-Type: message/delivery-status

${status}
--B
Content-Type: message/rfc822

From: s@a.example
Subject: hello
Message-ID: <17@a.example>

hi 550 5.1.1 not this
--B--
`);
}

const STATUS = `Reporting-MTA: dns; mx1.a.example
Arrival-Date: Tue, 24 Nov 2026 07:54:47 +0000

Final-Recipient: rfc822; u@c.example
Original-Recipient: rfc822;info@b.example
Action: failed
Status: 5.1.1
Remote-MTA: dns; mx.c.example (192.0.2.1, the server for the domain)
Diagnostic-Code: smtp; 550 5.1.1 <u@c.example>: Recipient address rejected:
    User unknown

Final-Recipient: utf-8; jürgen@müller.example
Action: delayed
Status: 4.4.1 (no answer)
`;

describe('bounce messages', () => {
  it('are read from their delivery status', async () => {
    const message = await readBounceMessage(report(STATUS));
    expect(message).toMatchObject({
      reportingMta: 'mx1.a.example',
      subject: 'Undelivered Mail Returned to Sender',
      originalMessageId: '17@a.example',
      originalSubject: 'hello',
      recipients: [
        {
          address: 'u@c.example',
          original: 'info@b.example',
          action: 'failed',
          server: 'mx.c.example',
          serverIp: '192.0.2.1',
          status: '5.1.1',
          reply: '550 5.1.1 <u@c.example>: Recipient address rejected: User unknown',
        },
        { address: 'jürgen@müller.example', action: 'delayed', status: '4.4.1', reply: '4.4.1 (no answer)' },
      ],
    });
  });

  it('are filled up from their text', async () => {
    const text =
      '<u@c.example>: host mx9.c.example[192.0.2.9] said: 550 5.1.1 <u@c.example>: Recipient address\n    rejected: User unknown (in reply to RCPT TO command)';
    const status = STATUS.split('\n\n')
      .slice(0, 2)
      .join('\n\n')
      .replace(/Remote-MTA.*\n/, '')
      .replace(/Diagnostic-Code[\s\S]*/, '');
    expect((await readBounceMessage(report(status, text))).recipients).toMatchObject([
      { address: 'u@c.example', server: 'mx9.c.example', status: '5.1.1', reply: expect.stringContaining('(in reply to RCPT TO command)') },
    ]);
  });

  it('are read from text and from HTML where there is no status', async () => {
    const head = 'From: MAILER-DAEMON@a.example\nSubject: failure\n';
    const plain = await readBounceMessage(Buffer.from(`${head}\n<u@c.example>:\nSorry, no mailbox here by that name. (#5.1.1)\n`));
    expect(plain.recipients).toMatchObject([{ address: 'u@c.example', reply: 'Sorry, no mailbox here by that name. (#5.1.1)' }]);
    const html = `${head}Content-Type: text/html\n\n<style>p{}</style><p>Your message wasn't delivered to <b>u@c.example</b> because&nbsp;&hellip;</p><p>The response was:</p><p>550 5.1.1 no such user</p>`;
    expect((await readBounceMessage(Buffer.from(html))).recipients).toMatchObject([{ address: 'u@c.example', reply: '550 5.1.1 no such user' }]);
  });

  it('are told from replies', () => {
    expect(isMailMessage(report(STATUS))).toBe(true);
    expect(isMailMessage(Buffer.from('From s@a.example Tue Nov 24\nSubject: x\nTo: y\n\n'))).toBe(true);
    expect(isMailMessage(Buffer.from('550 5.1.1 no'))).toBe(false);
    expect(isMailMessage(Buffer.from('host: 550 no'))).toBe(false);
  });

  it('survive any bytes', async () => {
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 300 }), fc.nat(2000), async (bytes, at) => {
        const content = report(STATUS);
        await readBounceMessage(Buffer.concat([content.subarray(0, at), bytes, content.subarray(at)]));
        readDeliveryStatus(Buffer.from(bytes).toString('latin1'));
      }),
      { numRuns: 200 },
    );
  });
});
