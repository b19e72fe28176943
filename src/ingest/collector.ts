import type { Delivered, DeliveryEvent, DeliverySink } from '../delivery/event.js';
import type { FailedRecipients } from '../delivery/failed.js';
import { domainOf } from '../log/address.js';
import { detach } from '../log/encoding.js';
import type { Redelivered } from '../store/store.js';
import type { Tally, Writer } from './writer.js';

type ByDomain = Map<string | null, Map<string | null, Tally>>;

/** Takes what the correlator finds: failures are handed on, delivered mail is counted. */
export class Collector implements DeliverySink {
  readonly #writer: Writer;
  #waiting = 0;
  /** By hour and host, then domain, then MX: three look-ups of strings that are there already cost less than one new key. */
  readonly #tallies = new Map<string, ByDomain>();
  #hour = 0;
  #host = '';
  #byDomain: ByDomain = new Map();
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
    const hour = Math.floor(time / 3_600_000);
    if (hour !== this.#hour || host !== this.#host) this.#turnTo(hour, host);
    const domain = domainOf(recipient);
    const tally = this.#byDomain.get(domain)?.get(mx) ?? this.#newTally(host, domain, mx, time);
    tally.count++;
    if (time < tally.firstSeen) tally.firstSeen = time;
    if (time > tally.lastSeen) tally.lastSeen = time;
  }

  /** Recipients reached since the last call although a delivery to them had failed before. */
  takeRedelivered(): Redelivered[] {
    const taken = [...this.#redelivered].map(([recipient, time]) => ({ recipient, time }));
    this.#redelivered.clear();
    return taken;
  }

  /** What was counted since the last call. */
  take(): Tally[] {
    this.#waiting = 0;
    const taken: Tally[] = [];
    for (const byDomain of this.#tallies.values()) {
      for (const byMx of byDomain.values()) {
        for (const tally of byMx.values()) taken.push(tally);
      }
    }
    this.#tallies.clear();
    this.#hour = 0;
    return taken;
  }

  #turnTo(hour: number, host: string): void {
    this.#hour = hour;
    this.#host = host;
    const key = `${hour} ${host}`;
    this.#byDomain = this.#tallies.get(key) ?? new Map();
    this.#tallies.set(key, this.#byDomain);
  }

  #newTally(host: string, recipientDomain: string | null, mxHost: string | null, time: number): Tally {
    const domain = recipientDomain && detach(recipientDomain);
    const mx = mxHost && detach(mxHost);
    const tally = { host, domain, mx, count: 0, firstSeen: time, lastSeen: time };
    const byMx = this.#byDomain.get(domain);
    if (byMx === undefined) this.#byDomain.set(domain, new Map([[mx, tally]]));
    else byMx.set(mx, tally);
    return tally;
  }
}
