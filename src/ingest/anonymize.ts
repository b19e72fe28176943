import { createHmac } from 'node:crypto';
import type { LogRecord } from '../log/record.js';

/** What a local part is made of: no delimiter; or a quoted one, as long as RFC 5321 (4.5.3.1.1) lets it be and some more. */
const ADDRESS = /("(?:\\.|[^"\\]){1,200}"|(?<![^\s<>()[\]{}",;:=|\\])[^\s<>()[\]{}",;:=|\\]+)@(?=[\w.[-])/g;
const QUOTED_USER = /(unknown user: ")([^"]*)/g;
/** Hexadecimal digits of a hash that are kept: 64 bits, so that two users of a host hardly ever look like one. */
const DIGITS = 16;
/** Hashes remembered; the same addresses come again and again. */
const MAX_REMEMBERED = 50_000;

/**
 * Puts a keyed hash in place of each local part, before anything is correlated or stored: the same address has the same hash in one
 * database, domains stay, and nobody without the key can tell or guess whose it is.
 */
export class Anonymizer {
  readonly #key: Buffer;
  readonly #hashes = new Map<string, string>();

  /** @param key a secret of this database, kept apart from it */
  constructor(key: Buffer) {
    this.#key = key;
  }

  /** Names the key without telling it. */
  get fingerprint(): string {
    return this.#hash('which key is this').slice(0, DIGITS);
  }

  /** `user@domain` → `hash@domain`; what has no domain is hashed as a whole, the null sender stays. */
  address(address: string): string {
    const at = address.lastIndexOf('@');
    if (address === '') return '';
    return at < 0 ? this.#hash(address) : this.#hash(address.slice(0, at)) + address.slice(at);
  }

  /** All addresses in a text. */
  text(text: string): string {
    return text
      .replaceAll(ADDRESS, (_, local: string) => `${this.#hash(local)}@`)
      .replaceAll(QUOTED_USER, (_, before: string, user: string) => before + (user.includes('@') ? user : this.#hash(user)));
  }

  record(record: LogRecord): LogRecord {
    switch (record.kind) {
      case 'accepted':
        return { ...record, sender: this.#orNull(record.sender), authUser: this.#orNull(record.authUser) };
      case 'sent':
        return { ...record, recipient: this.address(record.recipient) };
      case 'attempt':
        return {
          ...record,
          recipient: this.address(record.recipient),
          origRecipient: this.#orNull(record.origRecipient),
          sender: this.#orNull(record.sender),
          text: this.#text(record.text, record.recipient, record.origRecipient),
        };
      case 'expired':
        return { ...record, sender: this.#orNull(record.sender), text: this.text(record.text) };
      case 'rejected':
        return {
          ...record,
          sender: this.#orNull(record.sender),
          recipient: this.#orNull(record.recipient),
          text: this.#text(record.text, record.recipient),
        };
      default:
        return record;
    }
  }

  /** A text about somebody, who may be named without his domain: `unknown user "bob"`. */
  #text(text: string, ...about: (string | null)[]): string {
    let hashed = this.text(text);
    for (const address of about) {
      const local = (address ?? '').replace(/@[^@]*$/, '').toLowerCase();
      if (local.length < 2 || !hashed.toLowerCase().includes(local)) continue;
      // A bare `mail` or `user` is a word of the reply as likely as a name; in brackets or quotes, or long with digits or points, it is the name.
      const [before, after] = /^(?=.*[\d._+-]).{6}/.test(local) ? ['(?<![\\w.-])', '(?![\\w-]|\\.\\w)'] : ['(?<=[<("\'`[])', '(?=[>)"\'`\\]])'];
      hashed = hashed.replaceAll(new RegExp(before + local.replaceAll(/[^\w]/g, '\\$&') + after, 'gi'), this.#hash(local));
    }
    return hashed;
  }

  #orNull(address: string | null): string | null {
    return address === null ? null : this.address(address);
  }

  #hash(local: string): string {
    // Case and quotes make no other user of one.
    const name = local.toLowerCase().replace(/^"(.*)"$/, '$1');
    let hash = this.#hashes.get(name);
    if (hash === undefined) {
      hash = createHmac('sha256', this.#key).update(name).digest('hex').slice(0, DIGITS);
      if (this.#hashes.size >= MAX_REMEMBERED) this.#hashes.clear();
      this.#hashes.set(name, hash);
    }
    return hash;
  }
}
