import type { Interpreter } from '../bounce/interpret.js';
import { providerOf } from '../bounce/provider-of.js';
import type { DeliveryEvent } from '../delivery/event.js';
import type { Try } from '../delivery/open.js';
import { domainOf } from '../log/address.js';
import { detach } from '../log/encoding.js';
import type { IngestStore } from '../store/store.js';
import type { Commit, Writer } from './writer.js';

/** Providers remembered by MX and domain; a busy host meets some ten thousand. */
const MAX_PROVIDERS = 100_000;

/** Has each event interpreted and stores it at once. */
export class InterpretingWriter implements Writer {
  readonly #interpreter: Interpreter;
  readonly #store: IngestStore;
  readonly #providers = new Map<string, string | null>();

  constructor(interpreter: Interpreter, store: IngestStore) {
    this.#interpreter = interpreter;
    this.#store = store;
    for (const kind of store.replyKinds()) interpreter.remember(kind);
  }

  event(event: DeliveryEvent): void {
    const { said, causedBy, mta, recipient } = event;
    const recipientDomain = recipient === null ? null : domainOf(recipient);
    const read = ({ text, dsn, transport, mx, mxIp }: Try) =>
      this.#interpreter.read(text, mta, dsn, transport, { recipient, mx, mxIp }, this.#providerOf(mx, recipientDomain));
    const own = read(said);
    const basis = causedBy === null ? null : read(causedBy);
    this.#store.add({
      event,
      reply: own.kind,
      values: own.values,
      basis: basis?.kind ?? null,
      listing: (basis ?? own).listing,
      recipientDomain,
      provider: this.#providerOf(said.mx, recipientDomain),
    });
  }

  async keepUp(): Promise<void> {}

  async commit(commit: Commit): Promise<void> {
    const { delivered } = commit;
    const fresh = delivered.fresh.map((one) => ({ ...one, provider: this.#providerOf(one.mx, one.domain) }));
    this.#store.commit({ ...commit, delivered: { ...delivered, fresh } });
  }

  async settled(): Promise<void> {}

  async close(): Promise<void> {
    this.#store.close();
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
