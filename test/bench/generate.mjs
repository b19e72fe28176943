// Writes a synthetic mail log: seeded, so that the same options give the same bytes.
// node test/bench/generate.mjs --mta postfix --mb 100 --failures 0.12 --out /tmp/mail.log
import { closeSync, openSync, writeSync } from 'node:fs';
import { parseArgs } from 'node:util';

const { values } = parseArgs({
  options: {
    mta: { type: 'string', default: 'postfix' },
    mb: { type: 'string', default: '100' },
    failures: { type: 'string', default: '0.12' },
    concurrency: { type: 'string', default: '200' },
    days: { type: 'string', default: '0' },
    seed: { type: 'string', default: '1' },
    out: { type: 'string' },
  },
});
if (values.out === undefined) throw new Error('--out FILE is missing');

/** mulberry32: small, fast and the same everywhere. */
function random(seed) {
  let a = seed;
  return () => {
    a = (a + 0x6d2b79f5) | 0;
    let t = Math.imul(a ^ (a >>> 15), 1 | a);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}

const next = random(Number(values.seed));
const int = (n) => Math.floor(next() * n);
/** Few domains get most of the mail. */
const zipf = (n) => Math.min(n - 1, Math.floor(n ** next()) - 1);
const pick = (list) => list[int(list.length)];
const hex = (n) => Array.from({ length: n }, () => '0123456789abcdef'[int(16)]).join('');

const GMAIL = () => `gmail-smtp-in.l.google.com[142.250.27.${26 + int(2)}]`;
const BIG = [
  ['gmail.com', GMAIL],
  ['outlook.com', () => `outlook-com.olc.protection.outlook.com[52.101.${int(256)}.${int(256)}]`],
  ['yahoo.com', () => `mta${5 + int(3)}.am0.yahoodns.net[67.195.204.${70 + int(10)}]`],
  ['gmx.net', () => `mx0${int(2)}.emig.gmx.net[212.227.15.${int(20)}]`],
  ['t-online.de', () => `mx0${int(4)}.t-online.de[194.25.134.${int(80)}]`],
];
const domain = () => {
  const rank = zipf(20_000);
  if (rank < 40) return BIG[rank % BIG.length];
  return [`company${rank}.example`, () => `mx${1 + (rank % 2)}.company${rank}.example[198.51.${100 + (rank % 100)}.${rank % 250}]`];
};
/** A host sends from a few addresses, and is listed for some days of a month. */
const ownIp = () => `192.0.2.${int(4)}`;
const isListed = () => Math.floor(clock / 86_400_000) % 30 < 3;
const reply = () => {
  for (;;) {
    const one = pick(REPLIES);
    if (one[3] !== true || isListed()) return one;
  }
};
/** The reply of a receiver: [soft, text, its place in the conversation, only while we are listed]. */
const REPLIES = [
  [0, (to) => `550 5.1.1 <${to}>: Recipient address rejected: User unknown in virtual mailbox table`, 'RCPT TO'],
  [
    0,
    () =>
      `550-5.1.1 The email account that you tried to reach does not exist. Please try 550-5.1.1 double-checking the recipient's email address for typos or 550-5.1.1 unnecessary spaces. Learn more at 550 5.1.1 https://support.google.com/mail/?p=NoSuchUser ${hex(12)}si${int(1e7)}ejb.${int(999)} - gsmtp`,
    'RCPT TO',
  ],
  [
    0,
    () =>
      `550 5.4.1 Recipient address rejected: Access denied. [AM${int(9)}PEPF0000${int(99)}.eurprd0${int(9)}.prod.outlook.com 2026-11-24T07:00:00.000Z 08D${hex(9).toUpperCase()}]`,
    'RCPT TO',
  ],
  [0, (to) => `554 5.7.1 <${to}>: Relay access denied`, 'RCPT TO'],
  [
    0,
    () => `554 5.7.1 Service unavailable; Client host [${ownIp()}] blocked using zen.spamhaus.org; https://www.spamhaus.org/query/ip/${ownIp()}`,
    'RCPT TO',
    true,
  ],
  [0, () => `552 5.2.2 Mailbox full`, 'RCPT TO'],
  [0, () => `554 5.7.1 Message rejected as spam, id=${hex(8)}-${int(99)}`, 'end of DATA'],
  [1, (to) => `450 4.2.0 <${to}>: Recipient address rejected: Greylisted, see http://postgrey.schweikert.ch/help/x.html`, 'RCPT TO'],
  [
    1,
    () =>
      `421-4.7.28 Our system has detected an unusual rate of unsolicited mail originating 421-4.7.28 from your IP address. To protect our users, mail sent from 421 4.7.28 your IP address has been temporarily rate limited. ${hex(10)} - gsmtp`,
    'end of DATA',
  ],
  [1, () => `452 4.2.2 The recipient's inbox is out of storage space ${hex(12)} - gsmtp`, 'RCPT TO'],
  [1, () => `451 4.3.0 Temporary system failure (${hex(6)})`, 'MAIL FROM'],
];

const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];
let clock = Date.UTC(2026, 10, 20) - Number(values.days) * 86_400_000;
const two = (n) => String(n).padStart(2, '0');
function stamp() {
  const t = new Date(clock);
  const time = `${two(t.getUTCHours())}:${two(t.getUTCMinutes())}:${two(t.getUTCSeconds())}`;
  return values.mta === 'exim'
    ? `${t.getUTCFullYear()}-${two(t.getUTCMonth() + 1)}-${two(t.getUTCDate())} ${time}`
    : `${MONTHS[t.getUTCMonth()]} ${String(t.getUTCDate()).padStart(2)} ${time} mail1`;
}

let serial = 0;
const base62 = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';
const eximId = () => {
  let n = ++serial;
  let s = '';
  for (let i = 0; i < 6; i++) {
    s = base62[n % 62] + s;
    n = Math.floor(n / 62);
  }
  return `1xVl${base62[int(62)]}M-${s}-${base62[int(62)]}${base62[int(62)]}`;
};

/** The lines of one message's life, in order. */
function* postfixMessage() {
  const id = (0x10000000000 + ++serial * 7919).toString(16).toUpperCase();
  const sender = `user${zipf(3000)}@sender${zipf(50)}.example`;
  const client = `client${int(500)}.example[10.1.${int(256)}.${int(256)}]`;
  yield `postfix/smtpd[${2000 + int(50)}]: connect from ${client}`;
  yield `postfix/smtpd[${2000 + int(50)}]: ${id}: client=${client}${next() < 0.5 ? `, sasl_method=PLAIN, sasl_username=${sender}` : ''}`;
  yield `postfix/cleanup[${2100 + int(50)}]: ${id}: message-id=<${hex(24)}@${sender.split('@')[1]}>`;
  yield `postfix/qmgr[900]: ${id}: from=<${sender}>, size=${1000 + int(100000)}, nrcpt=1 (queue active)`;
  yield `postfix/smtpd[${2000 + int(50)}]: disconnect from ${client} ehlo=1 mail=1 rcpt=1 data=1 quit=1 commands=5`;
  const [name, mx] = domain();
  const to = `${pick(['info', 'kim', 'john.doe', 'sales', 'maria'])}${int(5000)}@${name}`;
  const result = (word, dsn, text, host) =>
    `postfix/smtp[${2200 + int(100)}]: ${id}: to=<${to}>, relay=${host}:25, delay=${(next() * 3).toFixed(2)}, delays=0.1/0.01/0.4/0.5, dsn=${dsn}, status=${word} (${text})`;
  if (next() < Number(values.failures)) {
    const [soft, text, command] = reply();
    for (let tries = soft ? 1 + int(3) : 1; tries > 0; tries--) {
      const host = mx();
      yield result(soft ? 'deferred' : 'bounced', soft ? '4.2.0' : '5.1.1', `host ${host} said: ${text(to)} (in reply to ${command} command)`, host);
    }
    if (soft) yield result('sent', '2.0.0', '250 2.0.0 Ok: queued', mx());
    else yield `postfix/bounce[2300]: ${id}: sender non-delivery notification: ${hex(11).toUpperCase()}`;
  } else {
    yield result('sent', '2.0.0', `250 2.0.0 OK  ${int(1e9)} ${hex(16)}si${int(1e6)}wrb.${int(999)} - gsmtp`, mx());
  }
  yield `postfix/qmgr[900]: ${id}: removed`;
}

function* eximMessage() {
  const id = eximId();
  const sender = `user${zipf(3000)}@sender${zipf(50)}.example`;
  yield `${id} <= ${sender} H=client${int(500)}.example [10.1.${int(256)}.${int(256)}] P=esmtpsa X=TLS1.3:TLS_AES_256_GCM_SHA384:256 A=plain:${sender} S=${1000 + int(100000)} id=${hex(24)}@x.example`;
  const [name, mx] = domain();
  const to = `${pick(['info', 'kim', 'john.doe', 'sales', 'maria'])}${int(5000)}@${name}`;
  const host = () => mx().replace('[', ' [');
  if (next() < Number(values.failures)) {
    const [soft, text, command] = reply();
    const after = command === 'RCPT TO' ? `RCPT TO:<${to}>` : command === 'end of DATA' ? 'end of data' : `pipelined MAIL FROM:<${sender}> SIZE=1376`;
    for (let tries = soft ? 1 + int(3) : 1; tries > 0; tries--) {
      const failed = `H=${host()}: SMTP error from remote mail server after ${after}: ${text(to)}`;
      yield soft ? `${id} == ${to} R=dnslookup T=remote_smtp defer (-44) ${failed}` : `${id} ** ${to} R=dnslookup T=remote_smtp ${failed}`;
    }
    if (soft) yield `${id} => ${to} R=dnslookup T=remote_smtp H=${host()} C="250 OK"`;
  } else {
    yield `${id} => ${to} R=dnslookup T=remote_smtp H=${host()} X=TLS1.3:TLS_AES_256_GCM_SHA384:256 CV=yes C="250 2.0.0 OK ${int(1e9)} ${hex(16)}si${int(1e6)} - gsmtp"`;
  }
  yield `${id} Completed`;
}

const message = values.mta === 'exim' ? eximMessage : postfixMessage;
const active = Array.from({ length: Number(values.concurrency) }, message);
const file = openSync(values.out, 'w');
const goal = Number(values.mb) * 1e6;
let written = 0;
/** Milliseconds between two lines on average, so that the log spans the days asked for; 0: as a busy host writes. */
const LINE_BYTES = values.mta === 'exim' ? 175 : 135;
const pace = (Number(values.days) * 86_400_000) / ((Number(values.mb) * 1e6) / LINE_BYTES);
let buffer = '';
while (written < goal || active.length > 0) {
  const at = int(active.length);
  const step = active[at].next();
  if (step.done) {
    if (written < goal) active[at] = message();
    else active.splice(at, 1);
    continue;
  }
  clock += pace === 0 ? 4 + int(5) : int(2 * pace);
  const line = `${stamp()} ${step.value}\n`;
  buffer += line;
  written += line.length;
  if (buffer.length > 1e6) {
    writeSync(file, buffer);
    buffer = '';
  }
}
writeSync(file, buffer);
closeSync(file);
