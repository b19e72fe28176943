/** A receiver on this very host: a content filter or another instance, by a loopback name or address literal. */
export function isLoopback(host: string | null): boolean {
  return host !== null && /^(localhost(\..*)?|ip6-localhost|ip6-loopback|127\.\d+\.\d+\.\d+|::1)$/i.test(host);
}
