import type { QueueView } from '@hourglass/contract';
import { endPredictor, reasonOf, type PredictEnd, type QueueReads } from '@hourglass/reports';

/** Views of places in the queue. */
export interface QueueViews {
  /** The view of a query; undefined: it is not enqueued any more. */
  of(id: string): Promise<QueueView | undefined>;
}

export interface QueueViewsPorts {
  readonly queue: QueueReads;
  readonly nowMs: () => number;
}

/** A view of this age is shown again. */
const freshMs = 1_000;
/**
 * A load of this age is used again, so that many polls cost four predictions a second. In a queue of less than a second, an older
 * one misses what is ahead.
 */
const freshLoadMs = 250;
const maxViews = 1_000;

export function createQueueViews({ queue, nowMs }: QueueViewsPorts): QueueViews {
  const views = new Map<string, { readonly atMs: number; readonly view: Promise<QueueView | undefined> }>();
  let latest: { readonly atMs: number; readonly predict: Promise<PredictEnd> } | null = null;

  function freshPredictor(): Promise<PredictEnd> {
    if (latest === null || nowMs() - latest.atMs >= freshLoadMs) {
      const predict = queue.load().then(endPredictor);
      latest = { atMs: nowMs(), predict };
      predict.catch(() => (latest = null));
    }
    return latest.predict;
  }

  async function viewOf(id: string): Promise<QueueView | undefined> {
    const [place, predict] = await Promise.all([queue.place(id), freshPredictor()]);
    if (place === null) return undefined;
    const { ours, others } = place;
    return {
      position: ours + others + 1,
      ahead: { ours, others },
      reason: reasonOf(place),
      eta: predict(place),
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
