export interface Slots {
  readonly used: number;
  /**
   * Takes a slot for an owner, or in all only if the owner is null. Returns a function that frees it
   * and may be called again without effect; null: no slot is free.
   */
  take(owner: string | null): (() => void) | null;
}

/** Counts what is in use, in all and per owner, up to two bounds. */
export function createSlots({ max, maxPerOwner }: { max: number; maxPerOwner: number }): Slots {
  const byOwner = new Map<string, number>();
  let used = 0;
  const add = (owner: string | null, change: 1 | -1) => {
    used += change;
    if (owner === null) return;
    const ofOwner = (byOwner.get(owner) ?? 0) + change;
    // Without empty entries, so that the map is never larger than `max`.
    if (ofOwner === 0) byOwner.delete(owner);
    else byOwner.set(owner, ofOwner);
  };
  return {
    get used() {
      return used;
    },
    take(owner) {
      if (used >= max || (owner !== null && (byOwner.get(owner) ?? 0) >= maxPerOwner)) return null;
      add(owner, 1);
      let isFree = false;
      return () => {
        if (isFree) return;
        isFree = true;
        add(owner, -1);
      };
    },
  };
}
