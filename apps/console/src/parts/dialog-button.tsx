import { useId, useRef, useState, type ReactNode } from 'react';
import { flushSync } from 'react-dom';

interface DialogButtonProps {
  /** The text of the button, such as "Delete". */
  readonly label: string;
  /** For screen readers, with the name of what is meant. */
  readonly labelOf?: string | undefined;
  readonly title: string;
  /** The consequence of confirming. */
  readonly text: string;
  /** Runs when the dialog opens, for example to count what would be deleted. */
  readonly onOpen?: (() => void) | undefined;
  /** Draws the rest of the dialog. It begins anew each time that the dialog opens. */
  readonly children: (close: () => void) => ReactNode;
}

/** A button that opens a modal dialog with a title. */
export function DialogButton({ label, labelOf, title, text, onOpen, children }: DialogButtonProps) {
  const dialog = useRef<HTMLDialogElement>(null);
  const [isOpen, setOpen] = useState(false);
  const id = useId();
  const open = () => {
    // Before the dialog opens, which focuses its first control.
    flushSync(() => {
      setOpen(true);
      onOpen?.();
    });
    dialog.current?.showModal();
  };
  return (
    <>
      <button type="button" className="button small" aria-label={labelOf} onClick={open}>
        {label}
      </button>
      <dialog
        ref={dialog}
        className="popup dialog"
        aria-labelledby={`${id}-title`}
        aria-describedby={`${id}-text`}
        onClose={() => setOpen(false)}
      >
        {isOpen && (
          <div className="stack">
            <h2 id={`${id}-title`}>{title}</h2>
            <p id={`${id}-text`}>{text}</p>
            <Content onClose={() => dialog.current?.close()}>{children}</Content>
          </div>
        )}
      </dialog>
    </>
  );
}

interface ContentProps extends Pick<DialogButtonProps, 'children'> {
  readonly onClose: () => void;
}

function Content({ children, onClose }: ContentProps) {
  return children(onClose);
}
