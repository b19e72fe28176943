import { FirstFailures } from './first-failures.js';
import { type PackedRow, type Piece, RowSums } from './packed-rows.js';
import { PACKED_SUMMARIES, type PackedSummary, REPLY_SUMMARIES } from './summary-kinds.js';

/** What is stored of an hour under the number of a summary. */
export type Packed = Map<number, readonly Piece[]>;

/** Failures of an hour by domain, provider and sender. */
export class HourSums {
  readonly #kinds: Record<PackedSummary, Kind>;

  /** @param hour since 1970 */
  constructor(hour: number) {
    this.#kinds = { domain: new Kind(hour), provider: new Kind(hour), sender: new Kind(hour) };
  }

  /** @param reply what the deliveries failed with */
  add(summary: PackedSummary, row: PackedRow, reply: number): void {
    this.#kinds[summary].add(row, reply);
  }

  packed(): Packed {
    const { domain, provider, sender } = this.#kinds;
    return new Map([...domain.packedAs('domain'), ...provider.packedAs('provider'), ...sender.packedAs('sender')]);
  }
}

/** Failures by one kind of value. */
class Kind {
  readonly #rows: RowSums;
  readonly #firsts = new FirstFailures();

  constructor(hour: number) {
    this.#rows = new RowSums(hour);
  }

  add(row: PackedRow, reply: number): void {
    this.#rows.add(row);
    if (row.priorHour === 0) this.#firsts.add(row.key, reply, row.deliveries);
  }

  packedAs(summary: PackedSummary): [number, Piece[]][] {
    return [
      [PACKED_SUMMARIES[summary], this.#rows.packed()],
      [REPLY_SUMMARIES[summary], [{ first: 0, rows: this.#firsts.packed() }]],
    ];
  }
}
