import type { Interpreter } from '../bounce/interpret.js';
import { providerOf } from '../bounce/providers.js';
import type { Delivered, DeliveryEvent, DeliverySink } from '../delivery/event.js';
import type { DeliveredTally, InterpretedEvent } from '../store/store.js';

/** Providers remembered by MX and domain; a busy host meets some ten thousand. */
const MAX_PROVIDERS = 100_000;

/** Takes what the correlator finds, has it interpreted, and gathers it for the next commit. */
export class Collector implements DeliverySink {
  readonly #interpreter: Interpreter;
  readonly #providers = new Map<string, string | null>();
  #events: InterpretedEvent[] = [];
  #delivered = new Map<string, DeliveredTally>();
  /** In this run: deliveries that ended well, and events by hardness. */
  readonly totals = { delivered: 0, deferred: 0, failed: 0, recovered: 0, rejected: 0 };

  constructor(interpreter: Interpreter) {
    this.#interpreter = interpreter;
  }

  /** Events waiting for the next commit. */
  get size(): number {
    return this.#events.length;
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
    this.#events.push({
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

  delivered(delivered: Delivered): void {
    this.totals.delivered++;
    const { time, host, mx, mxIp } = delivered;
    const hour = Math.floor(time / 3_600_000);
    const domain = domainOf(delivered.recipient);
    const key = `${hour} ${domain} ${mx} ${mxIp} ${host}`;
    const tally = this.#delivered.get(key);
    if (tally === undefined) {
      this.#delivered.set(key, { hour, host, domain, mx, mxIp, provider: this.#providerOf(mx, domain), count: 1, firstSeen: time, lastSeen: time });
      return;
    }
    tally.count++;
    if (time < tally.firstSeen) tally.firstSeen = time;
    if (time > tally.lastSeen) tally.lastSeen = time;
  }

  /** Hands over everything gathered since the last call. */
  take(): { events: InterpretedEvent[]; delivered: Iterable<DeliveredTally> } {
    const taken = { events: this.#events, delivered: this.#delivered.values() };
    this.#events = [];
    this.#delivered = new Map();
    return taken;
  }

  #providerOf(mx: string | null, domain: string | null): string | null {
    const key = mx ?? `@${domain}`;
    let provider = this.#providers.get(key);
    if (provider === undefined) {
      provider = providerOf(mx, domain);
      if (this.#providers.size >= MAX_PROVIDERS) this.#providers.clear();
      this.#providers.set(key, provider);
    }
    return provider;
  }
}

function domainOf(address: string): string | null {
  const at = address.lastIndexOf('@');
  return at < 0 || at === address.length - 1 ? null : address.slice(at + 1).toLowerCase();
}
