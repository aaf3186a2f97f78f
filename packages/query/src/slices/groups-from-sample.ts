/**
 * Estimates the groups of all facts from those of a sample, as if all groups had as many facts: `n` groups of which
 * `facts` facts are drawn show n · (1 − e^(−facts / n)) different ones. If some groups have more facts than others, the
 * result is too low.
 */
export function groupsFromSample(
  sample: { readonly facts: number; readonly groups: number },
  allFacts: number,
): number {
  const shown = (groups: number) => -groups * Math.expm1(-sample.facts / groups);
  if (sample.groups === 0) return 0;
  if (sample.groups >= shown(allFacts)) return allFacts;
  let [tooFew, enough] = [sample.groups - 1, allFacts];
  while (enough - tooFew > 1) {
    const middle = Math.floor((tooFew + enough) / 2);
    if (shown(middle) < sample.groups) tooFew = middle;
    else enough = middle;
  }
  return enough;
}
