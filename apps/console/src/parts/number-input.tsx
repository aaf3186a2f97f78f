import { useState } from 'react';
import { numberOfText } from './number-text.ts';

interface NumberInputProps {
  readonly id: string;
  readonly 'aria-describedby': string | undefined;
  readonly 'aria-invalid': boolean;
  readonly isWhole?: boolean;
  readonly value: number | null;
  /** Null: the input is empty. */
  readonly onChange: (value: number | null) => void;
}

/** A number, also in the full-width digits of input methods, read when these have composed it. */
export function NumberInput({ isWhole = false, value, onChange, ...control }: NumberInputProps) {
  // Texts such as `9.` and `９` on the way to a number.
  const [typed, setTyped] = useState<string | null>(null);
  const read = (text: string) => {
    const number = numberOfText(text, isWhole);
    if (number !== undefined) onChange(number);
  };
  return (
    <input
      {...control}
      inputMode={isWhole ? 'numeric' : 'decimal'}
      autoComplete="off"
      value={typed ?? value ?? ''}
      onChange={({ target, nativeEvent }) => {
        setTyped(target.value);
        if (!(nativeEvent as InputEvent).isComposing) read(target.value);
      }}
      onCompositionEnd={({ currentTarget }) => read(currentTarget.value)}
      onBlur={() => setTyped(null)}
    />
  );
}
