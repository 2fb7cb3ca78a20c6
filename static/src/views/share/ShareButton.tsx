import { useEffect, useRef, useState } from "preact/hooks";
import type { Link } from "../../actions_share";
import { formatCount } from "../../format";
import { LINK_LIMIT } from "../../share";
import { CopyButton } from "../CopyButton";
import { useActions } from "../context";
import { Dialog } from "../Dialog";
import { Icon } from "../Icon";
import { download } from "../keep/download";

function LinkField({ link }: { link: Link }) {
  const field = useRef<HTMLTextAreaElement>(null);
  const address = new URL(link.path, `${window.location.origin}/`).href;
  useEffect(() => field.current?.select(), []);
  return (
    <>
      <p>
        {link.whole
          ? "Whoever opens this link sees the network as it is here: its weights, the input, pinned nodes, what is selected and what is shown. All of it is in the link itself; nothing is kept on a server."
          : "The network is a stored one and unchanged, so a short link is enough. It works wherever this server can be reached."}
      </p>
      <div class="share-link">
        <textarea
          ref={field}
          readOnly
          rows={link.whole ? 4 : 2}
          spellcheck={false}
          aria-label="Link"
          value={address}
          onFocus={(event) => event.currentTarget.select()}
        />
      </div>
      <div class="share-foot">
        <CopyButton label="Copy the link" text={() => address} />
        <p class="muted">
          {formatCount(address.length)} characters
          {link.whole && <>; a link may have {formatCount(LINK_LIMIT)}</>}
        </p>
      </div>
    </>
  );
}

function TooLong({ link, onExport }: { link: Link; onExport: () => void }) {
  return (
    <>
      <p>
        This network is too large for a link: it would have {formatCount(link.characters)} characters, and many programs
        cut links off that are longer than {formatCount(LINK_LIMIT)}. Send it as a file instead; whoever has the file
        can import it.
      </p>
      <div class="share-foot">
        <button type="button" class="button primary" onClick={onExport}>
          Export as a file
        </button>
      </div>
    </>
  );
}

function ShareDialog({ onClose }: { onClose: () => void }) {
  const actions = useActions();
  const [link, setLink] = useState<Link | null>(null);
  useEffect(() => {
    let closed = false;
    void actions.makeLink().then((made) => {
      if (!closed) setLink(made);
    });
    return () => {
      closed = true;
    };
  }, [actions]);
  return (
    <Dialog class="share" title="Share" onClose={onClose}>
      {link === null && <p class="muted">Making the link…</p>}
      {link !== null && !link.tooLong && <LinkField link={link} />}
      {link?.tooLong && (
        <TooLong
          link={link}
          onExport={() => {
            void actions.exportPresent().then(download);

            onClose();
          }}
        />
      )}
    </Dialog>
  );
}

/** Opens a dialog with a link to what is on screen. */
export function ShareButton({ compact = false }: { compact?: boolean }) {
  const [open, setOpen] = useState(false);
  return (
    <>
      <button
        type="button"
        class={compact ? "button quiet icon" : "button"}
        aria-haspopup="dialog"
        aria-label={compact ? "Share" : undefined}
        title="Share a link to this network"
        onClick={() => setOpen(true)}
      >
        <Icon name="share" />
        {!compact && "Share"}
      </button>
      {open && <ShareDialog onClose={() => setOpen(false)} />}
    </>
  );
}
