import { Field } from '../../parts/field.tsx';
import { datasets } from '../../report/datasets.ts';
import { faultsOf } from '../../report/faults.ts';
import { withDataset, withFormat, withMember } from '../../report/report-body.ts';
import { textOf } from '../../report/shape.ts';
import { useTexts } from '../../text/texts.tsx';
import type { Section } from './section.ts';

const formats = ['json', 'csv', 'parquet', 'xlsx'] as const;

export function DatasetAndName({ body, change, faults }: Section) {
  const { t } = useTexts();
  return (
    <fieldset className="card pair">
      <Field label={t('report.dataset')} errors={faultsOf(faults, 'dataset')}>
        {(control) => (
          <select
            {...control}
            value={textOf(body.dataset) || 'api'}
            onChange={({ target }) => change(withDataset(body, target.value))}
          >
            {datasets.map((name) => (
              <option key={name} value={name}>
                {t(`dataset.${name}`)}
              </option>
            ))}
          </select>
        )}
      </Field>
      <Field label={t('report.name')} hint={t('report.nameHint')} errors={faultsOf(faults, 'name')}>
        {(control) => (
          <input
            {...control}
            value={textOf(body.name)}
            onChange={({ target }) => change(withMember(body, 'name', target.value))}
          />
        )}
      </Field>
    </fieldset>
  );
}

export function Output({ body, change, faults }: Section) {
  const { t } = useTexts();
  return (
    <div className="card">
      <Field label={t('report.format')} errors={faultsOf(faults, 'outputFormat')}>
        {(control) => (
          <select
            {...control}
            value={textOf(body.outputFormat) || 'json'}
            onChange={({ target }) => change(withFormat(body, target.value))}
          >
            {formats.map((format) => (
              <option key={format} value={format}>
                {t(`format.${format}`)}
              </option>
            ))}
          </select>
        )}
      </Field>
    </div>
  );
}
