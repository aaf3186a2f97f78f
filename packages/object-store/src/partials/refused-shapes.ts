import type { PartialShape } from '@hourglass/query';

/** Shapes whose partials are not worth keeping in an environment, the latest ones. */
export interface RefusedShapes {
  add(shape: PartialShape, environmentId: number): void;
  has(shape: PartialShape, environmentId: number): boolean;
}

/** One that is forgotten costs a sample of facts. */
const maxRefused = 1_000;

export function createRefusedShapes(): RefusedShapes {
  const refused = new Set<string>();
  return {
    add(shape, environmentId) {
      const [oldest] = refused;
      if (refused.size >= maxRefused && oldest !== undefined) refused.delete(oldest);
      refused.add(keyOf(shape, environmentId));
    },
    has: (shape, environmentId) => refused.has(keyOf(shape, environmentId)),
  };
}

function keyOf({ id }: PartialShape, environmentId: number): string {
  return `${environmentId} ${id}`;
}
