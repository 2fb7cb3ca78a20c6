import { useEffect } from "preact/hooks";
import { formatCount } from "../format";
import type { NetworkInfo } from "../wire";
import { useActions, useStudioState } from "./context";
import { Dialog } from "./Dialog";
import { NetworkPicture } from "./NetworkPicture";

function facts(network: NetworkInfo): string {
  const layers = `${formatCount(network.layers)} ${network.layers === 1 ? "layer" : "layers"}`;
  return `${layers}, ${formatCount(network.parameters)} ${network.parameters === 1 ? "parameter" : "parameters"}`;
}

/** The dialog with the stored networks as small pictures. */
export function NetworkChooser() {
  const actions = useActions();
  const networks = useStudioState((state) => state.networks);
  const pictures = useStudioState((state) => state.pictures);
  const current = useStudioState((state) => state.present?.networkId);
  useEffect(() => actions.loadPictures(), [actions]);

  const close = () => actions.setView({ chooserOpen: false });
  return (
    <Dialog class="chooser" title="Open a network" onClose={close}>
      {networks === null ? (
        <p class="muted">The list of networks is not here yet.</p>
      ) : (
        <ul class="network-cards">
          {networks.map((network) => (
            <li key={network.id}>
              <button
                type="button"
                class="network-card"
                aria-current={network.id === current ? "true" : undefined}
                onClick={() => {
                  close();
                  if (network.id !== current) void actions.open(network.id);
                }}
              >
                <NetworkPicture layers={pictures.get(network.id)?.layers ?? null} />
                <span class="network-title">{network.title ?? network.name ?? network.id}</span>
                {network.description !== null && <span class="network-purpose">{network.description}</span>}
                <span class="network-facts">{facts(network)}</span>
              </button>
            </li>
          ))}
        </ul>
      )}
    </Dialog>
  );
}
