import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ExportFramer } from '../../src/log/wrapping/export.js';

/** A field with its length, as the export format has it where a value holds control characters. */
function binary(name: string, value: string): Buffer {
  const bytes = Buffer.from(value);
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(bytes.length));
  return Buffer.concat([Buffer.from(`${name}\n`), length, bytes, Buffer.from('\n')]);
}

const entry = (message: Buffer) =>
  Buffer.concat([
    Buffer.from('__CURSOR=s=1;i=2\n__REALTIME_TIMESTAMP=1795506887463899\n_HOSTNAME=vm\nSYSLOG_IDENTIFIER=postfix/smtp\n_PID=8\n'),
    message,
    Buffer.from('OTHER=x\n\n'),
  ]);

/** Lines that come of these chunks. */
function linesOf(chunks: Buffer[]): { lines: string[]; pending: number; overlong: number } {
  const lines: string[] = [];
  const framer = new ExportFramer({ line: (bytes, start, end) => lines.push(bytes.toString('latin1', start, end)) });
  for (const chunk of chunks) framer.push(chunk);
  const { pending } = framer;
  framer.end();
  return { lines, pending, overlong: framer.overlong };
}

const HEAD = '2026-11-24T07:54:47.463Z vm postfix/smtp[8]: ';

describe('the journal’s export format', () => {
  it('reads text and binary fields', () => {
    const { lines } = linesOf([entry(Buffer.from('MESSAGE=one=1\n')), entry(binary('MESSAGE', 'a\n\nMESSAGE=fake\n\nb'))]);
    expect(lines).toEqual([`${HEAD}one=1`, `${HEAD}a MESSAGE=fake b`]);
  });

  it('gives the same for any chunking', () => {
    const content = Buffer.concat([entry(Buffer.from('MESSAGE=one\n')), entry(binary('MESSAGE', 'a\n\nb')), entry(Buffer.from('MESSAGE=three\n'))]);
    const whole = linesOf([content]).lines;
    fc.assert(
      fc.property(fc.array(fc.nat(content.length), { maxLength: 20 }), (cuts) => {
        const places = [0, ...cuts.sort((a, b) => a - b), content.length];
        const chunks = places.slice(1).map((end, index) => content.subarray(places[index], end));
        expect(linesOf(chunks).lines).toEqual(whole);
      }),
    );
  });

  it('holds back an entry that has not ended', () => {
    const content = entry(Buffer.from('MESSAGE=one\n'));
    expect(linesOf([content, content.subarray(0, 40)])).toMatchObject({ pending: 40 });
  });

  it('drops an entry that is too large, and reads on', () => {
    const huge = Buffer.concat([Buffer.from('__CURSOR=x\n'), Buffer.from(`COREDUMP=${'x'.repeat(3_000_000)}`), Buffer.from('\n\n')]);
    const chunks = [huge.subarray(0, 1_500_000), huge.subarray(1_500_000), entry(Buffer.from('MESSAGE=one\n'))];
    const { lines, pending } = linesOf(chunks);
    expect(lines.at(-1)).toBe(`${HEAD}one`);
    expect(pending).toBe(0);
  });

  it('survives any bytes', () => {
    fc.assert(
      fc.property(fc.array(fc.uint8Array({ maxLength: 200 }), { maxLength: 5 }), (chunks) => {
        linesOf([Buffer.from('__CURSOR=x\n'), ...chunks.map((chunk) => Buffer.from(chunk))]);
      }),
    );
  });
});
