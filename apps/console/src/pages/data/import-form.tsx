import { useState } from 'react';
import type { ImportChoices } from '../../import/import-state.ts';
import { SelectField } from '../../parts/controls.tsx';
import { focusOnce } from '../../parts/focus-once.ts';
import { formatBytes } from '../../text/quantities.ts';
import { useTexts } from '../../text/texts.tsx';
import {
  choicesOf,
  formatChoices,
  formatTextKey,
  startForm,
  type ImportFormState,
} from './import-choices.ts';
import { RowFields } from './row-fields.tsx';

interface ImportFormProps {
  readonly files: readonly File[];
  readonly onImport: (choices: ImportChoices) => void;
  readonly onCancel: () => void;
}

/** The files that are ready for import, and the choices for reading them, which begin right for most logs. */
export function ImportForm({ files, onImport, onCancel }: ImportFormProps) {
  const { t } = useTexts();
  const [form, setForm] = useState<ImportFormState>(startForm);
  const change = (changed: Partial<ImportFormState>) => setForm((current) => ({ ...current, ...changed }));
  return (
    <form
      className="card stack"
      onSubmit={(event) => {
        event.preventDefault();
        onImport(choicesOf(form));
      }}
    >
      <h2 ref={focusOnce} tabIndex={-1}>
        {t('import.ready', { count: files.length })}
      </h2>
      <FileList files={files} />
      <div className="pair">
        <SelectField
          label={t('import.format')}
          hint={t('import.formatHint')}
          value={form.format}
          options={formatChoices.map((format) => [format, t(formatTextKey(format))])}
          onValue={(format) => change({ format })}
        />
        <RowFields form={form} onChange={change} />
        <SelectField
          label={t('import.onError')}
          hint={t('import.onErrorHint')}
          value={form.onError}
          options={[
            ['refuse', t('import.refuse')],
            ['skip', t('import.skip')],
          ]}
          onValue={(onError) => change({ onError })}
        />
      </div>
      <div className="buttons">
        <button type="submit" className="button primary">
          {t('import.start')}
        </button>
        <button type="button" className="button" onClick={onCancel}>
          {t('import.other')}
        </button>
      </div>
    </form>
  );
}

function FileList({ files }: Pick<ImportFormProps, 'files'>) {
  const { tag } = useTexts();
  return (
    <ul className="import-files">
      {files.map((file, index) => (
        <li key={index}>
          <strong>{file.name}</strong> <span className="hint">{formatBytes(file.size, tag)}</span>
        </li>
      ))}
    </ul>
  );
}
