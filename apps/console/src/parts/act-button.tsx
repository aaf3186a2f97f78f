import { useState } from 'react';
import { Failure } from './failure.tsx';

interface ActButtonProps {
  readonly label: string;
  /** With the name of what is meant. */
  readonly labelOf: string;
  readonly onAct: () => Promise<unknown>;
}

/** A button for an act that needs no question, because it can be taken back. */
export function ActButton({ label, labelOf, onAct }: ActButtonProps) {
  const [error, setError] = useState<unknown>(null);
  const [isPending, setPending] = useState(false);
  const act = async () => {
    setPending(true);
    setError(null);
    try {
      await onAct();
    } catch (failure) {
      setError(failure);
    }
    setPending(false);
  };
  return (
    <>
      <button
        type="button"
        className="button small"
        aria-label={labelOf}
        disabled={isPending}
        onClick={() => void act()}
      >
        {label}
      </button>
      {error !== null && <Failure error={error} />}
    </>
  );
}
