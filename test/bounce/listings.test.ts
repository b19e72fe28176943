import { expect, it } from 'vitest';
import { Interpreter } from '../../src/bounce/interpret.js';

const interpreter = new Interpreter();

it.each([
  ['554 5.7.1 dynamic address 192.0.2.10 found in pbl.spamhaus.org', 'spamhaus-pbl', '192.0.2.10'],
  ['554 5.7.1 Service unavailable; Client host [192.0.2.10] blocked using zen.spamhaus.org=127.0.0.4', 'spamhaus-zen', '192.0.2.10'],
  ['550 5.7.1 blocked using b.barracudacentral.org; http://www.barracudanetworks.com/reputation/?pr=1&ip=192.0.2.10', 'barracuda', '192.0.2.10'],
  ['554 5.7.1 blocked using bl.spamcop.net; Blocked - see https://www.spamcop.net/bl.shtml?192.0.2.10', 'spamcop', '192.0.2.10'],
  ['553 5.7.1 mail from 192.0.2.10 refused, listed on UCEPROTECT level 1 (dnsbl-1.uceprotect.net)', 'uceprotect-1', '192.0.2.10'],
  ['550 5.7.606 Access denied, banned sending IP [192.0.2.10]. Visit https://sender.office.com/', 'microsoft', '192.0.2.10'],
  ['550 is in an RBL on rbl.example-host.net, see https://rbl.example-host.net/?q=192.0.2.10', 'rbl.example-host.net', '192.0.2.10'],
  ['554 Client host [2001:db8::25] blocked using bl.unheard-of.example', 'bl.unheard-of.example', '2001:db8::25'],
  ['550 5.7.1 192.0.2.0/24 is on our block list (S3150)', 'microsoft', '192.0.2.0/24'],
  ['554 5.7.1 10.2.0.192.bl.unheard-of.example is listed, blocked using bl.unheard-of.example', 'bl.unheard-of.example', '192.0.2.10'],
  ['554 mail from 198.51.100.7 to 203.0.113.9 blocked, see https://www.spamhaus.org/query/ip/192.0.2.10', 'spamhaus-zen', '192.0.2.10'],
  ['550 192.0.2.10. is listed at zen.spamhaus.org', 'spamhaus-zen', '192.0.2.10'],
  ['550 5.7.1 message contains a URI listed in dbl.spamhaus.org: bad-link.example', 'spamhaus-dbl', 'bad-link.example'],
  ['554 5.7.1 rejected: link domain listed at multi.surbl.org', 'surbl', ''],
])('%s', (text, list, subject) => {
  expect(interpreter.readBare(text).listing).toMatchObject({ list, subject });
});

it('names no list where the reply is about something else', () => {
  expect(interpreter.readBare('550 5.1.1 User unknown, see https://www.spamhaus.org/faq/').listing?.list ?? null).not.toBe('');
  expect(interpreter.readBare('550 5.1.1 User unknown').listing).toBeNull();
});
