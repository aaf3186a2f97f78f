import { ClickHouseError } from '@clickhouse/client';
import { AttemptFailure, ReportImpossible, ServiceUnavailable } from '@hourglass/reports';

/** Codes of ClickHouse for a store that refuses, is not reached or lacks an object. */
const storeCodes = new Set(['499']);
const memoryCodes = new Set(['241']);
/** A full disk, and the limit of temporary files. */
const diskCodes = new Set(['243', '396', '1002']);
/** Another node can answer: connections between nodes, and a node that has too much to do or closes. */
const nodeCodes = new Set(['32', '202', '209', '210', '279', '236', '394', '734', '735']);
/** The statement did not reach its end because of the cluster's configuration: user, grants, collection, cluster. */
const configurationCodes = new Set(['170', '192', '193', '194', '195', '497', '516', '668', '669', '701']);

/** Codes of Node.js for a node that is not reached or has gone. Those of files pass through. */
const connectionCodes = new Set([
  'EAI_AGAIN',
  'ECONNABORTED',
  'ECONNREFUSED',
  'ECONNRESET',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'ENOTFOUND',
  'EPIPE',
  'ERR_STREAM_PREMATURE_CLOSE',
  'ETIMEDOUT',
]);

/** A node said that it sent other rows than those that arrived. */
export class IncompleteAnswer extends Error {
  override readonly name = 'IncompleteAnswer';
}

/** Whether another node may answer what this one did not. */
export function isOfNode(error: unknown): boolean {
  if (error instanceof ClickHouseError) return nodeCodes.has(error.code);
  if (error instanceof IncompleteAnswer) return true;
  return error instanceof Error && connectionCodes.has(String((error as NodeJS.ErrnoException).code));
}

/**
 * Converts an error of a statement to the one that the caller of the engine receives: the abort
 * reason, or a failure with a message for users. The error of ClickHouse, which may contain a
 * statement, is in `cause`.
 */
export function toTaskError(
  error: unknown,
  signal: AbortSignal,
  { memoryMb }: { readonly memoryMb: number },
): unknown {
  if (signal.aborted) return signal.reason;
  if (
    error instanceof AttemptFailure ||
    error instanceof ReportImpossible ||
    error instanceof ServiceUnavailable
  )
    return error;
  if (isOfNode(error)) return new ServiceUnavailable('cluster', error);
  if (!(error instanceof ClickHouseError)) return error;
  const { code } = error;
  if (storeCodes.has(code)) return new ServiceUnavailable('object store', error);
  if (configurationCodes.has(code)) return new ServiceUnavailable('cluster', error);
  if (memoryCodes.has(code)) return new AttemptFailure('clusterMemory', { memoryMb }, { cause: error });
  if (diskCodes.has(code)) return new AttemptFailure('clusterDisk', {}, { cause: error });
  return new AttemptFailure('computation', {}, { cause: error });
}
