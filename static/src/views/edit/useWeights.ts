import { useEffect, useMemo, useState } from "preact/hooks";
import { networkOf } from "../../actions";
import { ApiError } from "../../api";
import type { Edit } from "../../store";
import type { ParameterSlice } from "../../wire";
import { useStudio, useStudioState } from "../context";
import { type Extent, sliceFor } from "./weights_window";

export interface WeightShape {
  parameter: string;
  shape: number[];
}

/** The parameters that a layer has, with their shapes; null while they are awaited.
 * Every parameter of a kind has an initializer among its arguments, and some are switched off by another argument. */
export function useParameters(layer: string, present: Edit): readonly WeightShape[] | null {
  const { api } = useStudio();
  const kindName = useStudioState((state) => state.answer?.byName.get(layer)?.kind);
  const kind = useStudioState((state) => state.layerKinds.get(kindName ?? ""));
  const [found, setFound] = useState<readonly WeightShape[] | null>(null);
  const { document, networkId } = present;
  useEffect(() => {
    const stop = new AbortController();
    const names = Object.keys(kind?.arguments.properties ?? {}).flatMap((name) =>
      name.endsWith("_initializer") ? [name.slice(0, -"_initializer".length)] : [],
    );
    const one = async (parameter: string): Promise<WeightShape[]> => {
      try {
        const network = networkId ?? document;
        return [{ parameter, shape: await api.parameterShape(network, { layer, parameter }, stop.signal) }];
      } catch (error) {
        if (error instanceof ApiError && (error.status === 422 || error.status === 404)) return [];
        throw error;
      }
    };
    Promise.all(names.map(one)).then(
      (all) => {
        if (!stop.signal.aborted) setFound(all.flat().sort((a, b) => b.shape.length - a.shape.length));
      },
      (error: unknown) => {
        if (!stop.signal.aborted && !(error instanceof ApiError)) throw error;
      },
    );
    return () => stop.abort();
  }, [api, kind, layer, document, networkId]);
  return found;
}

interface Slice {
  rows: Extent;
  columns: Extent;
  values: Float64Array;
}

/** Reads single cells of a parameter; undefined where they are not there yet. */
export type CellReader = (row: number, column: number) => number | undefined;

/** The cells in view, fetched as one slice and kept until the next one is there. */
export function useCells(
  present: Edit,
  place: { layer: string; parameter: string },
  shape: readonly number[],
  plane: readonly number[],
  rows: Extent,
  columns: Extent,
): { read: CellReader; failure: ApiError | null } {
  const { api } = useStudio();
  const [kept, setKept] = useState<{ key: string; document: unknown; slice: Slice } | null>(null);
  const [failure, setFailure] = useState<ApiError | null>(null);
  const { layer, parameter } = place;
  const { document, networkId } = present;
  const key = JSON.stringify([layer, parameter, plane]);
  const range = JSON.stringify([rows, columns]);
  const form = JSON.stringify(shape);
  useEffect(() => {
    const stop = new AbortController();
    const [rowsWanted, columnsWanted] = JSON.parse(range) as [Extent, Extent];
    const [, , planeWanted] = JSON.parse(key) as [string, string, number[]];
    const slice = sliceFor(JSON.parse(form) as number[], planeWanted, rowsWanted, columnsWanted);
    api.parameters(networkId ?? document, { layer, parameter }, slice, stop.signal).then(
      ({ values }) => {
        if (stop.signal.aborted) return;
        setKept({ key, document, slice: { rows: rowsWanted, columns: columnsWanted, values } });
        setFailure(null);
      },
      (error: unknown) => {
        if (stop.signal.aborted) return;
        if (!(error instanceof ApiError)) throw error;
        setFailure(error);
      },
    );
    return () => stop.abort();
  }, [api, key, range, form, layer, parameter, document, networkId]);

  const edited = useMemo(
    () =>
      new Map(
        present.edits
          .filter((edit) => edit.layer === layer && edit.parameter === parameter)
          .map((edit) => [edit.index.join(), edit.value]),
      ),
    [present.edits, layer, parameter],
  );
  const slice = kept !== null && kept.key === key && kept.document === document ? kept.slice : null;
  const read: CellReader = (row, column) => {
    const index = shape.length === 1 ? [column] : [...plane, row, column];
    const own = edited.get(index.join());
    if (own !== undefined || slice === null) return own;
    const width = slice.columns.end - slice.columns.first;
    const inside =
      row >= slice.rows.first && row < slice.rows.end && column >= slice.columns.first && column < slice.columns.end;
    return inside ? slice.values[(row - slice.rows.first) * width + column - slice.columns.first] : undefined;
  };
  return { read, failure };
}

/** A rectangle of a parameter with all edits in it, fetched whole: for copying. */
export function useFetchBlock(): (
  present: Edit,
  place: { layer: string; parameter: string },
  slice: readonly [number, number][],
) => Promise<ParameterSlice> {
  const { api } = useStudio();
  return (present, place, slice) => api.parameters(networkOf(present), place, slice.length === 0 ? null : slice);
}
