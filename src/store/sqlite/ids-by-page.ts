/** Ids by the page, or block, that they belong to: `id >> shift`. */
export function idsByPage(ids: readonly number[], shift: number): Map<number, number[]> {
  const byPage = new Map<number, number[]>();
  for (const id of ids) {
    const ofPage = byPage.get(id >> shift);
    if (ofPage === undefined) byPage.set(id >> shift, [id]);
    else ofPage.push(id);
  }
  return byPage;
}
