/** Ends when the process is told to end (SIGTERM, SIGINT): what is under way is finished first. A second SIGINT ends at once. */
export function stopSignal(): { signal: AbortSignal } {
  const controller = new AbortController();
  for (const name of ['SIGTERM', 'SIGINT'] as const) {
    process.once(name, () => controller.abort());
  }
  return controller;
}
