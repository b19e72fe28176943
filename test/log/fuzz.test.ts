import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { Interpreter } from '../../src/bounce/interpret.js';
import { readLine } from '../records.js';
import { FIXTURES } from '../run.js';

const lines = ['p1-mail.iso.log', 'p1-mail.rfc5424.log', 'p2-maillog_file.log', 'e2-mainlog', 'e3-rejectlog'].flatMap((file) =>
  readFileSync(`${FIXTURES}real-logs/${file}`, 'utf8').trim().split('\n'),
);

/** A real line with pieces cut out, doubled, or replaced by what syntax is made of. */
const mutated = fc
  .tuple(
    fc.constantFrom(...lines),
    fc.array(
      fc.tuple(
        fc.nat(600),
        fc.nat(12),
        fc.oneof(fc.string({ unit: 'binary', maxLength: 4 }), fc.constantFrom('"', '<', '>', ': ', ', ', '[', '\\', '\0', '=> ', 'to=<')),
      ),
      { maxLength: 5 },
    ),
  )
  .map(
    ([line, changes]) =>
      changes.reduce((text, [at, cut, put]) => text.slice(0, at % text.length || 0) + put + text.slice((at % text.length || 0) + cut), line) || ' ',
  );

it('no damaged line ends a run, and what is read of it can be interpreted', () => {
  const interpreter = new Interpreter();
  fc.assert(
    fc.property(mutated, (line) => {
      let record: ReturnType<typeof readLine> = null;
      try {
        record = readLine(line.replaceAll('\n', ' '));
      } catch (error) {
        // A time that is no time shows as such; everything else must be read or left.
        expect(error).toBeInstanceOf(RangeError);
      }
      if (record?.record?.kind !== 'attempt') return;
      const { text, dsn, transport, recipient, mx, mxIp } = record.record;
      expect(interpreter.read(text, record.mta, dsn, transport, { recipient, mx, mxIp }, null).kind.cause).toBeTypeOf('string');
    }),
    { numRuns: 10_000 },
  );
});
