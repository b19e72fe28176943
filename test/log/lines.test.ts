import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { LineFramer, MAX_LINE_BYTES } from '../../src/log/lines.js';

function frame(chunks: Buffer[]): string[] {
  const lines: string[] = [];
  const framer = new LineFramer({ line: (block, start, end) => lines.push(block.slice(start, end)) });
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

  it('gives the same lines for any chunking of any bytes', () => {
    const bytes = fc.uint8Array({ maxLength: 200 }).map((array) => Buffer.from(array.map((byte) => (byte % 5 === 0 ? 10 : byte))));
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
