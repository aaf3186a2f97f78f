/** Events of workers, which serve no metrics themselves. */
export type CountedEvent = 'cluster_fallback';

/** Numbers of events of all workers since the installation. They never decrease. */
export interface EventCounts {
  add(event: CountedEvent): Promise<void>;
  read(event: CountedEvent): Promise<number>;
}
