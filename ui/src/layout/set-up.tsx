import { words } from '../words.ts';

const t = words.setUp;

/** In place of every page before the first import: what to run. */
export function SetUp() {
  return (
    <section className="card set-up">
      <h1>{t.title}</h1>
      <p>{t.run}</p>
      <pre>
        <code>{t.import}</code>
      </pre>
      <p>{t.clouds}</p>
      <pre>
        <code>{t.importClouds}</code>
      </pre>
      <p>{t.after}</p>
    </section>
  );
}
