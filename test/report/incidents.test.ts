import { describe, expect, it } from 'vitest';
import { CLEAR_AFTER, type Flow, incidentsIn, incidentsOf, type ListingHits } from '../../src/report/incidents.js';

const HOUR = 3_600_000;
const at = (hours: number) => Date.parse('2026-11-20T00:00:00Z') + hours * HOUR;
const hit = (hours: number, receiver = 'google', hits = 1, list = 'spamhaus-zen', subject = '192.0.2.1'): ListingHits => ({
  list,
  subject,
  kind: 'ip',
  receiver,
  hits,
  first: at(hours),
  last: at(hours) + 60_000,
});
const flow = (hours: number, receiver = 'google', delivered = true): Flow => ({ receiver, delivered, first: at(hours), last: at(hours) + 1000 });

const inHours = (flows: readonly Flow[]) => (hour: number, take: (flow: Flow) => void) =>
  flows.filter(({ first }) => Math.floor(first / HOUR) === hour).forEach(take);
const LAST_HOUR = at(1000) / HOUR;

function incidents(hits: ListingHits[], flows: Flow[], now: number) {
  const found = incidentsOf({ hits, flowsIn: inHours(flows), lastHour: LAST_HOUR }, { now: at(now), clearAfter: CLEAR_AFTER });
  return incidentsIn({ since: null, until: null }, found).map(({ state, first, last, hits, cleared }) => ({
    state,
    from: (first - at(0)) / HOUR,
    to: Math.floor((last - at(0)) / HOUR),
    hits,
    cleared: cleared === null ? null : (cleared - at(0)) / HOUR,
  }));
}

describe('a block list incident', () => {
  it('is open while nobody accepted mail since, and nothing flowed for long', () => {
    expect(incidents([hit(0), hit(1, 'google', 3)], [flow(-1)], 2)).toEqual([{ state: 'open', from: 0, to: 1, hits: 4, cleared: null }]);
  });

  it('is cleared when all receivers that used the list accept mail again', () => {
    const hits = [hit(0), hit(1, 'microsoft')];
    expect(incidents(hits, [flow(2)], 10)).toMatchObject([{ state: 'open' }]);
    expect(incidents(hits, [flow(2), flow(3, 'microsoft')], 10)).toEqual([{ state: 'cleared', from: 0, to: 1, hits: 2, cleared: 3 }]);
  });

  it('is cleared after two days without a hit, if mail flows there, whatever becomes of it', () => {
    expect(incidents([hit(0)], [flow(20, 'google', false)], 47)).toMatchObject([{ state: 'open' }]);
    const [cleared] = incidents([hit(0)], [flow(20, 'google', false)], 60);
    expect(cleared?.state).toBe('cleared');
    expect(cleared?.cleared).toBeCloseTo(48, 1);
    expect(incidents([hit(0)], [flow(20, 'other')], 60)).toMatchObject([{ state: 'open' }]);
  });

  it('is another one when it comes back after it was over', () => {
    expect(incidents([hit(0), hit(8)], [flow(2)], 9)).toEqual([
      { state: 'open', from: 8, to: 8, hits: 1, cleared: null },
      { state: 'cleared', from: 0, to: 0, hits: 1, cleared: 2 },
    ]);
    expect(incidents([hit(0), hit(8)], [], 9)).toHaveLength(1);
    expect(incidents([hit(0), hit(5)], [flow(2)], 6)).toEqual([{ state: 'open', from: 0, to: 5, hits: 2, cleared: null }]);
  });

  it('is one for each subject, and stands in the ranges that it had a hit in', () => {
    const hits = [hit(0), hit(0, 'google', 1, 'spamhaus-zen', '192.0.2.2'), hit(30, 'google', 1, 'barracuda')];
    const found = incidentsIn(
      { since: at(20), until: at(40) },
      incidentsOf({ hits, flowsIn: inHours([]), lastHour: LAST_HOUR }, { now: at(40), clearAfter: CLEAR_AFTER }),
    );
    expect(found.map(({ list }) => list)).toEqual(['barracuda']);
    expect(incidents(hits, [], 40)).toHaveLength(3);
  });

  it('names its receivers, most hits first', () => {
    const [found] = incidentsOf(
      { hits: [hit(0, 'a.example'), hit(1, 'b.example', 2), hit(2, 'a.example')], flowsIn: inHours([]), lastHour: LAST_HOUR },
      {
        now: at(3),
        clearAfter: CLEAR_AFTER,
      },
    );
    expect(found?.receivers).toEqual([
      { name: 'a.example', hits: 2 },
      { name: 'b.example', hits: 2 },
    ]);
  });
});
