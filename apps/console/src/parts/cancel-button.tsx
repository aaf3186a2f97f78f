import { useId, useRef } from 'react';
import { useTexts } from '../text/texts.tsx';

/** Cancels after a question, because a cancelled query cannot be resumed. */
export function CancelButton({ title, onCancel }: { readonly title: string; readonly onCancel: () => void }) {
  const { t } = useTexts();
  const dialog = useRef<HTMLDialogElement>(null);
  const id = useId();
  return (
    <>
      <button
        type="button"
        className="button small"
        aria-label={t('cancel.of', { title })}
        onClick={() => dialog.current?.showModal()}
      >
        {t('cancel.open')}
      </button>
      <dialog
        ref={dialog}
        className="popup dialog"
        aria-labelledby={`${id}-title`}
        aria-describedby={`${id}-text`}
      >
        <h2 id={`${id}-title`}>{t('cancel.title')}</h2>
        <p id={`${id}-text`}>{t('cancel.text', { title })}</p>
        <form method="dialog" className="dialog-actions">
          <button className="button" type="submit">
            {t('cancel.keep')}
          </button>
          <button className="button danger" type="submit" onClick={onCancel}>
            {t('cancel.confirm')}
          </button>
        </form>
      </dialog>
    </>
  );
}
