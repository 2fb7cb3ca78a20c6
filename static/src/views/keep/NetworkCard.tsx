import { useId, useLayoutEffect, useRef, useState } from "preact/hooks";
import { formatCount } from "../../format";
import { pictureKey, titleOf } from "../../shelf";
import type { NetworkInfo } from "../../wire";
import { useActions, useStudioState } from "../context";
import { Icon } from "../Icon";
import { NetworkPicture } from "../NetworkPicture";
import { ago } from "./ago";
import { download } from "./download";
import { Menu, type MenuItem } from "./Menu";

function facts({ layers, parameters }: NetworkInfo): string {
  const counted = (count: number, word: string) => `${formatCount(count)} ${word}${count === 1 ? "" : "s"}`;
  return `${counted(layers, "layer")}, ${counted(parameters, "parameter")}`;
}

/** The title as a field: Enter and leaving it rename, Escape does not. */
function Renaming({ info, onEnd }: { info: NetworkInfo; onEnd: () => void }) {
  const actions = useActions();
  const field = useRef<HTMLInputElement>(null);
  const ended = useRef(false);
  // Before the next key arrives.
  useLayoutEffect(() => field.current?.select(), []);
  const finish = async (title: string | null) => {
    if (ended.current) return;
    ended.current = true;
    if (title !== null && title !== "" && title !== titleOf(info)) await actions.rename(info.id, title);
    onEnd();
  };
  return (
    <input
      ref={field}
      type="text"
      class="text-field rename-field"
      aria-label={`New name of ${titleOf(info)}`}
      data-own-undo=""
      dir="auto"
      maxLength={200}
      defaultValue={titleOf(info)}
      onKeyDown={(event) => {
        if (event.key === "Enter") void finish(event.currentTarget.value.trim());
        else if (event.key === "Escape") {
          // The dialog stays open.
          event.preventDefault();
          event.stopPropagation();
          void finish(null);
        }
      }}
      onBlur={(event) => void finish(event.currentTarget.value.trim())}
    />
  );
}

interface Props {
  info: NetworkInfo;
  current: boolean;
}

/** A network in the list: a picture, what it is, and what can be done with it. */
export function NetworkCard({ info, current }: Props) {
  const actions = useActions();
  const picture = useStudioState((state) => state.pictures.get(pictureKey(info)));
  const [renaming, setRenaming] = useState(false);
  const host = useRef<HTMLLIElement>(null);
  const id = useId();
  const focusCard = () => host.current?.querySelector<HTMLElement>(".network-card, .menu > button")?.focus();
  const duplicate: MenuItem = {
    text: info.read_only ? "Duplicate to my networks" : "Duplicate",
    icon: "copy",
    to: () => void actions.duplicate(info),
  };
  const file: MenuItem = {
    text: "Export as a file",
    icon: "download",
    to: () => void actions.exportStored(info).then(download),
  };
  const groups: MenuItem[][] = info.read_only
    ? [[duplicate, file]]
    : [
        [{ text: "Rename", icon: "pen", to: () => setRenaming(true) }, duplicate, file],
        [{ text: "Delete", icon: "bin", to: () => void actions.remove(info) }],
      ];
  const body = (
    <>
      <NetworkPicture layers={picture?.layers ?? null} />
      {renaming ? (
        <Renaming
          info={info}
          onEnd={() => {
            setRenaming(false);
            requestAnimationFrame(focusCard);
          }}
        />
      ) : (
        <bdi class="network-title" id={id}>
          {titleOf(info)}
        </bdi>
      )}
      {info.description !== null && (
        <span class="network-purpose" dir="auto">
          {info.description}
        </span>
      )}
      <span class="network-facts">
        {facts(info)}
        {info.changed != null && (
          <time dateTime={info.changed} title={new Date(info.changed).toLocaleString()}>
            {" "}
            changed {ago(info.changed, Date.now())}
          </time>
        )}
      </span>
    </>
  );
  return (
    <li ref={host}>
      {renaming ? (
        <div class="network-card">{body}</div>
      ) : (
        <button
          type="button"
          class="network-card"
          aria-current={current ? "true" : undefined}
          onClick={() => actions.openStored(info)}
          onKeyDown={(event) => {
            if (info.read_only) return;
            if (event.key === "F2") setRenaming(true);
            else if (event.key === "Delete") void actions.remove(info);
          }}
        >
          {body}
        </button>
      )}
      <Menu label="More actions" describedBy={id} class="from-right card-menu" groups={groups}>
        <Icon name="more" />
      </Menu>
    </li>
  );
}
