import { type RefObject, useLayoutEffect, useRef, useState } from 'react';
import { flushSync } from 'react-dom';

/** Measures a box, again whenever it changes; 0 until it has been measured. */
export function useWidth(): [RefObject<HTMLDivElement | null>, number] {
  const box = useRef<HTMLDivElement>(null);
  const [width, setWidth] = useState(0);
  useLayoutEffect(() => {
    const element = box.current;
    if (!element) return;
    const measure = () => setWidth(Math.floor(element.clientWidth));
    // Paper does not wait for an observer.
    const measureNow = () => flushSync(measure);
    measure();
    const observer = new ResizeObserver(measure);
    observer.observe(element);
    window.addEventListener(paper, measureNow);
    return () => {
      observer.disconnect();
      window.removeEventListener(paper, measureNow);
    };
  }, []);
  return [box, width];
}

const paper = 'cto-paper';

/** Whether the page is laid out for paper, where charts are lower: a page of them fits on few sheets. */
export function isOnPaper(): boolean {
  return document.documentElement.classList.contains('on-paper');
}

/** Lays the page out for paper before it is printed, and back afterwards. Call once. */
export function startPaper() {
  const lay = (onPaper: boolean) => () => {
    document.documentElement.classList.toggle('on-paper', onPaper);
    window.dispatchEvent(new Event(paper));
  };
  window.addEventListener('beforeprint', lay(true));
  window.addEventListener('afterprint', lay(false));
}
