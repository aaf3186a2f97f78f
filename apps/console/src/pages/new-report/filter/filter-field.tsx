import { useId, useState } from 'react';
import { ConditionEditor } from '../../../parts/condition-editor/condition-editor.tsx';
import { FieldErrors } from '../../../parts/field.tsx';
import { faultsOf, firstFault } from '../../../report/faults.ts';
import { readChips, writeChips } from '../../../report/filter-chips.ts';
import { withMember } from '../../../report/report-body.ts';
import { textOf } from '../../../report/shape.ts';
import { useTexts } from '../../../text/texts.tsx';
import type { Section } from '../section.ts';
import { FilterChips } from './filter-chips.tsx';
import './filter.css';

/** The filter as conditions that all hold, or as a text for everything else of the language. */
export function FilterField({ body, change, fields, faults }: Section) {
  const { t } = useTexts();
  const id = useId();
  const filter = textOf(body.filter);
  const chips = readChips(filter);
  const [isText, setText] = useState(chips === null);
  const errors = faultsOf(faults, 'filter');
  const all = [...fields.dimensions, ...fields.metrics];
  const set = (text: string) => change(withMember(body, 'filter', text));
  const shownAsText = isText || chips === null;
  return (
    <fieldset className="card stack">
      <legend className="legend">{t('report.filter')}</legend>
      <div className="filter-mode" role="radiogroup" aria-label={t('filter.mode')}>
        {([false, true] as const).map((asText) => (
          <label key={String(asText)} className="check">
            <input
              type="radio"
              name={id}
              checked={shownAsText === asText}
              disabled={!asText && chips === null}
              onChange={() => setText(asText)}
            />
            <span>{t(asText ? 'filter.text' : 'filter.conditions')}</span>
          </label>
        ))}
      </div>
      {shownAsText ? (
        <ConditionEditor
          label={t('filter.text')}
          value={filter}
          onChange={set}
          fields={all}
          faultAt={firstFault(filter, errors)}
          isInvalid={errors.length > 0}
        />
      ) : (
        <FilterChips chips={chips} fields={all} onChange={(changed) => set(writeChips(changed, all))} />
      )}
      {chips === null && <p className="hint">{t('filter.onlyText')}</p>}
      {filter === '' && <p className="hint">{t('report.filterHint')}</p>}
      <div aria-live="polite" className="live-errors">
        <FieldErrors id={`${id}-errors`} errors={errors} />
      </div>
    </fieldset>
  );
}
