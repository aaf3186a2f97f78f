import { useTexts } from '../text/texts.tsx';
import { CopyText } from './copy-text.tsx';
import { focusOnce } from './focus-once.ts';

interface SecretOnceProps {
  /** Says what the secret is for. */
  readonly title: string;
  readonly secret: string;
  readonly onClose: () => void;
}

/** A secret that no later response contains. It stays until a person has copied it. */
export function SecretOnce({ title, secret, onClose }: SecretOnceProps) {
  const { t } = useTexts();
  return (
    <div className="card stack secret">
      <h2 ref={focusOnce} tabIndex={-1}>
        {title}
      </h2>
      <p>{t('secret.once')}</p>
      <CopyText text={secret} label={title} />
      <button type="button" className="button start" onClick={onClose}>
        {t('secret.done')}
      </button>
    </div>
  );
}
