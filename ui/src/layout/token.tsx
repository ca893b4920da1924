import { useQueryClient } from '@tanstack/react-query';
import { useId, useState } from 'react';
import { token } from '../api/client.ts';
import { words } from '../words.ts';

/** Asks for a bearer token, where the server wants one. */
export function TokenForm({ wrong }: { wrong: boolean }) {
  const client = useQueryClient();
  const [value, setValue] = useState('');
  const field = useId();
  return (
    <form
      className="card token"
      onSubmit={(event) => {
        event.preventDefault();
        token.give(value.trim());
        void client.resetQueries();
      }}
    >
      <h1>{words.token.title}</h1>
      <p>{words.token.text}</p>
      {wrong && <p role="alert">{words.token.wrong}</p>}
      <label htmlFor={field}>{words.token.label}</label>
      <input
        id={field}
        type="password"
        autoComplete="off"
        required
        value={value}
        onChange={(event) => setValue(event.target.value)}
      />
      <button type="submit">{words.token.submit}</button>
    </form>
  );
}
