import { queryEvent, type QueryEventData } from '@hourglass/contract';

export interface ReceivedEvent {
  readonly id: string;
  readonly event: string;
  readonly data: QueryEventData;
}

/** A client of server-sent events. */
export interface EventStream {
  readonly response: Response;
  /** In the order of arrival. */
  readonly events: readonly ReceivedEvent[];
  /** The id with which the client resumes. Null: the server has sent none. */
  lastEventId(): string | null;
  /** Number of the blocks that were no events. */
  comments(): number;
  /** Resolves when the stream ends, also by a broken connection. */
  readonly ended: Promise<'ended' | 'broken'>;
  close(): void;
}

export interface OpenedStream {
  readonly token: string;
  readonly lastEventId?: string | null;
  readonly onEvent?: (event: ReceivedEvent) => void;
}

/** Opens a stream. Blocks are read as the specification of server-sent events says, which `EventSource` implements. */
export async function openEvents(
  url: string,
  { token, lastEventId = null, onEvent = () => undefined }: OpenedStream,
): Promise<EventStream> {
  const closing = new AbortController();
  const response = await fetch(url, {
    headers: {
      Authorization: `Bearer ${token}`,
      ...(lastEventId === null ? {} : { 'Last-Event-ID': lastEventId }),
    },
    signal: closing.signal,
  });
  const events: ReceivedEvent[] = [];
  let position = lastEventId;
  let comments = 0;
  const receive = (block: string) => {
    const fields = new Map(
      block.split('\n').map((line) => {
        const colon = line.indexOf(':');
        return [line.slice(0, colon), line.slice(colon + 1).trimStart()] as const;
      }),
    );
    position = fields.get('id') ?? position;
    const data = fields.get('data');
    if (data === undefined) comments += 1;
    else {
      const event = fields.get('event') ?? 'message';
      const value: unknown = JSON.parse(data);
      const received = { id: position ?? '', event, data: event === 'gap' ? value : queryEvent.parse(value) };
      events.push(received as ReceivedEvent);
      onEvent(received as ReceivedEvent);
    }
  };
  return {
    response,
    events,
    lastEventId: () => position,
    comments: () => comments,
    ended: response.status === 200 ? readBlocks(response, receive) : Promise.resolve('ended'),
    close: () => closing.abort(),
  };
}

async function readBlocks(response: Response, receive: (block: string) => void): Promise<'ended' | 'broken'> {
  const decoder = new TextDecoder();
  let unread = '';
  try {
    for await (const bytes of response.body ?? []) {
      unread += decoder.decode(bytes, { stream: true });
      const blocks = unread.split('\n\n');
      unread = blocks.pop() ?? '';
      for (const block of blocks) receive(block);
    }
    return 'ended';
  } catch {
    return 'broken';
  }
}
