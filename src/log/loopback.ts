import { COLON, DIGIT_1, LOWER_I, LOWER_L, UPPER_I, UPPER_L } from './ascii.js';
/** A receiver on this very host: a content filter or another instance, by a loopback name or address literal. */
export function isLoopback(host: string | null): boolean {
  return host !== null && /^(localhost(\..*)?|ip6-localhost|ip6-loopback|127\.\d+\.\d+\.\d+|::1)$/i.test(host);
}

/** Whether a loopback name may begin with this character: all others are told at a glance. */
export function mayBeLoopback(first: number): boolean {
  return first === LOWER_L || first === UPPER_L || first === LOWER_I || first === UPPER_I || first === DIGIT_1 || first === COLON;
}
