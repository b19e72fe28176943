import type { Interpreter } from '../bounce/interpret.js';
import type { MaskedReply } from '../bounce/masked.js';
import { providerOf } from '../bounce/provider-of.js';
import type { DeliveryEvent } from '../delivery/event.js';
import type { Try } from '../delivery/open.js';
import { domainOf } from '../log/address.js';
import { detach } from '../log/encoding.js';
import type { IngestStore, Receiver } from '../store/store.js';
import { type MaskedTries, NOT_MASKED } from './packed-events.js';
import type { Commit, Writer } from './writer.js';

/** Receivers remembered by MX, or domain where none was reached; a busy host meets some ten thousand. */
const MAX_RECEIVERS = 100_000;

/** Has each event interpreted and stores it at once. */
export class InterpretingWriter implements Writer {
  readonly #interpreter: Interpreter;
  readonly #store: IngestStore;
  readonly #receivers = new Map<string, Receiver>();

  constructor(interpreter: Interpreter, store: IngestStore) {
    this.#interpreter = interpreter;
    this.#store = store;
    for (const kind of store.replyKinds()) interpreter.remember(kind);
  }

  /** @param masked what its tries said, where that is masked already */
  event(event: DeliveryEvent, masked: MaskedTries = NOT_MASKED): void {
    const { said, causedBy, mta, recipient } = event;
    const recipientDomain = recipient === null ? null : domainOf(recipient);
    const receiver = this.#receiverOf(said.mx, recipientDomain);
    const read = ({ text, dsn, transport, mx, mxIp }: Try, reply: MaskedReply | null) => {
      const { provider } = mx === said.mx ? receiver : this.#receiverOf(mx, recipientDomain);
      const context = { recipient, mx, mxIp };
      if (reply !== null) return this.#interpreter.readMasked(reply, transport, context, provider);
      return this.#interpreter.read(text, mta, dsn, transport, context, provider);
    };
    const own = read(said, masked.said);
    const basis = causedBy === null ? null : read(causedBy, masked.causedBy);
    this.#store.add({
      event,
      reply: own.kind,
      values: own.values,
      basis: basis?.kind ?? null,
      listing: (basis ?? own).listing,
      recipientDomain,
      receiver,
    });
  }

  async keepUp(): Promise<void> {}

  async commit(commit: Commit): Promise<void> {
    const { delivered } = commit;
    const fresh = delivered.fresh.map((one) => ({ ...one, receiver: this.#receiverOf(one.mx, one.domain) }));
    this.#store.commit({ ...commit, delivered: { ...delivered, fresh } });
  }

  async settled(): Promise<void> {}

  async close(): Promise<void> {
    this.#store.close();
  }

  #receiverOf(mx: string | null, domain: string | null): Receiver {
    const key = mx ?? `@${domain}`;
    let receiver = this.#receivers.get(key);
    if (receiver === undefined) {
      const provider = providerOf(mx, domain);
      const own = detach(key);
      receiver = { mx: mx === null ? null : own, provider: provider && detach(provider), id: null };
      if (this.#receivers.size >= MAX_RECEIVERS) this.#receivers.clear();
      this.#receivers.set(own, receiver);
    }
    return receiver;
  }
}
