/** The calls about stored networks. Documents travel as text, so that none of their numbers is written anew. */

import { type createRequests, readStored } from "./api";
import type { NetworkDocument, NetworkInfo } from "./wire";

/** Which networks to list. */
export interface Listing {
  search: string;
  order: string;
  limit: number;
  deleted: boolean;
}

/** Some of the networks, how many there are in all, and why there are only examples, if so. */
export interface Listed {
  networks: NetworkInfo[];
  total: number;
  problem: string | null;
}

export interface NetworksApi {
  list(listing: Listing, signal?: AbortSignal): Promise<Listed>;
  read(id: string): Promise<NetworkDocument>;
  create(text: string): Promise<NetworkInfo>;
  copy(id: string, title: string): Promise<NetworkInfo>;
  replace(id: string, version: number, text: string): Promise<NetworkInfo>;
  /** Gives a network the parameters in a file of such a type; they are written into its document. */
  giveParameters(id: string, version: number, file: Blob, mediaType: string): Promise<NetworkInfo>;
  remove(id: string, version: number): Promise<void>;
  restore(id: string): Promise<NetworkInfo>;
}

export function createNetworksApi({ post, send }: ReturnType<typeof createRequests>): NetworksApi {
  const path = (id: string) => `/networks/${encodeURIComponent(id)}`;
  const json = { "Content-Type": "application/json", Accept: "application/json" };
  const info = async (response: Promise<Response>) => (await (await response).json()) as NetworkInfo;
  return {
    async list({ search, order, limit, deleted }, signal) {
      const query = new URLSearchParams({ q: search, sort: order, limit: String(limit), deleted: String(deleted) });
      const response = await send(`/networks?${query}`, {
        headers: { Accept: "application/json" },
        signal: signal ?? null,
      });
      const networks = (await response.json()) as NetworkInfo[];
      return {
        networks,
        total: Number(response.headers.get("X-Total-Count") ?? networks.length),
        problem: response.headers.get("Vitrine-Storage-Problem"),
      };
    },
    read: async (id) => readStored(await send(path(id), { headers: { Accept: "application/json" } })),
    create: (text) => info(send("/networks", { method: "POST", headers: json, body: text })),
    copy: (id, title) => post("/networks", { base: id, title }),
    replace: (id, version, text) =>
      info(send(path(id), { method: "PUT", headers: { ...json, "If-Match": `"${version}"` }, body: text })),
    giveParameters: (id, version, file, mediaType) => {
      const headers = { "Content-Type": mediaType, Accept: "application/json", "If-Match": `"${version}"` };
      return info(send(`${path(id)}/parameters`, { method: "PUT", headers, body: file }));
    },
    async remove(id, version) {
      await send(path(id), { method: "DELETE", headers: { "If-Match": `"${version}"` } });
    },
    restore: (id) => info(send(`${path(id)}/restore`, { method: "POST", headers: { Accept: "application/json" } })),
  };
}
