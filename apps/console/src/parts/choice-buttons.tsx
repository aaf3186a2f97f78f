interface ChoiceButtonsProps<Value extends string> {
  readonly label: string;
  readonly choices: readonly (readonly [value: Value, text: string])[];
  readonly chosen: Value;
  readonly onChoose: (value: Value) => void;
}

/** A few choices beside each other, of which one is pressed. */
export function ChoiceButtons<Value extends string>({
  label,
  choices,
  chosen,
  onChoose,
}: ChoiceButtonsProps<Value>) {
  return (
    <span className="segments" role="group" aria-label={label}>
      {choices.map(([value, text]) => (
        <button
          key={value}
          type="button"
          className="segment"
          aria-pressed={value === chosen}
          onClick={() => onChoose(value)}
        >
          {text}
        </button>
      ))}
    </span>
  );
}
