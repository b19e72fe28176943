import { expect, it } from 'vitest';
import { ingest, memoryDatabase, sourceOf } from '../ingest/memory.js';

it('senders are stored once each, as they are written, also where there are more than are read at once', async () => {
  const db = memoryDatabase();
  const insert = db.prepare('INSERT INTO sender (address, domain) VALUES (?, ?)');
  db.transaction(() => {
    for (let index = 0; index < 20_010; index++) insert.run(`s${index}@a.example`, 'a.example');
  })();
  const lines = ['s5@a.example', 'S5@a.example', 'S5@A.example', 'new@a.example', 's20009@a.example', 'S5@a.example'].map((sender, index) => {
    const [id, stamp] = [`AAAAAA${index}`, `2026-10-24T18:00:0${index}.000Z h`];
    return `${stamp} postfix/qmgr[1]: ${id}: from=<${sender}>, size=1, nrcpt=1 (queue active)
${stamp} postfix/smtp[1]: ${id}: to=<u@b.example>, relay=mx.b.example[192.0.2.1]:25, delay=1, dsn=5.1.1, status=bounced (host mx.b.example[192.0.2.1] said: 550 5.1.1 user unknown (in reply to RCPT TO command))
`;
  });
  await ingest(db, [sourceOf(Buffer.from(lines.join('')))]);
  const addresses = db.prepare<[], string>('SELECT s.address FROM delivery d JOIN sender s ON s.id = d.sender_id ORDER BY d.id').pluck().all();
  expect(addresses).toEqual(['s5@a.example', 'S5@a.example', 'S5@A.example', 'new@a.example', 's20009@a.example', 'S5@a.example']);
  expect(db.prepare('SELECT count(*), count(DISTINCT address) FROM sender').raw().get()).toEqual([20_013, 20_013]);
});
