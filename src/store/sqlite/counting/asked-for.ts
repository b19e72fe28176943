import { DELIVERED } from '../outcomes.js';
import type { Prior } from '../prior.js';
import type { Section, TotalsRow } from '../totals/packed-totals.js';
import type { Dimension } from './dimensions.js';
import type { IdsAskedFor } from './ids-asked-for.js';

/** What filters and range ask for, as ids. */
export class AskedFor {
  readonly ids: IdsAskedFor;
  /** First hour of the range, since 1970. */
  readonly since: number;
  /** The greatest id of a domain. */
  readonly lastDomain: number;

  constructor(ids: IdsAskedFor, since: number) {
    this.ids = ids;
    this.since = since;
    this.lastDomain = ids.domain === null ? Number.POSITIVE_INFINITY : [...ids.domain].reduce((last, one) => Math.max(last, one), -1);
  }

  hasSection(totals: Section): boolean {
    const { reply, listing, host, sender } = this.ids;
    // Delivered mail is counted without its sender.
    if (sender !== null && totals.outcome === DELIVERED && !sender.has(0)) return false;
    return (
      (reply === null || reply.has(totals.reply)) && (listing === null || listing.has(totals.listing)) && (host === null || host.has(totals.host))
    );
  }

  hasRow(totals: Pick<TotalsRow, 'domain' | 'route' | 'sender'>): boolean {
    const { domain, route, sender } = this.ids;
    return (
      (domain === null || domain.has(totals.domain)) && (route === null || route.has(totals.route)) && (sender === null || sender.has(totals.sender))
    );
  }

  /** Whether the filters see that a delivery was deferred before in the range, in the same values of these dimensions. */
  hasPrior(totals: Section & TotalsRow, dimensions: readonly Dimension[]): boolean {
    if (totals.priors.length === 0) return true;
    return totals.priors.some(
      (prior) =>
        prior.hour >= this.since && this.#hasAttempt(prior) && dimensions.every(({ ofAttempt, numberOf }) => ofAttempt?.(prior) === numberOf(totals)),
    );
  }

  #hasAttempt(prior: Prior): boolean {
    const { reply, route, listing } = this.ids;
    return (
      (reply === null || reply.has(prior.reply)) && (route === null || route.has(prior.route)) && (listing === null || listing.has(prior.listing))
    );
  }
}
