/** Bytes that several bodies share. */
export interface ByteBudget {
  /** Takes bytes and returns true, or takes none if fewer are left. */
  tryTake(bytes: number): boolean;
  release(bytes: number): void;
  /** Bytes that are taken. */
  readonly takenBytes: number;
  readonly maxBytes: number;
}

export function createByteBudget(maxBytes: number): ByteBudget {
  let takenBytes = 0;
  return {
    maxBytes,
    get takenBytes() {
      return takenBytes;
    },
    tryTake(bytes) {
      if (takenBytes + bytes > maxBytes) return false;
      takenBytes += bytes;
      return true;
    },
    release(bytes) {
      takenBytes -= bytes;
    },
  };
}
