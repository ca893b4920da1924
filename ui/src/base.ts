/** The path that the server has under its host, without a slash at its end. The server writes it into the page. */
export const base: string =
  typeof document === 'undefined'
    ? ''
    : (document.querySelector<HTMLMetaElement>('meta[name="cto-base"]')?.content.replace(/\/$/, '') ?? '');
