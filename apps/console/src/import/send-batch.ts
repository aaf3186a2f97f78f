import type { ErrorBody, FactsAccepted } from '@hourglass/contract';
import { contentBatchId, toFileLine, type NdjsonBatch, type RowFault } from '@hourglass/facts/formats';
import { sha256 } from '@noble/hashes/sha2.js';
import { bytesToHex } from '@noble/hashes/utils.js';
import type { ImportProblem } from './import-state.ts';

export interface SendPorts {
  readonly fetch: typeof fetch;
  /** Waits; rejects when the import is cancelled. */
  readonly wait: (ms: number) => Promise<void>;
  /** The import goes on by itself after the wait. */
  readonly onWaiting: (problem: ImportProblem) => void;
  /** Waits until a person lets the import go on. */
  readonly pause: (problem: ImportProblem) => Promise<void>;
}

export interface BatchRequest {
  readonly environmentUrl: string;
  readonly onError: 'refuse' | 'skip';
}

export type SentBatch =
  | {
      readonly accepted: number;
      readonly rejected: number;
      /** Whether an earlier import stored the batch. */
      readonly isRepeated: boolean;
      /** By line of the file. */
      readonly faults: readonly RowFault[];
    }
  | { readonly refused: readonly RowFault[] };

const dataset = 'api';
const firstWaitMs = 1000;
const longestWaitMs = 15_000;
/** Limits that last longer are for a person to decide. */
const longestBusyMs = 120_000;

/**
 * Sends a batch until the API has answered for good. It is stored once, however often it is sent: its id is a hash of
 * its content.
 */
export async function sendBatch(
  batch: NdjsonBatch,
  request: BatchRequest,
  ports: SendPorts,
): Promise<SentBatch> {
  // Encoded once, because it has megabytes.
  const bytes = utf8Of(batch.body);
  const id = contentBatchId(dataset, { ...batch, body: bytes }, sha256Hex);
  const body = await gzipped(bytes);
  let isUnanswered = false;
  for (let failures = 0; ; failures += 1) {
    const answer = await sendOnce(body, id, request, ports);
    if ('accepted' in answer) {
      const { accepted, rejected = 0, repeated = false, faults = [] } = answer;
      // An attempt whose response was lost may be the one that stored the batch.
      const isRepeated = repeated && !isUnanswered;
      return { accepted, rejected, isRepeated, faults: faults.map((fault) => toFileLine(fault, batch)) };
    }
    if (answer.faults.length > 0) return { refused: answer.faults.map((fault) => toFileLine(fault, batch)) };
    isUnanswered ||= answer.problem.status === 0;
    const waitMs = waitBefore(answer, failures);
    if (waitMs === null) {
      await ports.pause(answer.problem);
      failures = -1;
    } else {
      ports.onWaiting(answer.problem);
      await ports.wait(waitMs);
    }
  }
}

interface Refusal {
  readonly problem: ImportProblem;
  readonly faults: readonly RowFault[];
  readonly retryAfterMs: number | null;
}

async function sendOnce(
  body: Uint8Array<ArrayBuffer>,
  id: string,
  { environmentUrl, onError }: BatchRequest,
  ports: Pick<SendPorts, 'fetch'>,
): Promise<FactsAccepted | Refusal> {
  let response: Response;
  try {
    response = await ports.fetch(`${environmentUrl}/facts/${dataset}?onError=${onError}`, {
      method: 'POST',
      credentials: 'same-origin',
      headers: {
        'Content-Type': 'application/x-ndjson',
        'Content-Encoding': 'gzip',
        'Idempotency-Key': id,
      },
      body,
    });
    if (response.ok) return (await response.json()) as FactsAccepted;
  } catch {
    const problem = { status: 0, code: 'network', message: 'no response', requestId: null };
    return { problem, faults: [], retryAfterMs: null };
  }
  return refusalOf(response);
}

async function refusalOf(response: Response): Promise<Refusal> {
  const { status, statusText, headers } = response;
  const seconds = Number(headers.get('Retry-After') ?? Number.NaN);
  const retryAfterMs = Number.isFinite(seconds) ? seconds * 1000 : null;
  const requestId = headers.get('X-Request-Id');
  try {
    const { code, message, faults = [] } = (await response.json()) as ErrorBody;
    const ofLines = faults.flatMap((fault) => ('line' in fault ? [fault] : []));
    return { problem: { status, code, message, requestId }, faults: ofLines, retryAfterMs };
  } catch {
    // A proxy in front of the API answered.
    const problem = { status, code: 'proxy', message: `${status} ${statusText}`, requestId };
    return { problem, faults: [], retryAfterMs };
  }
}

/** Returns how long to wait for what passes by itself; null: it does not. */
function waitBefore({ problem: { status }, retryAfterMs }: Refusal, failures: number): number | null {
  const backOffMs = Math.min(firstWaitMs * 2 ** failures, longestWaitMs);
  if (status === 429) {
    const waitMs = Math.max(retryAfterMs ?? backOffMs, firstWaitMs);
    return waitMs <= longestBusyMs ? waitMs : null;
  }
  return [0, 502, 503, 504].includes(status) ? backOffMs : null;
}

/** Not WebCrypto: it is missing on pages that came over plain HTTP from another machine. */
function sha256Hex(parts: readonly (string | Uint8Array)[]): string {
  const hash = sha256.create();
  for (const part of parts) hash.update(typeof part === 'string' ? utf8Of(part) : part);
  return bytesToHex(hash.digest());
}

function utf8Of(text: string): Uint8Array<ArrayBuffer> {
  return new TextEncoder().encode(text);
}

const pieceBytes = 64 * 1024;

/** Without a Blob, which would take the bytes to another process and back. */
async function gzipped(bytes: Uint8Array<ArrayBuffer>): Promise<Uint8Array<ArrayBuffer>> {
  const { readable, writable } = new CompressionStream('gzip');
  const write = async () => {
    const writer = writable.getWriter();
    for (let start = 0; start < bytes.length; start += pieceBytes)
      await writer.write(bytes.subarray(start, start + pieceBytes));
    await writer.close();
  };
  const [body] = await Promise.all([new Response(readable).arrayBuffer(), write()]);
  return new Uint8Array(body);
}
