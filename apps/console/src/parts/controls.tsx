import type { InputHTMLAttributes } from 'react';
import { Field, type FieldProps } from './field.tsx';

interface ControlProps extends Omit<FieldProps, 'children'> {
  readonly value: string;
  readonly onValue: (value: string) => void;
}

/** A list of choices with its label. */
export function SelectField({
  value,
  options,
  onValue,
  ...field
}: ControlProps & { readonly options: readonly (readonly [value: string, label: string])[] }) {
  return (
    <Field {...field}>
      {(control) => (
        <select {...control} value={value} onChange={({ target }) => onValue(target.value)}>
          {options.map(([name, label]) => (
            <option key={name} value={name}>
              {label}
            </option>
          ))}
        </select>
      )}
    </Field>
  );
}

/** A line of text, a number or a day with its label. */
export function InputField({
  label,
  hint,
  errors = [],
  value,
  onValue,
  ...attributes
}: ControlProps & Omit<InputHTMLAttributes<HTMLInputElement>, 'value' | 'onChange'>) {
  return (
    <Field label={label} hint={hint} errors={errors}>
      {(control) => (
        <input
          spellCheck={false}
          autoComplete="off"
          {...attributes}
          {...control}
          value={value}
          onChange={({ target }) => onValue(target.value)}
        />
      )}
    </Field>
  );
}
