import { useId } from 'react';
import type { Metric } from '../api/client.ts';
import { words } from '../words.ts';

/** An (i) that explains a metric in the words of the server's catalogue. */
export function About({ metric }: { metric: Metric }) {
  const popover = useId();
  return (
    <>
      <button
        type="button"
        className="about"
        popoverTarget={popover}
        aria-label={words.tiles.about(metric.title)}
      >
        i
      </button>
      <div id={popover} popover="auto" className="popover">
        <h3>{metric.title}</h3>
        <dl>
          <dt>{words.tiles.definition}</dt>
          <dd>{metric.definition}</dd>
          <dt>{words.tiles.formula}</dt>
          <dd>{metric.formula}</dd>
          <dt>{words.tiles.leftOut}</dt>
          <dd>{metric.left_out}</dd>
        </dl>
        <p>
          <a href={`${words.tiles.documentation}#${metric.docs}`} target="_blank" rel="noreferrer">
            {words.tiles.docs}
          </a>
        </p>
      </div>
    </>
  );
}
