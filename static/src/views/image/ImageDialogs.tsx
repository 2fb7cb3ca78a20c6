import { useStudioState } from "../context";
import { DrawDialog } from "./DrawDialog";
import { SamplesDialog } from "./SamplesDialog";

/** The dialogs about images, where one is open. */
export function ImageDialogs() {
  const drawing = useStudioState((state) => state.images.drawing);
  const chooser = useStudioState((state) => state.images.chooser);
  return (
    <>
      {drawing && <DrawDialog />}
      {chooser !== null && <SamplesDialog chooser={chooser} />}
    </>
  );
}
