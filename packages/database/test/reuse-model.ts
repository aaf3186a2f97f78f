import type { TimeRange } from '@hourglass/query';

export interface ModelFact {
  readonly label: string;
  readonly batchSeq: string;
  readonly timeMs: number;
}

/** The committed facts of an environment and dataset, with every version that they have had. */
export class FactModel {
  #visible: readonly ModelFact[] = [];
  #retentionDays: number | null = null;
  #hot: readonly ModelFact[] = [];
  /** Files of segments by their ids: deleted facts are still in them. */
  readonly #segments = new Map<string, readonly ModelFact[]>();
  readonly #versions: (readonly ModelFact[])[] = [[]];

  /** The number of the present version. */
  get version(): number {
    return this.#versions.length - 1;
  }

  /** Sequence numbers of the batches with facts. */
  get batches(): readonly string[] {
    return [...new Set(this.#visible.map(({ batchSeq }) => batchSeq))];
  }

  get hot(): readonly ModelFact[] {
    return this.#hot;
  }

  segment(id: string): readonly ModelFact[] {
    return this.#segments.get(id) ?? [];
  }

  add(facts: readonly ModelFact[]): void {
    this.#hot = [...this.#hot, ...facts];
    this.#become([...this.#visible, ...facts]);
  }

  delete(isDeleted: (fact: ModelFact) => boolean): void {
    this.#hot = this.#hot.filter((fact) => !isDeleted(fact));
    this.#become(this.#visible.filter((fact) => !isDeleted(fact)));
  }

  setRetention(days: number | null): void {
    this.#retentionDays = days;
    this.#become(this.#visible);
  }

  seal(segmentId: string, facts: readonly ModelFact[]): void {
    this.#segments.set(segmentId, facts);
    this.#hot = this.#hot.filter((fact) => !facts.includes(fact));
  }

  /** Facts that are left out are gone, also for a longer retention. */
  replaceSegments(ids: readonly string[], id: string | null, left: readonly ModelFact[]): void {
    const held = ids.flatMap((one) => this.segment(one));
    if (id !== null) this.#segments.set(id, left);
    this.#become(this.#visible.filter((fact) => !held.includes(fact) || left.includes(fact)));
  }

  removeSegment(id: string): void {
    this.replaceSegments([id], null, []);
  }

  rows(range: TimeRange): string {
    return rowsOf(this.#versions.at(-1) ?? [], range);
  }

  /** The rows of a version and of all later ones. */
  rowsSince(version: number, range: TimeRange): readonly string[] {
    return this.#versions.slice(version).map((facts) => rowsOf(facts, range));
  }

  /** A version has the facts that the retention leaves. */
  #become(facts: readonly ModelFact[]): void {
    this.#visible = facts;
    const days = this.#retentionDays;
    const expiredBeforeMs = days === null ? -Infinity : Date.now() - days * 86_400_000;
    this.#versions.push(facts.filter(({ timeMs }) => timeMs >= expiredBeforeMs));
  }
}

function rowsOf(facts: readonly ModelFact[], { startMs, endExclusiveMs }: TimeRange): string {
  return facts
    .filter(({ timeMs }) => timeMs >= startMs && timeMs < endExclusiveMs)
    .map(({ label }) => label)
    .toSorted()
    .join(' ');
}
