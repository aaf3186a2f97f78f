import { useId, useRef, useState, type ReactNode } from 'react';
import { useTexts } from '../text/texts.tsx';
import { InputField } from './controls.tsx';
import { Failure } from './failure.tsx';

export interface ConfirmButtonProps {
  /** The text of the button, such as "Delete". */
  readonly label: string;
  /** For screen readers, with the name of what is meant. */
  readonly labelOf: string;
  readonly title: string;
  readonly text: string;
  /** Has to be typed, because nothing brings it back. */
  readonly typedName?: string;
  /** Fields that the act needs. */
  readonly children?: ReactNode;
  readonly onConfirm: () => Promise<unknown>;
  /** Runs when the question opens, for example to count what would be deleted. */
  readonly onOpen?: () => void;
}

/** Asks before an act that cannot be undone, and shows its failure where it was asked. */
export function ConfirmButton({ label, labelOf, onOpen, ...question }: ConfirmButtonProps) {
  const dialog = useRef<HTMLDialogElement>(null);
  const [isOpen, setOpen] = useState(false);
  const id = useId();
  return (
    <>
      <button
        type="button"
        className="button small"
        aria-label={labelOf}
        onClick={() => {
          setOpen(true);
          onOpen?.();
          dialog.current?.showModal();
        }}
      >
        {label}
      </button>
      <dialog
        ref={dialog}
        className="popup dialog"
        aria-labelledby={`${id}-title`}
        onClose={() => setOpen(false)}
      >
        {isOpen && (
          <Question
            {...question}
            label={label}
            titleId={`${id}-title`}
            onClose={() => dialog.current?.close()}
          />
        )}
      </dialog>
    </>
  );
}

type QuestionProps = Omit<ConfirmButtonProps, 'labelOf' | 'onOpen'> & {
  readonly titleId: string;
  readonly onClose: () => void;
};

function Question({ label, title, text, typedName, children, titleId, onConfirm, onClose }: QuestionProps) {
  const { t } = useTexts();
  const [typed, setTyped] = useState('');
  const [isPending, setPending] = useState(false);
  const [error, setError] = useState<unknown>(null);
  const confirm = async () => {
    setPending(true);
    setError(null);
    try {
      await onConfirm();
      onClose();
    } catch (failure) {
      setError(failure);
      setPending(false);
    }
  };
  return (
    <form
      className="stack"
      onSubmit={(event) => {
        event.preventDefault();
        void confirm();
      }}
    >
      <h2 id={titleId}>{title}</h2>
      <p>{text}</p>
      {typedName !== undefined && (
        <InputField label={t('confirm.type', { name: typedName })} value={typed} onValue={setTyped} />
      )}
      {children}
      {error !== null && <Failure error={error} />}
      <div className="dialog-actions">
        <button className="button" type="button" onClick={onClose}>
          {t('confirm.keep')}
        </button>
        <button
          className="button danger"
          type="submit"
          disabled={isPending || (typedName !== undefined && typed !== typedName)}
        >
          {label}
        </button>
      </div>
    </form>
  );
}
