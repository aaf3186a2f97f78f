import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { setImmediate } from 'node:timers/promises';
import type { Response } from 'express';
import { writeJson, type JsonValue } from './write-json.ts';

/** A JSON array whose items are computed and written one by one. */
export class ItemByItem {
  readonly items: Iterable<unknown>;

  constructor(items: Iterable<unknown>) {
    this.items = items;
  }
}

/** Characters after which the event loop serves other requests. */
const batchLength = 65_536;

/**
 * Sends a large JSON document in pieces, as fast as the client reads them, without blocking other
 * requests. Plain objects and `ItemByItem` are split into pieces; an array is one piece.
 */
export async function sendInPieces(response: Response, document: object): Promise<void> {
  response.type('application/json');
  await pipeline(Readable.from(batches(document), { objectMode: false }), response);
}

async function* batches(document: object): AsyncGenerator<string> {
  let batch = '';
  for (const piece of pieces(document)) {
    batch += piece;
    if (batch.length < batchLength) continue;
    yield batch;
    batch = '';
    await setImmediate();
  }
  yield batch;
}

function* pieces(value: unknown): Generator<string> {
  if (value instanceof ItemByItem) {
    let before = '[';
    for (const item of value.items) {
      yield before;
      yield* pieces(item);
      before = ',';
    }
    yield before === '[' ? '[]' : ']';
  } else if (typeof value === 'object' && value !== null && !Array.isArray(value)) {
    let before = '{';
    for (const [name, member] of Object.entries(value)) {
      yield `${before}${JSON.stringify(name)}:`;
      yield* pieces(member);
      before = ',';
    }
    yield before === '{' ? '{}' : '}';
  } else if (Array.isArray(value) && value.some((item) => typeof item === 'bigint')) {
    yield writeJson(value as readonly JsonValue[]);
  } else {
    yield JSON.stringify(value);
  }
}
