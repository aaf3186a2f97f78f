import { useEffect, useState } from 'react';
import { useTexts } from '../text/texts.tsx';

const shownMs = 2000;

/** A text to copy. */
export function CopyText({ text, label }: { readonly text: string; readonly label?: string }) {
  const { t } = useTexts();
  return (
    <div className="copy-text">
      <pre tabIndex={0} aria-label={label ?? t('copy.text')} role="region">
        {text}
      </pre>
      <CopyButton text={text} />
    </div>
  );
}

function CopyButton({ text }: { readonly text: string }) {
  const { t } = useTexts();
  const [isCopied, setCopied] = useState(false);
  useEffect(() => {
    if (!isCopied) return undefined;
    const timer = window.setTimeout(() => setCopied(false), shownMs);
    return () => window.clearTimeout(timer);
  }, [isCopied]);
  const copy = async () => {
    await copyToClipboard(text);
    setCopied(true);
  };
  return (
    <button type="button" className="button small" onClick={() => void copy()}>
      <span aria-live="polite">{isCopied ? t('copy.done') : t('copy.copy')}</span>
    </button>
  );
}

/** Browsers offer the clipboard over HTTPS and to this machine only. */
export async function copyToClipboard(text: string): Promise<void> {
  if (navigator.clipboard !== undefined) return navigator.clipboard.writeText(text);
  const area = document.createElement('textarea');
  area.value = text;
  document.body.append(area);
  area.select();
  document.execCommand('copy');
  area.remove();
}
