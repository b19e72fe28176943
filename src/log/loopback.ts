/** A receiver on this very host: a content filter or another instance, by a loopback name or address literal. */
export function isLoopback(host: string | null): boolean {
  return host !== null && /^(localhost(\..*)?|ip6-localhost|ip6-loopback|127\.\d+\.\d+\.\d+|::1)$/i.test(host);
}

/** Whether a loopback name may begin with this character: all others are told at a glance. */
export function mayBeLoopback(first: number): boolean {
  return first === 108 || first === 76 || first === 105 || first === 73 || first === 49 || first === 58;
}
