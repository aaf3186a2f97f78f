/**
 * A model of the busiest node's processor time: a part that every cluster needs on one node, and a part that the nodes
 * share. Returns the milliseconds with this number of nodes, from measurements of at least two.
 */
export function predictBusiest(measured, nodes) {
  const { serial, shared } = fit(measured);
  return serial + shared / nodes;
}

/** Least squares of `serial + shared / nodes`; neither part is negative. */
function fit(measured) {
  const count = measured.length;
  const meanOf = (value) => measured.reduce((sum, one) => sum + value(one), 0) / count;
  const inverse = meanOf(({ nodes }) => 1 / nodes);
  const busiest = meanOf(({ busiestMs }) => busiestMs);
  const covariance = meanOf((one) => (1 / one.nodes - inverse) * (one.busiestMs - busiest));
  const variance = meanOf(({ nodes }) => (1 / nodes - inverse) ** 2);
  const shared = Math.max(0, covariance / variance);
  const serial = busiest - shared * inverse;
  if (serial >= 0) return { serial, shared };
  // All of it is shared.
  const products = meanOf(({ nodes, busiestMs }) => busiestMs / nodes);
  return { serial: 0, shared: products / meanOf(({ nodes }) => 1 / nodes ** 2) };
}
