import { useState, type ReactNode } from 'react';
import { useTexts } from '../text/texts.tsx';
import { InputField } from './controls.tsx';
import { DialogButton } from './dialog-button.tsx';
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
export function ConfirmButton({ label, labelOf, title, text, onOpen, ...question }: ConfirmButtonProps) {
  return (
    <DialogButton {...{ label, labelOf, title, text, onOpen }}>
      {(close) => <Question {...question} label={label} onClose={close} />}
    </DialogButton>
  );
}

type QuestionProps = Omit<ConfirmButtonProps, 'labelOf' | 'title' | 'text' | 'onOpen'> & {
  readonly onClose: () => void;
};

function Question({ label, typedName, children, onConfirm, onClose }: QuestionProps) {
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
