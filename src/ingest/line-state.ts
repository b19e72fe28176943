import { type Fragment, Fragments } from '../log/fragments.js';
import type { LogRecord, Mta, Rejected } from '../log/record.js';

/** Exim writes each refusal to both. */
export type LogKind = 'main' | 'reject';

/** What has to be remembered of one host from line to line. */
export interface HostState {
  /** As the log writes it (Latin-1); '' where lines name none. */
  raw: string;
  name: string;
  /** The record of this host's last line, for `last message repeated N times`; `null` where it was none. */
  previous: { record: LogRecord; mta: Mta } | null;
  refusals: Record<LogKind, RecentRefusals>;
}

/** What a line means may depend on lines before it, also in another file: kept between lines, sources and runs. */
export class LineState {
  readonly fragments = new Fragments();
  readonly #hosts = new Map<string, HostState>();
  readonly #defaultHost: string;

  /** @param defaultHost the name of this host, for lines that carry none (Exim's main log) */
  constructor(defaultHost: string) {
    this.#defaultHost = defaultHost;
  }

  hostOf(raw: string): HostState {
    let host = this.#hosts.get(raw);
    if (host === undefined) {
      // Not a view of the block, which the map would keep alive.
      const own = Buffer.from(raw, 'latin1').toString('latin1');
      const name = raw === '' ? this.#defaultHost : Buffer.from(raw, 'latin1').toString('utf8');
      host = { raw: own, name, previous: null, refusals: { main: new RecentRefusals(), reject: new RecentRefusals() } };
      this.#hosts.set(own, host);
    }
    return host;
  }

  /** As text, to be kept with what was read; `null` when there is nothing to keep. */
  save(): string | null {
    const hosts = [...this.#hosts.values()].flatMap(({ raw, previous, refusals }) => {
      const { main, reject } = refusals;
      const isEmpty = previous === null && main.isEmpty && reject.isEmpty;
      return isEmpty ? [] : [{ raw, previous, main: main.save(), reject: reject.save() }];
    });
    const fragments = this.fragments.waiting;
    return hosts.length === 0 && fragments.length === 0 ? null : JSON.stringify({ hosts, fragments });
  }

  restore(saved: string): void {
    const { hosts, fragments } = JSON.parse(saved) as {
      hosts: { raw: string; previous: HostState['previous']; main: SavedRefusals; reject: SavedRefusals }[];
      fragments: [string, Fragment][];
    };
    this.fragments.restore(fragments);
    for (const { raw, previous, main, reject } of hosts) {
      const host = this.hostOf(raw);
      host.previous = previous;
      host.refusals.main.restore(main);
      host.refusals.reject.restore(reject);
    }
  }
}

type SavedRefusals = [key: string, time: number, count: number][];

/** Lines that look alike stand close together; Exim's clock has seconds. */
const WINDOW_MS = 10_000;

/**
 * Counts refusals that look exactly alike in one log: the second one of a second is a second refusal when it stands in the
 * main log again, and the same one when it stands in the reject log for the first time.
 */
export class RecentRefusals {
  #counts = new Map<string, { time: number; count: number }>();
  #newest = 0;

  get isEmpty(): boolean {
    return this.#counts.size === 0;
  }

  /** @returns how many refusals like this one the log has had, this one included */
  count({ clientIp, recipient, sender, text }: Rejected, time: number): number {
    if (time > this.#newest + WINDOW_MS) this.#counts.clear();
    this.#newest = Math.max(this.#newest, time);
    const key = `${time} ${clientIp} ${sender} ${recipient} ${text}`;
    const seen = this.#counts.get(key);
    if (seen !== undefined) return ++seen.count;
    this.#counts.set(key, { time, count: 1 });
    return 1;
  }

  save(): SavedRefusals {
    return [...this.#counts].filter(([, { time }]) => time > this.#newest - WINDOW_MS).map(([key, { time, count }]) => [key, time, count]);
  }

  restore(saved: SavedRefusals): void {
    for (const [key, time, count] of saved) {
      this.#counts.set(key, { time, count });
      this.#newest = Math.max(this.#newest, time);
    }
  }
}
