import type { ImportState } from '../../import/import-state.ts';
import { useTexts } from '../../text/texts.tsx';

/** The bad lines of an import. */
export function ImportFaults({ state: { faults, files } }: { readonly state: ImportState }) {
  const { t, tag } = useTexts();
  if (faults.length === 0) return null;
  const number = new Intl.NumberFormat(tag);
  return (
    <div className="import-faults" role="region" aria-label={t('import.faults')} tabIndex={0}>
      <table className="list">
        <thead>
          <tr>
            <th scope="col">{t('import.line')}</th>
            <th scope="col">{t('import.fault')}</th>
          </tr>
        </thead>
        <tbody>
          {faults.map(({ file, line, field, message }, index) => (
            <tr key={index}>
              <th scope="row">
                {number.format(line)}
                {files > 1 && <span className="sub">{file}</span>}
              </th>
              <td data-label={t('import.fault')}>
                {field !== '' && <code>{field}</code>} {message}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
