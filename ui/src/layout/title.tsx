import { useEffect, useRef } from 'react';
import { words } from '../words.ts';

let visited: keyof typeof words.pages | undefined;

/** The one `h1`, with the question that the page answers. Takes the focus when one page follows another. */
export function PageTitle({ page }: { page: keyof typeof words.pages }) {
  const title = useRef<HTMLHeadingElement>(null);
  const { name, question } = words.pages[page];
  useEffect(() => {
    document.title = `${name} · ${words.name}`;
    if (visited !== undefined && visited !== page) title.current?.focus({ preventScroll: true });
    visited = page;
  }, [name, page]);
  return (
    <div className="title">
      <h1 ref={title} tabIndex={-1}>
        {name}
      </h1>
      <p>{question}</p>
    </div>
  );
}
