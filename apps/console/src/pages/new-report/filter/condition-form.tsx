import { useState } from 'react';
import { Field } from '../../../parts/field.tsx';
import type { ReportField } from '../../../report/fields.ts';
import { takesList, takesValue, type FilterChip, type OperatorsOf } from '../../../report/filter-chips.ts';
import { useTexts } from '../../../text/texts.tsx';
import { FieldChoice } from '../field-choice.tsx';
import { operatorKey } from './chip-text.ts';
import { ValueField } from './value-field.tsx';

export interface ConditionFormProps {
  /** Null: a new condition. */
  readonly initial: FilterChip | null;
  readonly fields: readonly ReportField[];
  readonly operators: OperatorsOf;
  readonly onApply: (chip: FilterChip) => void;
  readonly onCancel: () => void;
}

/** Edits one condition. The report changes when it is applied, so no half of a condition is checked. */
export function ConditionForm({ initial, fields, operators, onApply, onCancel }: ConditionFormProps) {
  const { t } = useTexts();
  const [chip, setChip] = useState<FilterChip>(initial ?? { field: '', operator: 'eq', values: [] });
  const type = fields.find(({ name }) => name === chip.field)?.type ?? 'string';
  const isComplete = chip.field !== '' && (!takesValue(chip.operator) || chip.values.length > 0);
  const apply = () => {
    if (isComplete) onApply(takesValue(chip.operator) ? chip : { ...chip, values: [] });
  };
  return (
    <div className="condition" role="group" aria-label={t('filter.condition')}>
      <div className="item">
        <FieldChoice
          label={t('filter.field')}
          fields={fields}
          value={chip.field}
          onChange={(field) => setChip(withField(chip, field, { fields, operators }))}
        />
        <OperatorField chip={chip} known={operators(type)} onChange={setChip} />
        {takesValue(chip.operator) && (
          <ValueField
            type={type}
            isList={takesList(chip.operator)}
            values={chip.values}
            onChange={(values) => setChip({ ...chip, values })}
            onEnter={apply}
          />
        )}
      </div>
      <div className="buttons">
        <button type="button" className="button small primary" disabled={!isComplete} onClick={apply}>
          {t('filter.apply')}
        </button>
        <button type="button" className="button small" onClick={onCancel}>
          {t('filter.cancel')}
        </button>
      </div>
    </div>
  );
}

/** A field of another type may lack the operator, and its values have another form. */
function withField(
  chip: FilterChip,
  field: string,
  { fields, operators }: Pick<ConditionFormProps, 'fields' | 'operators'>,
): FilterChip {
  const typeOf = (wanted: string) => fields.find(({ name }) => name === wanted)?.type ?? 'string';
  const [first = 'eq', ...others] = operators(typeOf(field));
  return {
    field,
    operator: [first, ...others].includes(chip.operator) ? chip.operator : first,
    values: typeOf(field) === typeOf(chip.field) ? chip.values : [],
  };
}

function OperatorField({
  chip,
  known,
  onChange,
}: {
  readonly chip: FilterChip;
  readonly known: ReturnType<OperatorsOf>;
  readonly onChange: (chip: FilterChip) => void;
}) {
  const { t } = useTexts();
  const operators = known.includes(chip.operator) ? known : [chip.operator, ...known];
  const choose = (value: string) => {
    const operator = operators.find((each) => each === value) ?? 'eq';
    onChange({ ...chip, operator, values: takesList(operator) ? chip.values : chip.values.slice(0, 1) });
  };
  return (
    <Field label={t('filter.operator')}>
      {(control) => (
        <select {...control} value={chip.operator} onChange={({ target }) => choose(target.value)}>
          {operators.map((operator) => (
            <option key={operator} value={operator}>
              {t(operatorKey(operator))}
            </option>
          ))}
        </select>
      )}
    </Field>
  );
}
