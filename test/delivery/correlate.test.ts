import { describe, expect, it } from 'vitest';
import { Correlator } from '../../src/delivery/correlate.js';
import type { Delivered, DeliveryEvent } from '../../src/delivery/event.js';
import { OpenMessages } from '../../src/delivery/open.js';
import { readLine } from '../records.js';

/** Feeds lines through the parsers and the correlator. */
function follow(lines: string[]): { events: DeliveryEvent[]; delivered: Delivered[]; open: OpenMessages } {
  const events: DeliveryEvent[] = [];
  const delivered: Delivered[] = [];
  const open = new OpenMessages();
  const correlator = new Correlator(open, { event: (event) => events.push(event), delivered: (one) => delivered.push(one) });
  for (const line of lines) {
    const read = readLine(line);
    if (read?.record) correlator.apply(read.record, Date.parse(read.time), read.host || 'h', read.mta);
  }
  return { events, delivered, open };
}

const at = (minute: number, text: string, daemon = 'smtp') =>
  `2026-11-24T08:${String(minute).padStart(2, '0')}:00Z mx1 postfix/${daemon}[1]: ${text}`;
const FROM = at(0, 'AAAAAA1: from=<s@a.example>, size=1, nrcpt=1 (queue active)', 'qmgr');
const DEFERRED =
  'AAAAAA1: to=<u@c.example>, relay=mx.c.example[192.0.2.1]:25, delay=1, dsn=4.2.2, status=deferred (host mx.c.example[192.0.2.1] said: 452 4.2.2 full (in reply to RCPT TO command))';
const SENT = 'AAAAAA1: to=<u@c.example>, relay=mx.c.example[192.0.2.1]:25, delay=1, dsn=2.0.0, status=sent (250 OK)';

describe('Postfix', () => {
  it('joins sender, message id and user by queue id', () => {
    const { events } = follow([
      at(0, 'AAAAAA1: client=h[192.0.2.9], sasl_username=bob', 'smtpd'),
      at(0, 'AAAAAA1: message-id=<1@a.example>', 'cleanup'),
      FROM,
      at(1, DEFERRED),
    ]);
    expect(events).toMatchObject([
      { outcome: 'deferred', sender: 's@a.example', messageId: '1@a.example', authUser: 'bob', attempt: 1, tried: true },
    ]);
  });

  it('says recovered with the first deferral’s reply, and counts it as delivered', () => {
    const { events, delivered } = follow([FROM, at(1, DEFERRED), at(2, DEFERRED.replace('4.2.2 full', '4.7.1 wait')), at(3, SENT)]);
    expect(events.map(({ outcome, attempt, said }) => [outcome, attempt, said.text.includes('full')])).toEqual([
      ['deferred', 1, true],
      ['deferred', 2, false],
      ['recovered', 3, true],
    ]);
    expect(delivered).toHaveLength(1);
  });

  it('expires every recipient that is still deferred, with the last reply', () => {
    const other = DEFERRED.replace('u@c.example', 'v@c.example');
    const { events } = follow([
      FROM,
      at(1, DEFERRED),
      at(1, other),
      at(2, SENT.replace('u@c', 'v@c')),
      at(3, DEFERRED.replace('full', 'still full')),
      at(4, 'AAAAAA1: from=<s@a.example>, status=expired, returned to sender', 'qmgr'),
      at(4, 'AAAAAA1: removed', 'qmgr'),
    ]);
    const expired = events.filter(({ outcome }) => outcome === 'expired');
    expect(expired).toMatchObject([{ recipient: 'u@c.example', attempt: 2, tried: false }]);
    expect(expired[0]?.said.text).toContain('still full');
  });

  it('does not count a deferral without an attempt as a try, and gives it the last try’s cause', () => {
    const suspended =
      'AAAAAA1: to=<u@c.example>, relay=none, delay=9, dsn=4.4.1, status=deferred (delivery temporarily suspended: lost connection with mx.c.example[192.0.2.1] while receiving the initial server greeting)';
    const { events } = follow([FROM, at(1, DEFERRED), at(2, suspended)]);
    expect(events[1]).toMatchObject({ tried: false, attempt: 1, causedBy: { text: expect.stringContaining('full') } });
  });

  it('knows that a queue id is used again', () => {
    const again = [
      at(5, 'AAAAAA1: client=h[192.0.2.9]', 'smtpd'),
      at(5, 'AAAAAA1: from=<other@a.example>, size=1, nrcpt=1 (queue active)', 'qmgr'),
      at(6, DEFERRED),
    ];
    for (const end of [[at(4, 'AAAAAA1: removed', 'qmgr')], []]) {
      const { events } = follow([FROM, at(1, DEFERRED), ...end, ...again]);
      expect(events.at(-1)).toMatchObject({ sender: 'other@a.example', attempt: 1 });
    }
  });

  it('takes one queue id on two hosts for two messages', () => {
    const { events } = follow([FROM, at(1, DEFERRED).replace(' mx1 ', ' mx2 ')]);
    expect(events[0]).toMatchObject({ host: 'mx2', sender: null });
  });

  it('does not count the hop to the content filter', () => {
    const hop = 'AAAAAA1: to=<u@c.example>, relay=127.0.0.1[127.0.0.1]:10024, delay=1, dsn=2.0.0, status=sent (250 2.0.0 Ok: queued as BBBBBB1)';
    expect(follow([FROM, at(1, hop)]).delivered).toEqual([]);
  });
});

describe('Exim', () => {
  const line = (minute: number, text: string) => `2026-11-24 08:${String(minute).padStart(2, '0')}:00 1xVlMV-0002A2-2h ${text}`;
  const arrived = line(0, '<= s@a.example H=c [192.0.2.9] P=esmtp S=1 id=1@a.example');

  it('ends with "retry timeout exceeded", caused by the last try', () => {
    const { events } = follow([
      arrived,
      line(
        1,
        '== u@c.example <U@c.example> R=r T=t defer (-44) H=mx [192.0.2.1]: SMTP error from remote mail server after RCPT TO:<U@c.example>: 452 4.2.2 full',
      ),
      line(2, '== u@c.example <U@c.example> routing defer (-52): retry time not reached'),
      line(3, '** U@c.example: retry timeout exceeded'),
      line(3, 'Completed'),
    ]);
    expect(events.map(({ outcome, attempt }) => [outcome, attempt])).toEqual([
      ['deferred', 1],
      ['deferred', 1],
      ['expired', 1],
    ]);
    expect(events[2]).toMatchObject({ recipient: 'U@c.example', sender: 's@a.example', said: { text: expect.stringContaining('full') } });
  });

  it('expires the children of the address that is named', () => {
    const { events } = follow([
      arrived,
      line(1, '== child@d.example <u@c.example> R=r T=t defer (111): Connection refused'),
      line(3, '** u@c.example: retry timeout exceeded'),
    ]);
    expect(events[1]).toMatchObject({ outcome: 'expired', recipient: 'child@d.example', said: { text: 'Connection refused' } });
  });

  it('has nothing but the timeout where no deferral was seen', () => {
    expect(follow([arrived, line(3, '** u@c.example: retry timeout exceeded')]).events).toMatchObject([
      { outcome: 'expired', said: { text: 'retry timeout exceeded' } },
    ]);
  });

  it('takes the host from the line before', () => {
    const { events } = follow([
      arrived,
      line(1, 'H=mx.c.example [192.0.2.1] Connection refused'),
      line(1, '== u@c.example R=r T=t defer (111): Connection refused'),
    ]);
    expect(events[0]?.said).toMatchObject({ mx: 'mx.c.example', mxIp: '192.0.2.1' });
  });
});

describe('a content filter', () => {
  const ARRIVED = [
    at(0, 'AAAAAA1: client=client.example[192.0.2.9], sasl_username=bob', 'smtpd'),
    at(0, 'AAAAAA1: message-id=<1@a.example>', 'cleanup'),
    FROM,
  ];
  const hop = (relay: string, id: string) =>
    `AAAAAA1: to=<u@c.example>, relay=${relay}, delay=1, dsn=2.0.0, status=sent (250 2.0.0 from MTA(smtp:[127.0.0.1]:10025): 250 2.0.0 Ok: queued as ${id})`;
  const failed = DEFERRED.replace('AAAAAA1', 'BBBBBB1');

  it('keeps user, client and arrival across the second queue id, recognised by the message id', () => {
    const { events, delivered } = follow([
      ...ARRIVED,
      at(1, 'BBBBBB1: client=localhost[127.0.0.1]', 'smtpd'),
      at(1, 'BBBBBB1: message-id=<1@a.example>', 'cleanup'),
      at(1, failed),
      at(2, hop('127.0.0.1[127.0.0.1]:10024', 'BBBBBB1')),
    ]);
    expect(events).toMatchObject([
      { sender: 's@a.example', authUser: 'bob', client: 'client.example', clientIp: '192.0.2.9', requeuedFrom: 'AAAAAA1' },
    ]);
    expect(delivered).toEqual([]);
  });

  it('takes the first queue id from XFORWARD', () => {
    const { events } = follow([
      ...ARRIVED,
      at(1, 'BBBBBB1: client=localhost[127.0.0.1], orig_queue_id=AAAAAA1, orig_client=client.example[192.0.2.9]', 'smtpd'),
      at(1, 'BBBBBB1: message-id=<other@filter>', 'cleanup'),
      at(1, failed),
    ]);
    expect(events).toMatchObject([{ sender: 's@a.example', authUser: 'bob', clientIp: '192.0.2.9', requeuedFrom: 'AAAAAA1' }]);
  });

  it('follows a filter on another address by what it answers', () => {
    const { events, delivered } = follow([
      ...ARRIVED,
      at(1, 'BBBBBB1: client=filter.internal[10.0.0.7]', 'smtpd'),
      at(1, 'BBBBBB1: message-id=<1@a.example>', 'cleanup'),
      at(2, hop('filter.internal[10.0.0.7]:10024', 'BBBBBB1')),
      at(2, failed),
    ]);
    expect(events).toMatchObject([{ authUser: 'bob', clientIp: '192.0.2.9', requeuedFrom: 'AAAAAA1' }]);
    expect(delivered).toEqual([]);
  });

  it('does not take a second copy from outside for the first one given back', () => {
    const { events, delivered } = follow([
      ...ARRIVED,
      at(1, 'BBBBBB1: client=other.example[192.0.2.10]', 'smtpd'),
      at(1, 'BBBBBB1: message-id=<1@a.example>', 'cleanup'),
      at(2, SENT),
      at(2, failed),
    ]);
    expect(events).toMatchObject([{ authUser: null, clientIp: '192.0.2.10', requeuedFrom: null }]);
    expect(delivered).toHaveLength(1);
  });

  it('counts a delivery that waited for the filter as recovered', () => {
    const waited =
      'AAAAAA1: to=<u@c.example>, relay=none, delay=1, dsn=4.4.1, status=deferred (connect to 127.0.0.1[127.0.0.1]:10024: Connection refused)';
    const { events, delivered } = follow([...ARRIVED, at(1, waited), at(2, hop('127.0.0.1[127.0.0.1]:10024', 'BBBBBB1'))]);
    expect(events.map(({ outcome }) => outcome)).toEqual(['deferred', 'recovered']);
    expect(delivered).toEqual([]);
  });

  it('is followed through Exim', () => {
    const line = (id: string, text: string) => `2026-11-24 08:00:00 ${id} ${text}`;
    const { events, delivered } = follow([
      line('1xVlMV-0002A2-2h', '<= s@a.example H=pc [192.0.2.9] P=esmtpsa A=login:bob S=1 id=1@a.example'),
      line('1xVlMV-0002A2-2i', '<= s@a.example H=localhost (amavis) [127.0.0.1] P=esmtp S=1 id=1@a.example'),
      line('1xVlMV-0002A2-2h', '=> u@c.example R=f T=f H=127.0.0.1 [127.0.0.1] C="250 2.0.0 from MTA: 250 OK id=1xVlMV-0002A2-2i"'),
      line('1xVlMV-0002A2-2i', '** u@c.example R=r T=t H=mx [192.0.2.1]: no'),
    ]);
    expect(events).toMatchObject([{ authUser: 'bob', clientIp: '192.0.2.9', requeuedFrom: '1xVlMV-0002A2-2h' }]);
    expect(delivered).toEqual([]);
  });
});

describe('ends without a result', () => {
  const changes = (lines: string[]) => {
    const { closed, ended } = follow(lines).open.takeChanges();
    return { closed: closed.map(({ end }) => end), ended: ended.map(({ end }) => end) };
  };
  const time = (minute: number) => Date.parse(`2026-11-24T08:0${minute}:00Z`);

  it('is removed by an administrator, in Postfix and in Exim', () => {
    expect(changes([FROM, at(1, DEFERRED), at(2, 'AAAAAA1: removed', 'postsuper')]).closed).toEqual([
      { how: 'removed', by: 'postsuper', time: time(2) },
    ]);
    const line = (text: string) => `2026-11-24 08:02:00 1xVlMV-0002A2-2h ${text}`;
    expect(changes([line('== u@c.example R=r T=t defer (111): Connection refused'), line('removed by root')]).closed).toEqual([
      { how: 'removed', by: 'root', time: time(2) },
    ]);
  });

  it('is discarded', () => {
    const discarded = 'AAAAAA1: to=<u@c.example>, relay=none, delay=9, dsn=2.0.0, status=sent (c.example)';
    const { events, delivered } = follow([FROM, at(1, DEFERRED), at(2, discarded, 'discard')]);
    expect(events.map(({ outcome }) => outcome)).toEqual(['deferred']);
    expect(delivered).toEqual([]);
    expect(changes([FROM, at(1, DEFERRED), at(2, discarded, 'discard')]).ended).toEqual([{ how: 'discarded', by: null, time: time(2) }]);
  });

  it('is cancelled by an administrator or a timeout: what was deferred has expired', () => {
    const line = (minute: number, text: string) => `2026-11-24 08:0${minute}:00 1xVlMV-0002A2-2h ${text}`;
    const { events } = follow([
      line(1, '== u@c.example R=r T=t defer (111): Connection refused'),
      line(2, 'cancelled by root'),
      line(2, 'Completed'),
    ]);
    expect(events.map(({ outcome, said }) => [outcome, said.text])).toEqual([
      ['deferred', 'Connection refused'],
      ['expired', 'Connection refused'],
    ]);
    expect(follow([line(2, 'cancelled by root')]).events).toEqual([]);
  });

  it('has expired for somebody, also when the log has not told for whom', () => {
    const { events } = follow([at(2, 'AAAAAA1: from=<s@a.example>, status=expired, returned to sender', 'qmgr')]);
    expect(events).toMatchObject([{ outcome: 'expired', recipient: null, sender: 's@a.example', delaySeconds: null }]);
  });
});

describe('what is open', () => {
  it('is bounded in number and age, and what is dropped is counted', () => {
    const lines = Array.from({ length: 10 }, (_, i) => at(i, `AAAAAA${i}: from=<s@a.example>, size=1, nrcpt=1 (queue active)`, 'qmgr'));
    const { open } = follow(lines);
    open.enforce({ maxMessages: 8, maxAge: 3_600_000 }, Date.parse('2026-11-24T08:09:00Z'));
    expect([open.size, open.dropped]).toEqual([8, 2]);
    open.enforce({ maxMessages: 8, maxAge: 60_000 }, Date.parse('2026-11-24T08:09:00Z'));
    expect([open.size, open.dropped]).toEqual([2, 8]);
  });
});
