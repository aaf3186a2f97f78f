import { useRef, useState, type DragEvent } from 'react';
import { useTexts } from '../../text/texts.tsx';

/** Takes files that are dropped on it, or chosen. */
export function DropZone({ onFiles }: { readonly onFiles: (files: readonly File[]) => void }) {
  const { t } = useTexts();
  const [isOver, setOver] = useState(false);
  const input = useRef<HTMLInputElement>(null);
  const take = (list: FileList | null) => {
    const files = [...(list ?? [])];
    if (files.length > 0) onFiles(files);
  };
  const drag = (event: DragEvent, over: boolean) => {
    event.preventDefault();
    setOver(over);
  };
  return (
    // The button does the same for people that cannot drop.
    // oxlint-disable-next-line jsx-a11y/no-noninteractive-element-interactions
    <section
      className="drop-zone"
      data-over={isOver || undefined}
      aria-label={t('import.title')}
      onDragEnter={(event) => drag(event, true)}
      onDragOver={(event) => drag(event, true)}
      onDragLeave={(event) => drag(event, false)}
      onDrop={(event) => {
        drag(event, false);
        take(event.dataTransfer.files);
      }}
    >
      <svg aria-hidden="true" viewBox="0 0 48 48" className="drop-icon">
        <path d="M24 32V10m-9 9 9-9 9 9M8 30v8h32v-8" />
      </svg>
      <h2>{t('import.drop')}</h2>
      <p className="hint">{t('import.dropHint')}</p>
      <button type="button" className="button primary" onClick={() => input.current?.click()}>
        {t('import.choose')}
      </button>
      <input
        ref={input}
        type="file"
        multiple
        hidden
        aria-label={t('import.choose')}
        onChange={({ target }) => {
          take(target.files);
          target.value = '';
        }}
      />
    </section>
  );
}
