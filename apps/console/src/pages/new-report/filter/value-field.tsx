import { Field } from '../../../parts/field.tsx';
import { useTexts } from '../../../text/texts.tsx';

export interface ValueFieldProps {
  /** string, integer, float, boolean or datetime. */
  readonly type: string;
  readonly isList: boolean;
  readonly values: readonly string[];
  readonly onChange: (values: readonly string[]) => void;
  readonly onEnter: () => void;
}

/** The value of a condition, typed by its field. */
export function ValueField(props: ValueFieldProps) {
  const { type, isList, values, onChange } = props;
  if (isList) return <ListField {...props} />;
  const [value = ''] = values;
  const set = (text: string) => onChange(text === '' ? [] : [text]);
  if (type === 'boolean') return <BooleanField value={value} onChange={set} />;
  if (type === 'datetime') return <TimeField value={value} onChange={set} />;
  return <TextField {...props} value={value} onChange={set} />;
}

interface OneValue {
  readonly value: string;
  readonly onChange: (value: string) => void;
}

function BooleanField({ value, onChange }: OneValue) {
  const { t } = useTexts();
  return (
    <Field label={t('filter.value')}>
      {(control) => (
        <select {...control} value={value} onChange={({ target }) => onChange(target.value)}>
          <option value="">{t('filter.choose')}</option>
          <option value="true">{t('filter.true')}</option>
          <option value="false">{t('filter.false')}</option>
        </select>
      )}
    </Field>
  );
}

function TimeField({ value, onChange }: OneValue) {
  const { t } = useTexts();
  return (
    <Field label={t('filter.value')} hint={t('filter.timeHint')}>
      {(control) => (
        <input
          {...control}
          type="datetime-local"
          step={1}
          value={value.replace(/(?:\.\d+)?Z$/, '').replace(' ', 'T')}
          onChange={({ target }) => onChange(target.value === '' ? '' : `${target.value}Z`)}
        />
      )}
    </Field>
  );
}

function TextField({ type, value, onChange, onEnter }: OneValue & Pick<ValueFieldProps, 'type' | 'onEnter'>) {
  const { t } = useTexts();
  const isNumber = isNumeric(type);
  return (
    <Field label={t('filter.value')}>
      {(control) => (
        <input
          {...control}
          inputMode={isNumber ? 'decimal' : 'text'}
          autoComplete="off"
          value={value}
          // Input methods write full-width digits, which the language does not know.
          onChange={({ target }) => onChange(isNumber ? target.value.normalize('NFKC') : target.value)}
          onKeyDown={(event) => {
            // Enter also chooses a candidate of an input method.
            if (event.key !== 'Enter' || event.nativeEvent.isComposing) return;
            event.preventDefault();
            onEnter();
          }}
        />
      )}
    </Field>
  );
}

function isNumeric(type: string): boolean {
  return type === 'integer' || type === 'float';
}

/** One value a line, because values may contain commas. */
function ListField({ type, values, onChange }: ValueFieldProps) {
  const { t } = useTexts();
  return (
    <Field label={t('filter.values')} hint={t('filter.valuesHint')}>
      {(control) => (
        <textarea
          {...control}
          rows={3}
          defaultValue={values.join('\n')}
          onChange={({ target }) => {
            const text = isNumeric(type) ? target.value.normalize('NFKC') : target.value;
            onChange(text.split('\n').filter((line) => line !== ''));
          }}
        />
      )}
    </Field>
  );
}
