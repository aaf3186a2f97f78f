import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { Response } from 'express';
import { sendJsonText } from './send-json.ts';
import { ExactNumber, writeJson, type JsonValue } from './write-json.ts';

/** A JSON array whose items are computed and written one by one. */
export class ItemByItem {
  readonly items: Iterable<unknown>;

  constructor(items: Iterable<unknown>) {
    this.items = items;
  }
}

/** Characters that are made in one turn, which takes less than half a millisecond. */
const turnLength = 16_384;

/** Turns after which what they made is written. Each write wakes the client's process. */
const turnsPerWrite = 4;

/**
 * Sends a JSON document in pieces, as fast as the client reads them; a small one at once, with its
 * length. `nextTurn` is awaited before each piece. A member that is or contains an `ItemByItem` is
 * split at its items; any other value is part of one piece.
 */
export async function sendInPieces(
  response: Response,
  document: object,
  nextTurn: () => Promise<void>,
): Promise<void> {
  const pieces = writes(document, nextTurn);
  const first = await pieces.next();
  const second = await pieces.next();
  if (second.done === true) sendJsonText(response, first.value ?? '');
  else await sendAll(response, prepend([first.value ?? '', second.value], pieces));
}

/** Makes the whole text that `sendInPieces` would send, in its pieces and turns. */
export async function jsonPieces(
  document: object,
  nextTurn: () => Promise<void>,
): Promise<readonly string[]> {
  const pieces: string[] = [];
  for await (const piece of writes(document, nextTurn)) pieces.push(piece);
  return pieces;
}

/** Sends the pieces of a document; a single one with its length. */
export async function sendPieces(response: Response, pieces: readonly string[]): Promise<void> {
  if (pieces.length <= 1) sendJsonText(response, pieces[0] ?? '');
  else await sendAll(response, pieces);
}

async function sendAll(response: Response, pieces: Iterable<string> | AsyncIterable<string>): Promise<void> {
  response.type('application/json');
  await pipeline(Readable.from(pieces, { objectMode: false }), response);
}

async function* prepend(first: readonly string[], rest: AsyncIterable<string>): AsyncGenerator<string> {
  yield* first;
  yield* rest;
}

async function* writes(document: object, nextTurn: () => Promise<void>): AsyncGenerator<string> {
  await nextTurn();
  let text = '';
  let turns = 1;
  for (const part of texts(document)) {
    text += part;
    if (text.length < turns * turnLength) continue;
    if (turns === turnsPerWrite) {
      yield text;
      text = '';
      turns = 0;
    }
    turns += 1;
    await nextTurn();
  }
  if (text !== '') yield text;
}

function* texts(value: unknown): Generator<string> {
  if (!isSplit(value)) {
    yield textOf(value);
  } else if (value instanceof ItemByItem) {
    let before = '[';
    for (const item of value.items) {
      // A generator for each item would take most of the time.
      if (isSplit(item)) {
        yield before;
        yield* texts(item);
      } else {
        yield before + textOf(item);
      }
      before = ',';
    }
    yield before === '[' ? '[]' : ']';
  } else {
    let before = '{';
    for (const [name, member] of Object.entries(value)) {
      yield `${before}${JSON.stringify(name)}:`;
      yield* texts(member);
      before = ',';
    }
    yield '}';
  }
}

/** Whether the value is an `ItemByItem`, or an object that contains one outside of arrays. */
function isSplit(value: unknown): value is object {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return false;
  return value instanceof ItemByItem || someMember(value, isSplit);
}

function textOf(value: unknown): string {
  return containsExactNumber(value) ? writeJson(value as JsonValue) : JSON.stringify(value);
}

/** Whether the value contains a number that `JSON.stringify`, which is faster, does not write. */
function containsExactNumber(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return typeof value === 'bigint';
  if (value instanceof ExactNumber) return true;
  return Array.isArray(value) ? value.some(containsExactNumber) : someMember(value, containsExactNumber);
}

/** Whether `test` holds for the value of a member. Without a list of the values, which each item would allocate. */
function someMember(value: object, test: (member: unknown) => boolean): boolean {
  for (const name in value) if (test(value[name as keyof typeof value])) return true;
  return false;
}
