import { once } from 'node:events';
import type { Request, Response } from 'express';
import { ReportError, ServiceUnavailable, type EventPage, type QueryEvent } from '@hourglass/reports';
import { clientGone } from '../http/client-gone.ts';
import { leaveOut } from '../http/seconds-since.ts';
import type { Watcher } from './query-watch.ts';

export const eventStreamType = 'text/event-stream';

/** Shorter than the minute after which proxies cut silent connections. Credentials are checked as often. */
const heartbeatMs = 15_000;
/** A client that takes nothing for this long is disconnected. It resumes from the log. */
const defaultSlowReaderMs = 30_000;

/** How soon browsers reconnect. */
const reconnectMs = 1_000;

export interface StreamCall {
  readonly request: Request;
  readonly response: Response;
  readonly reauthenticate: () => Promise<unknown>;
}

export interface Streamed<Page extends EventPage> {
  /** Reads the events after one; null: their query or environment was deleted. */
  readonly read: (afterId: string) => Promise<Page | null>;
  /** Whether nothing follows the page. */
  readonly isEnd: (page: Page) => boolean;
  readonly dataOf: (event: QueryEvent) => object;
  readonly watcher: Watcher;
  readonly draining: AbortSignal;
  /** The first page, read after the watch began. */
  readonly first: Page;
  /** The first page misses events that are no longer in the log. */
  readonly hasGap: boolean;
}

/**
 * Sends the events of the pages as server-sent events until the last page, the end of the credentials, the shutdown, or
 * until the client goes. Each page is read when the client has taken the one before, so a slow client holds one page.
 */
export async function streamEvents<Page extends EventPage>(
  { request, response, reauthenticate }: StreamCall,
  { read, isEnd, dataOf, watcher, draining, first, hasGap }: Streamed<Page>,
  { slowReaderMs = defaultSlowReaderMs } = {},
): Promise<void> {
  const openedAtMs = performance.now();
  const gone = clientGone(response);
  const send = (text: string) => sendText(response, text, { gone, slowReaderMs });
  openStream(response);
  if (request.method === 'HEAD') return void response.end();
  try {
    const gap = hasGap ? frame({ event: 'gap', id: positionOf(first), data: {} }) : '';
    await send(`retry: ${reconnectMs}\n\n${gap}`);
    for (let page: Page | null = first; page !== null;) {
      const position = positionOf(page);
      const frames = page.events.map((event) => frameOf(event, dataOf(event)));
      // A block with only an id is no event: it moves the position from which the client resumes.
      await send(frames.length === 0 ? `id: ${position}\n\n` : frames.join(''));
      if (isEnd(page) || draining.aborted || gone.aborted) break;
      if (!page.isFull) page = await changed(position);
      else [, page] = await Promise.all([reauthenticate(), read(position)]);
    }
  } catch (error) {
    // The status was sent. The client reconnects, and then gets the error as its status.
    const isExpected = error instanceof ReportError || error instanceof ServiceUnavailable;
    if (!isExpected && !gone.aborted) throw error;
  } finally {
    leaveOut(response, performance.now() - openedAtMs);
    response.end();
  }

  /** Returns the next page with events, or any page after a heartbeat. */
  async function changed(position: string): Promise<Page | null> {
    const beginMs = performance.now();
    for (;;) {
      const remainingMs = beginMs + heartbeatMs - performance.now();
      await watcher.next(Math.max(0, remainingMs), gone);
      const [, page] = await Promise.all([reauthenticate(), read(position)]);
      const isDue = performance.now() >= beginMs + heartbeatMs;
      if (page === null || page.events.length > 0 || isEnd(page) || isDue) return page;
      if (draining.aborted || gone.aborted) return page;
    }
  }
}

function openStream(response: Response): void {
  response.status(200).set({
    'Content-Type': eventStreamType,
    // Proxies must neither store, compress nor buffer events.
    'Cache-Control': 'no-store, no-transform',
    'X-Accel-Buffering': 'no',
  });
  response.flushHeaders();
}

/** Waits until the client has taken the text. Closes the connection of a slow client. */
async function sendText(
  response: Response,
  text: string,
  { gone, slowReaderMs }: { readonly gone: AbortSignal; readonly slowReaderMs: number },
): Promise<void> {
  if (gone.aborted || response.write(text)) return;
  const timer = setTimeout(() => response.destroy(), slowReaderMs);
  try {
    await once(response, 'drain', { signal: gone });
  } finally {
    clearTimeout(timer);
  }
}

/** The id after which the page that follows begins. A page that is not full reaches to the newest event. */
function positionOf({ events, isFull, newestId }: EventPage): string {
  const last = events.at(-1);
  return isFull && last !== undefined ? last.id : newestId;
}

function frameOf({ id, isStateChange }: QueryEvent, data: object): string {
  return frame({ id, event: isStateChange ? 'state' : 'progress', data });
}

function frame({ id, event, data }: { id: string; event: string; data: object }): string {
  return `id: ${id}\nevent: ${event}\ndata: ${JSON.stringify(data)}\n\n`;
}
