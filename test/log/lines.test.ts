import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { LineFramer, MAX_LINE_BYTES } from '../../src/log/lines.js';

function frame(chunks: Buffer[]): string[] {
  const lines: string[] = [];
  const framer = new LineFramer({ line: (bytes, start, end) => lines.push(bytes.toString('latin1', start, end)) });
  for (const chunk of chunks) framer.push(chunk);
  framer.end();
  return lines;
}

function cut(bytes: Buffer, at: number[]): Buffer[] {
  const points = [...new Set(at.map((point) => point % (bytes.length + 1)))].sort((a, b) => a - b);
  return [0, ...points].map((point, index) => bytes.subarray(point, [...points, bytes.length][index]));
}

describe('LineFramer', () => {
  it('splits lines, CRLF too, and gives the unfinished last one at the end', () => {
    expect(frame([Buffer.from('a\r\nb\n\nc')])).toEqual(['a', 'b', '', 'c']);
  });

  it('cuts an overlong line and goes on after it, however it is chunked', () => {
    const long = 'x'.repeat(MAX_LINE_BYTES + 5000);
    const bytes = Buffer.from(`a\n${long}\nb\n`);
    for (const size of [bytes.length, 1000, 65_536]) {
      const chunks = Array.from({ length: Math.ceil(bytes.length / size) }, (_, i) => bytes.subarray(i * size, (i + 1) * size));
      expect(frame(chunks).map((line) => line.length)).toEqual([1, MAX_LINE_BYTES, 1]);
    }
  });

  it.each([
    ['a log that was truncated under a daemon that does not append', `${'\0'.repeat(500)}one\ntwo\n`, ['one', 'two']],
    ['more of it than a line may have', `${'\0'.repeat(3 * MAX_LINE_BYTES)}one\ntwo\n`, ['one', 'two']],
    ['a crash in the middle of a line', `one\ntw${'\0'.repeat(4096)}three\nfour\n`, ['one', 'three', 'four']],
    ['a stray NUL', 'one\nt\0wo\n', ['one', 't\0wo']],
    ['NULs and no more', `one\n${'\0'.repeat(4096)}`, ['one', '']],
  ])('takes up where the text does after NULs: %s', (_, text, lines) => {
    const bytes = Buffer.from(text);
    for (const size of [bytes.length, 65_536, 1000, 7]) {
      const chunks = Array.from({ length: Math.ceil(bytes.length / size) }, (_, i) => bytes.subarray(i * size, (i + 1) * size));
      expect(frame(chunks)).toEqual(lines);
    }
  });

  it('gives the same lines for any chunking of any bytes', () => {
    const bytes = fc
      .array(
        fc.oneof(
          fc.string(),
          fc.constant('\n'),
          fc.nat(20).map((n) => '\0'.repeat(n)),
        ),
        { maxLength: 20 },
      )
      .map((parts) => Buffer.from(parts.join('')));
    fc.assert(
      fc.property(bytes, fc.array(fc.nat(200), { maxLength: 10 }), (content, at) => {
        expect(frame(cut(content, at))).toEqual(frame([content]));
      }),
    );
  });

  it('knows what it holds back', () => {
    const framer = new LineFramer({ line: () => {} });
    framer.push(Buffer.from('one\ntwo'));
    expect(framer.pending).toBe(3);
    framer.push(Buffer.alloc(MAX_LINE_BYTES, 'x'));
    expect(framer.pending).toBe(3 + MAX_LINE_BYTES);
    framer.push(Buffer.from('\n'));
    expect(framer.pending).toBe(0);
    expect(framer.overlong).toBe(1);
  });
});
