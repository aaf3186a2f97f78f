/**
 * Divides the event loop among requests that occupy it for long. Each does its work in short pieces
 * and awaits its turn before each piece. An iteration of the event loop has one turn for all of them,
 * so that every other request waits for one piece at most, however many others are under way.
 */
export interface EventLoopTurns {
  /** Waits for a turn. The keys take turns, and the callers of a key come in order. */
  next(key: string): Promise<void>;
}

export function createEventLoopTurns(): EventLoopTurns {
  /** In the order of their turns. */
  const waiting = new Map<string, (() => void)[]>();

  function grantOne(): void {
    for (const [key, callers] of waiting) {
      const grant = callers.shift();
      waiting.delete(key);
      if (callers.length > 0) waiting.set(key, callers);
      // An immediate that is set by another one runs in the next iteration.
      if (waiting.size > 0) setImmediate(grantOne);
      grant?.();
      return;
    }
  }

  return {
    next: (key) =>
      new Promise((resolve) => {
        if (waiting.size === 0) setImmediate(grantOne);
        const callers = waiting.get(key);
        if (callers === undefined) waiting.set(key, [resolve]);
        else callers.push(resolve);
      }),
  };
}
