import type { ClusterNode } from './cluster.ts';

const pollMs = 1_000;

/**
 * Calls back about once a second with the share of facts that a statement has read, on all nodes
 * together. Returns the function that stops it. Errors are ignored: they are also those of the statement.
 */
export function watchStatement(
  { client }: ClusterNode,
  queryId: string,
  onProgress: (share: number) => void,
): () => void {
  let isAsking = false;
  const ask = async () => {
    const answer = await client.query({
      query: `select least(1, read_rows / greatest(total_rows_approx, read_rows, 1)) as share
                from system.processes where query_id = {id:String}`,
      query_params: { id: queryId },
      format: 'JSONEachRow',
    });
    const [row] = (await answer.json()) as readonly { readonly share: number }[];
    if (row !== undefined) onProgress(row.share);
  };
  const timer = setInterval(() => {
    if (isAsking) return;
    isAsking = true;
    ask()
      .catch(() => undefined)
      .finally(() => (isAsking = false));
  }, pollMs);
  return () => clearInterval(timer);
}

/** Ends a statement whose client has left. A node usually notices by itself. */
export async function killStatement({ client }: ClusterNode, queryId: string): Promise<void> {
  await client
    .command({ query: 'kill query where query_id = {id:String} async', query_params: { id: queryId } })
    .catch(() => undefined);
}
