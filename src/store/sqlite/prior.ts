/** Why and on which way a delivery failed, as ids. 0 = none. */
export interface WhereAndWhy {
  reply: number;
  route: number;
  listing: number;
}

/** An earlier deferral of a delivery: the last hour in which it was deferred in this way. */
export interface Prior extends WhereAndWhy {
  /** Hours since 1970. */
  hour: number;
}

/** What the store keeps with an open delivery. */
export interface DeliveryHandle {
  deliveryId: number;
  /** Its sender, as its row says; 0 = not known. */
  senderId: number;
  /** Distinct ways in which it was deferred so far, each with its last hour. */
  priors: Prior[];
}

/** More distinct ways than this are not told apart; a delivery that fails in more is counted again in a group. */
const MAX_PRIORS = 32;

/** Notes a deferral with its delivery, after it was counted. */
export function remember(handle: DeliveryHandle, where: WhereAndWhy, hour: number): void {
  const { reply, route, listing } = where;
  const same = handle.priors.find((prior) => isSame(prior, where));
  if (same !== undefined) same.hour = Math.max(same.hour, hour);
  else if (handle.priors.length < MAX_PRIORS) handle.priors.push({ reply, route, listing, hour });
}

export function isSame(a: WhereAndWhy, b: WhereAndWhy): boolean {
  return a.reply === b.reply && a.route === b.route && a.listing === b.listing;
}

/** Priors as the database keeps them with an open delivery. */
export function packPriors(priors: readonly Prior[]): string {
  return JSON.stringify(priors.map((prior) => [prior.reply, prior.route, prior.listing, prior.hour]));
}

export function unpackPriors(packed: string): Prior[] {
  return (JSON.parse(packed) as [number, number, number, number][]).map(([reply, route, listing, hour]) => ({ reply, route, listing, hour }));
}
