import { useTexts } from '../text/texts.tsx';
import { DialogButton } from './dialog-button.tsx';

/** Cancels after a question, because a cancelled query cannot be resumed. */
export function CancelButton({ title, onCancel }: { readonly title: string; readonly onCancel: () => void }) {
  const { t } = useTexts();
  return (
    <DialogButton
      label={t('cancel.open')}
      labelOf={t('cancel.of', { title })}
      title={t('cancel.title')}
      text={t('cancel.text', { title })}
    >
      {() => (
        <form method="dialog" className="dialog-actions">
          <button className="button" type="submit">
            {t('cancel.keep')}
          </button>
          <button className="button danger" type="submit" onClick={onCancel}>
            {t('cancel.confirm')}
          </button>
        </form>
      )}
    </DialogButton>
  );
}
