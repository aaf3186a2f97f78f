import { ConditionEditor } from '../../parts/condition-editor/condition-editor.tsx';
import { Field, FieldErrors } from '../../parts/field.tsx';
import { faultsOf, firstFault } from '../../report/faults.ts';
import { withMember, type ReportBody } from '../../report/report-body.ts';
import { textOf } from '../../report/shape.ts';
import { useTexts } from '../../text/texts.tsx';
import type { Section } from './section.ts';

const comparisons = ['previousPeriod', 'previousYear'] as const;
const switches = ['others', 'fillGaps'] as const;
const words = ['having', 'compareTo', ...switches] as const;

export interface RowWordsProps extends Section {
  /** The columns of the report, which `having` may name. */
  readonly columns: readonly string[];
}

/** Words for rows that few reports need: open where the report has one. */
export function RowWords(section: RowWordsProps) {
  const { t } = useTexts();
  const { body, change, faults } = section;
  return (
    <details open={words.some((word) => body[word] !== undefined)}>
      <summary>{t('rows.more')}</summary>
      <div className="stack paste">
        <HavingField {...section} />
        <ComparisonField {...section} />
        {switches.map((name) => (
          <div key={name} className="field">
            <label className="check">
              <input
                type="checkbox"
                checked={body[name] === true}
                onChange={({ target }) => change(withMember(body, name, target.checked || undefined))}
              />
              <span>{t(`rows.${name}`)}</span>
            </label>
            <FieldErrors id={`${name}-errors`} errors={faultsOf(faults, name)} />
          </div>
        ))}
      </div>
    </details>
  );
}

function HavingField({ body, change, faults, columns }: RowWordsProps) {
  const { t } = useTexts();
  const errors = faultsOf(faults, 'having');
  const having = textOf(body.having);
  return (
    <div className="field" role="group" aria-label={t('rows.having')}>
      <span className="legend">{t('rows.having')}</span>
      <ConditionEditor
        label={t('rows.having')}
        value={having}
        onChange={(text) => change(withMember(body, 'having', text))}
        fields={columns.map((name) => ({
          ...{ name, description: '', unit: null },
          type: 'float',
          functions: [],
        }))}
        faultAt={firstFault(having, errors)}
        isInvalid={errors.length > 0}
      />
      <p className="hint">{t('rows.havingHint')}</p>
      <div aria-live="polite">
        <FieldErrors id="having-errors" errors={errors} />
      </div>
    </div>
  );
}

/** A range of a pasted body stays, and has no name. */
function ComparisonField({ body, change, faults }: Section) {
  const { t } = useTexts();
  const { compareTo } = body;
  const value = typeof compareTo === 'object' ? 'range' : textOf(compareTo);
  const known = ['', 'range', ...comparisons].includes(value);
  const choose = (chosen: string) => {
    const next: ReportBody['compareTo'] = chosen === '' ? undefined : chosen;
    change(withMember(body, 'compareTo', next));
  };
  return (
    <Field label={t('rows.compare')} hint={t('rows.compareHint')} errors={faultsOf(faults, 'compareTo')}>
      {(control) => (
        <select {...control} value={value} onChange={({ target }) => choose(target.value)}>
          <option value="">{t('rows.noComparison')}</option>
          {comparisons.map((name) => (
            <option key={name} value={name}>
              {t(`rows.${name}`)}
            </option>
          ))}
          {value === 'range' && typeof compareTo === 'object' && (
            <option value="range" disabled>
              {`${compareTo.start} – ${compareTo.end}`}
            </option>
          )}
          {!known && <option>{value}</option>}
        </select>
      )}
    </Field>
  );
}
