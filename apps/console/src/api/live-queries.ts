import { useQueryClient } from '@tanstack/react-query';
import { useEffect } from 'react';
import { pathOf, type Place } from './environments.ts';
import { apiUrl } from './http.ts';
import { refresh, refreshQuery, showEvents } from './queries.ts';
import { idOf, type TimedEvent } from './query-events.ts';

const reopenAfterMs = 2000;
/** Lists are read again, and progress is shown, at most once in this time, however many queries change. */
const everyMs = 1000;
/** The progress of more queries than these is shown half as often, to leave the processor to the reader. */
const fewQueries = 100;
/** Events of one change come within this time. */
const soonMs = 100;

/** Keeps the queries of an environment up to date by its stream of events. */
export function useLiveQueries({ organization, environment }: Place): void {
  const client = useQueryClient();
  useEffect(() => {
    const place = { organization, environment };
    const refreshSoon = throttled(
      () => void refresh(client, place),
      () => everyMs,
    );
    const events = new Map<string, TimedEvent>();
    let shown = 0;
    const showSoon = throttled(
      () => {
        showEvents(client, place, events);
        shown = events.size;
        events.clear();
      },
      () => (shown > fewQueries ? 2 * everyMs : everyMs),
    );
    return watchEvents(place, {
      onOpen: refreshSoon.run,
      onGap: refreshSoon.run,
      onEvent(event) {
        // The events of an environment come in their order, so the newest of a query says all.
        events.set(idOf(event), event);
        showSoon.run();
        if (event.kind !== 'state') return;
        // A changed state may leave or enter a filtered list, and only a read shows the result.
        refreshSoon.run();
        void refreshQuery(client, place, idOf(event));
      },
      stop() {
        refreshSoon.stop();
        showSoon.stop();
      },
    });
  }, [client, organization, environment]);
}

interface Listener {
  readonly onOpen: () => void;
  readonly onGap: () => void;
  readonly onEvent: (event: TimedEvent) => void;
  readonly stop: () => void;
}

/** `EventSource` resumes by itself, but gives up after an error status. Returns the function that ends it. */
function watchEvents(place: Place, listener: Listener): () => void {
  let source: EventSource;
  let timer: number | undefined;
  const open = () => {
    source = new EventSource(apiUrl(`${pathOf(place)}/queries/events`));
    source.addEventListener('open', listener.onOpen);
    source.addEventListener('gap', listener.onGap);
    for (const kind of ['state', 'progress'] as const) {
      source.addEventListener(kind, ({ data }: MessageEvent<string>) =>
        listener.onEvent({ ...(JSON.parse(data) as TimedEvent), kind }),
      );
    }
    source.addEventListener('error', () => {
      if (source.readyState === EventSource.CLOSED) timer = window.setTimeout(open, reopenAfterMs);
    });
  };
  open();
  return () => {
    source.close();
    window.clearTimeout(timer);
    listener.stop();
  };
}

interface Throttled {
  readonly run: () => void;
  readonly stop: () => void;
}

/** Runs soon, and at most once in a time: what comes together is one run. */
function throttled(work: () => void, intervalMs: () => number): Throttled {
  let timer: number | undefined;
  let ranAtMs = -Infinity;
  const run = () => {
    timer ??= window.setTimeout(
      () => {
        timer = undefined;
        ranAtMs = performance.now();
        work();
      },
      Math.max(soonMs, ranAtMs + intervalMs() - performance.now()),
    );
  };
  return { run, stop: () => window.clearTimeout(timer) };
}
