import type { Interpreter } from '../bounce/interpret.js';
import { providerOf } from '../bounce/providers.js';
import type { Delivered, DeliveryEvent, DeliverySink } from '../delivery/event.js';
import { detach } from '../log/encoding.js';
import type { DeliveredTally, InterpretedEvent } from '../store/store.js';

/** Providers remembered by MX and domain; a busy host meets some ten thousand. */
const MAX_PROVIDERS = 100_000;

/** Tallies kept for their ids; a spammed host does not grow them without end. */
const MAX_TALLIES = 100_000;

type ByDomain = Map<string | null, Map<string | null, DeliveredTally>>;

/** Takes what the correlator finds: failures are interpreted and handed on, delivered mail is counted. */
export class Collector implements DeliverySink {
  readonly #interpreter: Interpreter;
  readonly #providers = new Map<string, string | null>();
  readonly #store: (event: InterpretedEvent) => void;
  #waiting = 0;
  /** By hour and host, then domain, then MX: three look-ups of strings that are there already cost less than one new key. */
  readonly #tallies = new Map<string, ByDomain>();
  #tallyCount = 0;
  #hour = 0;
  #host = '';
  #byDomain: ByDomain = new Map();
  /** In this run: deliveries that ended well, and events by hardness. */
  readonly totals = { delivered: 0, deferred: 0, failed: 0, recovered: 0, rejected: 0 };

  /** @param store takes each event as it comes */
  constructor(interpreter: Interpreter, store: (event: InterpretedEvent) => void) {
    this.#interpreter = interpreter;
    this.#store = store;
  }

  /** Events since the last call of `take`. */
  get waiting(): number {
    return this.#waiting;
  }

  event(event: DeliveryEvent): void {
    const { said, causedBy } = event;
    const context = { recipient: event.recipient, mx: said.mx, mxIp: said.mxIp };
    const { kind, values, listing } = this.#interpreter.read(said.text, event.mta, said.dsn, said.transport, context);
    const basis =
      causedBy === null
        ? null
        : this.#interpreter.read(causedBy.text, event.mta, causedBy.dsn, causedBy.transport, {
            recipient: event.recipient,
            mx: causedBy.mx,
            mxIp: causedBy.mxIp,
          });
    const recipientDomain = event.recipient === null ? null : domainOf(event.recipient);
    this.#waiting++;
    this.#store({
      event,
      reply: kind,
      values,
      basis: basis?.kind ?? null,
      listing: basis === null ? listing : basis.listing,
      recipientDomain,
      provider: this.#providerOf(said.mx, recipientDomain),
    });
    if (event.outcome === 'deferred') this.totals.deferred++;
    else if (event.outcome === 'recovered') this.totals.recovered++;
    else if (event.outcome === 'rejected') this.totals.rejected++;
    else this.totals.failed++;
  }

  delivered({ time, host, recipient, mx }: Delivered): void {
    this.totals.delivered++;
    const hour = Math.floor(time / 3_600_000);
    if (hour !== this.#hour || host !== this.#host) this.#turnTo(hour, host);
    const tally = this.#byDomain.get(domainOf(recipient))?.get(mx) ?? this.#newTally(host, domainOf(recipient), mx, time);
    tally.count++;
    if (time < tally.firstSeen) tally.firstSeen = time;
    if (time > tally.lastSeen) tally.lastSeen = time;
  }

  #turnTo(hour: number, host: string): void {
    this.#hour = hour;
    this.#host = host;
    const key = `${hour} ${host}`;
    this.#byDomain = this.#tallies.get(key) ?? new Map();
    this.#tallies.set(key, this.#byDomain);
  }

  #newTally(host: string, recipientDomain: string | null, mxHost: string | null, time: number): DeliveredTally {
    const domain = recipientDomain && detach(recipientDomain);
    const mx = mxHost && detach(mxHost);
    const tally = { host, domain, mx, provider: this.#providerOf(mx, domain), count: 0, firstSeen: time, lastSeen: time, handle: null };
    const byMx = this.#byDomain.get(domain);
    if (byMx === undefined) this.#byDomain.set(domain, new Map([[mx, tally]]));
    else byMx.set(mx, tally);
    this.#tallyCount++;
    return tally;
  }

  /**
   * Hands over what was counted since the last call. Tallies go on being used, with their counts at zero, so that
   * the store need not look up again what it has found before; they must be stored before more is counted.
   */
  take(): Iterable<DeliveredTally> {
    this.#waiting = 0;
    return this.#countedTallies();
  }

  *#countedTallies(): Iterable<DeliveredTally> {
    for (const byDomain of this.#tallies.values()) {
      for (const byMx of byDomain.values()) {
        for (const tally of byMx.values()) {
          if (tally.count === 0) continue;
          yield tally;
          tally.count = 0;
          tally.firstSeen = Number.POSITIVE_INFINITY;
          tally.lastSeen = 0;
        }
      }
    }
    // Past hours are hardly met again.
    for (const key of this.#tallies.keys()) if (key !== `${this.#hour} ${this.#host}`) this.#tallies.delete(key);
    if (this.#tallyCount > MAX_TALLIES) {
      this.#tallies.clear();
      this.#tallyCount = 0;
      this.#hour = 0;
    }
  }

  #providerOf(mx: string | null, domain: string | null): string | null {
    const key = mx ?? `@${domain}`;
    let provider = this.#providers.get(key);
    if (provider === undefined) {
      provider = providerOf(mx, domain);
      if (this.#providers.size >= MAX_PROVIDERS) this.#providers.clear();
      this.#providers.set(detach(key), provider && detach(provider));
    }
    return provider;
  }
}

function domainOf(address: string): string | null {
  const at = address.lastIndexOf('@');
  return at < 0 || at === address.length - 1 ? null : address.slice(at + 1).toLowerCase();
}
