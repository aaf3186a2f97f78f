import type { QueueView } from '@hourglass/contract';
import { predictEnd, reasonOf, type QueueLoad, type QueueReads } from '@hourglass/reports';

/** Views of places in the queue. */
export interface QueueViews {
  /** The view of a query; undefined: it is not enqueued any more. */
  of(id: string): Promise<QueueView | undefined>;
}

export interface QueueViewsPorts {
  readonly queue: QueueReads;
  readonly nowMs: () => number;
  /** Returns 0 inclusive to 1 exclusive. */
  readonly random: () => number;
}

/** Views and loads of this age are shown again, so that many polls cost one prediction a second. */
const freshMs = 1_000;
const maxViews = 1_000;

export function createQueueViews({ queue, nowMs, random }: QueueViewsPorts): QueueViews {
  const views = new Map<string, { readonly atMs: number; readonly view: Promise<QueueView | undefined> }>();
  let load: { readonly atMs: number; readonly read: Promise<QueueLoad> } | null = null;

  function freshLoad(): Promise<QueueLoad> {
    if (load === null || nowMs() - load.atMs >= freshMs) {
      const read = queue.load();
      load = { atMs: nowMs(), read };
      read.catch(() => (load = null));
    }
    return load.read;
  }

  async function viewOf(id: string): Promise<QueueView | undefined> {
    const [place, present] = await Promise.all([queue.place(id), freshLoad()]);
    if (place === null) return undefined;
    const { ours, others } = place;
    return {
      position: ours + others + 1,
      ahead: { ours, others },
      reason: reasonOf(place),
      eta: predictEnd(place, present, random),
    };
  }

  return {
    of(id) {
      const found = views.get(id);
      if (found !== undefined && nowMs() - found.atMs < freshMs) return found.view;
      const view = viewOf(id);
      // The newest is last, so that the oldest is deleted first.
      views.delete(id);
      views.set(id, { atMs: nowMs(), view });
      view.catch(() => views.delete(id));
      const [oldest] = views.keys();
      if (views.size > maxViews && oldest !== undefined) views.delete(oldest);
      return view;
    },
  };
}
