import type { Delivered, DeliveryEvent, DeliverySink } from '../delivery/event.js';
import type { FailedRecipients } from '../delivery/failed.js';
import { detach } from '../log/encoding.js';
import type { Glance } from '../log/glance.js';
import type { DeliveredCounts, Redelivered } from '../store/store.js';
import { Tallies } from './tallies.js';
import type { Writer } from './writer.js';

/** Takes what the correlator finds: failures are handed on, delivered mail is counted. */
export class Collector implements DeliverySink {
  readonly #writer: Writer;
  #waiting = 0;
  readonly #tallies = new Tallies();
  /** In this run: deliveries that ended well, and events by hardness. */
  readonly totals = { delivered: 0, deferred: 0, failed: 0, recovered: 0, rejected: 0 };

  readonly #failed: FailedRecipients;
  /** When mail last reached somebody whom it had failed to reach for good. */
  readonly #redelivered = new Map<string, number>();

  /** @param failed whom a delivery has failed to reach for good, ever; added to */
  constructor(writer: Writer, failed: FailedRecipients) {
    this.#writer = writer;
    this.#failed = failed;
  }

  /** Events since the last call of `take`. */
  get waiting(): number {
    return this.#waiting;
  }

  event(event: DeliveryEvent): void {
    this.#waiting++;
    this.#writer.event(event);
    if (event.outcome === 'deferred') this.totals.deferred++;
    else if (event.outcome === 'recovered') this.totals.recovered++;
    else if (event.outcome === 'rejected') this.totals.rejected++;
    else {
      this.totals.failed++;
      if (event.recipient !== null) this.#failed.add(event.recipient);
    }
  }

  delivered({ time, host, recipient, mx }: Delivered): void {
    this.totals.delivered++;
    if (this.#failed.mayHave(recipient)) this.#redelivered.set(detach(recipient), time);
    this.#tallies.add(host, recipient, mx, time);
  }

  /** The same, of a delivery as a glance has found it. */
  deliveredAt(time: number, host: string, bytes: Buffer, glance: Glance): void {
    this.totals.delivered++;
    const { recipient, recipientEnd, recipientHash } = glance;
    if (this.#failed.mayHaveAt(bytes, recipient, recipientEnd, recipientHash)) {
      this.#redelivered.set(bytes.toString('latin1', recipient, recipientEnd), time);
    }
    this.#tallies.addAt(host, bytes, glance, time);
  }

  /** Recipients reached since the last call although a delivery to them had failed before. */
  takeRedelivered(): Redelivered[] {
    const taken = [...this.#redelivered].map(([recipient, time]) => ({ recipient, time }));
    this.#redelivered.clear();
    return taken;
  }

  /** What was counted since the last call. */
  take(): DeliveredCounts {
    this.#waiting = 0;
    return this.#tallies.take();
  }
}
