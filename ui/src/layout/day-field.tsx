import { type KeyboardEvent, useEffect, useId, useRef, useState } from 'react';
import { isDay } from '../filters.ts';
import { words } from '../words.ts';

interface DayFieldProps {
  name: string;
  /** The day that is shown: `2026-03-15`, or empty while it is not known. */
  value: string;
  /** Takes a whole day, or nothing for the usual one. */
  commit: (day: string | undefined) => void;
}

/**
 * A day that may be typed. The field is its own master until the focus leaves it or Enter is pressed: a day that is
 * half typed asks for nothing, and nobody writes into it meanwhile. A day that is picked by pointer counts at once.
 */
export function DayField({ name, value, commit }: DayFieldProps) {
  const id = useId();
  const field = useRef<HTMLInputElement>(null);
  const isTyped = useRef(false);
  const [refused, refuse] = useState(false);
  useEffect(() => {
    if (field.current) field.current.value = value;
  }, [value]);
  const restore = () => {
    if (field.current) field.current.value = value;
    isTyped.current = false;
  };
  const take = () => {
    const input = field.current;
    if (!input || (input.value === value && !input.validity.badInput)) return;
    const isUsual = input.value === '' && !input.validity.badInput;
    refuse(!isUsual && !isDay(input.value));
    if (isUsual) commit(undefined);
    else if (isDay(input.value)) commit(input.value);
    else restore();
    isTyped.current = false;
  };
  const press = ({ key }: KeyboardEvent) => {
    if (key === 'Enter') take();
    else if (key === 'Escape') restore();
    else if (key !== 'Tab' && key !== 'Shift') isTyped.current = true;
  };
  return (
    <>
      <label htmlFor={id}>
        {name}
        <input
          ref={field}
          id={id}
          type="date"
          defaultValue={value}
          onKeyDown={press}
          onPointerDown={() => {
            isTyped.current = false;
          }}
          onChange={() => {
            if (!isTyped.current) take();
          }}
          onBlur={take}
        />
      </label>
      {refused && (
        <p role="status" className="note">
          {words.filters.notADay(name, value)}
        </p>
      )}
    </>
  );
}
