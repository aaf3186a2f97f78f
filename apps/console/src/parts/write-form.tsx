import { useState, type ReactNode } from 'react';
import { Failure } from './failure.tsx';

interface WriteFormProps {
  readonly title: string;
  /** The text of the button. */
  readonly submit: string;
  /** Its failure is shown in the form. */
  readonly onWrite: () => Promise<unknown>;
  readonly children: ReactNode;
}

/** A form that is folded until it is needed, for example to add something to the list below it. */
export function WriteForm({ title, submit, onWrite, children }: WriteFormProps) {
  const [error, setError] = useState<unknown>(null);
  const [isPending, setPending] = useState(false);
  const write = async () => {
    setPending(true);
    setError(null);
    try {
      await onWrite();
    } catch (failure) {
      setError(failure);
    }
    setPending(false);
  };
  return (
    <details className="card write-form">
      <summary>{title}</summary>
      <form
        className="stack"
        onSubmit={(event) => {
          event.preventDefault();
          void write();
        }}
      >
        <div className="pair">{children}</div>
        {error !== null && <Failure error={error} />}
        <button type="submit" className="button primary start" disabled={isPending}>
          {submit}
        </button>
      </form>
    </details>
  );
}
