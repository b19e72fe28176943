/** Lines of a busy hour: deliveries that are deferred and end later, so that state must survive whatever happens. */
export function busyHour(count: number): string[] {
  const reply = (text: string) => `(host mx.c.example[192.0.2.1] said: ${text} (in reply to RCPT TO command))`;
  return Array.from({ length: count }, (_, i) => {
    const stamp = new Date(Date.UTC(2026, 10, 24, 8) + i * 1000).toISOString();
    const id = `A${(0xbcdef0 + Math.floor(i / 4)).toString(16).toUpperCase()}`;
    const to = `${stamp} mx1 postfix/smtp[1]: ${id}: to=<u${i % 40}@c${i % 3}.example>, relay=mx.c.example[192.0.2.1]:25, delay=1`;
    if (i % 4 === 0) return `${stamp} mx1 postfix/qmgr[1]: ${id}: from=<s${i % 5}@a.example>, size=1, nrcpt=1 (queue active)`;
    if (i % 4 === 1) return `${to.replace(/u\d+@c\d/, `u${Math.floor(i / 4)}@c0`)}, dsn=4.2.2, status=deferred ${reply('452 4.2.2 full')}`;
    if (i % 4 === 2) return `${to}, dsn=5.1.1, status=bounced ${reply('550 5.1.1 no such user')}`;
    return `${to.replace(/u\d+@c\d/, `u${Math.floor(i / 4)}@c0`)}, dsn=2.0.0, status=sent (250 OK)`;
  });
}

/** mulberry32, so that a failure can be repeated. */
export function random(seed: number): (n: number) => number {
  let a = seed;
  return (n) => {
    a = (a + 0x6d2b79f5) | 0;
    let t = Math.imul(a ^ (a >>> 15), 1 | a);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) % n;
  };
}
