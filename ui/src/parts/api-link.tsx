import { type ReactNode, useState } from 'react';
import { addressOf, getFile, type Params, token } from '../api/client.ts';
import { download } from '../export/csv.ts';
import { words } from '../words.ts';

interface ApiLinkProps {
  /** Of the API; may have its query already. */
  path: string;
  params?: Params;
  /** Name under which it is kept; without, it is opened. */
  file?: string;
  /** For those who hear only the link. */
  label?: string;
  children: ReactNode;
}

/** Leads to what the API answers. A link has no token: where one was given, the answer is fetched with it and kept. */
export function ApiLink({ path, params, file, label, children }: ApiLinkProps) {
  const [failed, fail] = useState(false);
  const address = addressOf(path, params);
  return (
    <>
      <a
        href={address}
        download={file}
        aria-label={label}
        onClick={(event) => {
          if (!token.given()) return;
          event.preventDefault();
          fail(false);
          getFile(address)
            .then((content) => download(content, file ?? 'evidence.json'))
            .catch(() => fail(true));
        }}
      >
        {children}
      </a>
      {failed && <span role="alert"> {words.report.fileFailed}</span>}
    </>
  );
}
