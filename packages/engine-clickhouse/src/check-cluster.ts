import { ServiceUnavailable, type EngineIdentity } from '@hourglass/reports';
import type { Cluster, ClusterNode } from './cluster.ts';

/** Compared with DuckDB by the differential suite. */
const testedVersions = { from: [26, 7], before: [26, 8] } as const;

/**
 * Asks the nodes for their version, and whether they know the cluster and let the user read the
 * collection. Returns the oldest version. One node that answers is enough to compute.
 * @throws ServiceUnavailable with the faults of all nodes if none answers
 */
export async function checkCluster(cluster: Cluster, signal: AbortSignal): Promise<EngineIdentity> {
  const versions = await Promise.allSettled(cluster.nodes.map((node) => versionOf(node, cluster, signal)));
  const found = versions.flatMap((each) => (each.status === 'fulfilled' ? [each.value] : []));
  const [oldest] = found.toSorted((one, other) => compareVersions(one, other));
  if (oldest !== undefined) return { name: 'ClickHouse', version: oldest };
  const faults = versions.flatMap((each, index) =>
    each.status === 'rejected' ? [`${cluster.nodes[index]?.url}: ${faultOf(each.reason)}`] : [],
  );
  throw new ServiceUnavailable('cluster', new Error(faults.join('; ')));
}

/** An error of several addresses has no message of its own. */
function faultOf(error: unknown): string {
  const { message, code } = error as NodeJS.ErrnoException;
  return message || code || String(error);
}

async function versionOf(
  { client }: ClusterNode,
  { name, collection }: Pick<Cluster, 'name' | 'collection'>,
  signal: AbortSignal,
): Promise<string> {
  const ask = async (query: string) => {
    const answer = await client.query({ query, format: 'JSONEachRow', abort_signal: signal });
    return (await answer.json()) as readonly Readonly<Record<string, string>>[];
  };
  // Reads nothing of the store.
  await ask(
    `describe s3Cluster('${name}', ${collection}, filename = 'none', format = 'Parquet', structure = 'a Int32')`,
  );
  const [row] = await ask('select version() as version');
  if (row?.['version'] === undefined) throw new Error('no version in the answer');
  return row['version'];
}

/** Whether the differential suite ran with this version. */
export function isTestedVersion(version: string): boolean {
  const { from, before } = testedVersions;
  return compareVersions(version, from.join('.')) >= 0 && compareVersions(version, before.join('.')) < 0;
}

/** A sentence for operators. */
export function untestedVersion(version: string): string {
  const { from, before } = testedVersions;
  return `ClickHouse ${version} is not tested; expected ${from.join('.')} or newer, before ${before.join('.')}`;
}

function compareVersions(one: string, other: string): number {
  const [left, right] = [one, other].map((version) => version.split('.').map(Number)) as [number[], number[]];
  for (let index = 0; index < Math.max(left.length, right.length); index += 1) {
    const difference = (left[index] ?? 0) - (right[index] ?? 0);
    if (difference !== 0) return difference;
  }
  return 0;
}
