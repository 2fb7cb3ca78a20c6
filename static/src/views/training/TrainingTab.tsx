import { useEffect } from "preact/hooks";
import { formatCount } from "../../format";
import { formatSeconds, isOver, type Training, type TrainingStatus } from "../../training";
import { useActions, useStudioState } from "../context";
import { problemText } from "../edit/problems";
import { Icon } from "../Icon";
import { TrainingCurves } from "./TrainingCurves";
import { TrainingForm } from "./TrainingForm";

const SAID: Readonly<Record<TrainingStatus, string>> = {
  queued: "waits for its turn",
  running: "training",
  paused: "paused",
  stopping: "stopping",
  done: "done",
  stopped: "stopped",
  failed: "failed",
};

function Buttons({ training }: { training: Training }) {
  const actions = useActions();
  const { status } = training;
  const order = (name: "pause" | "resume" | "step" | "stop", text: string, title: string) => (
    <button type="button" class="button small" title={title} onClick={() => void actions.orderTraining(name)}>
      {text}
    </button>
  );
  return (
    <>
      {status === "running" && order("pause", "Pause", "Wait after this step")}
      {(status === "paused" || status === "stopped") && order("resume", "Resume", "Go on from where it was")}
      {(status === "paused" || status === "running") && order("step", "Step", "One step more, then wait")}
      {!isOver(training) && status !== "stopping" && order("stop", "Stop", "End it; the network is kept as it is then")}
    </>
  );
}

/** The training that is followed: how far it is, its curves, what can be done. */
function Followed({ training }: { training: Training }) {
  const actions = useActions();
  const { status, progress, history, epochs } = training;
  const done = history.get("loss")?.length ?? 0;
  const left = progress?.secondsLeft ?? null;
  return (
    <>
      <div class="training-head">
        <strong>{training.title}</strong>
        <span role="status">
          {SAID[status]}, {formatCount(done)} of {formatCount(epochs)} {epochs === 1 ? "epoch" : "epochs"}
        </span>
        {!isOver(training) && progress?.total != null && (
          <progress value={progress.done} max={progress.total} aria-label="Progress of the training" />
        )}
        {status === "running" && (
          <span class="muted">
            {left === null ? "" : `${formatSeconds(left)} left`}
            {progress?.examplesPerSecond == null
              ? ""
              : `, ${formatCount(Math.round(progress.examplesPerSecond))} examples a second`}
          </span>
        )}
      </div>
      <div class="training-orders">
        <Buttons training={training} />
        {training.saved && (
          <button type="button" class="button small primary" onClick={() => void actions.openTrained()}>
            Open the trained network
          </button>
        )}
        <button type="button" class="button quiet small" onClick={() => void actions.showTraining(null)}>
          <Icon name="plus" />
          New training
        </button>
      </div>
      {(training.health ?? training.error) !== null && (
        <p class="field-problem training-problem" role="alert">
          {training.health ?? training.error}
        </p>
      )}
      <TrainingCurves training={training} />
    </>
  );
}

/** Trains the network on screen, beside everything else: closing the page does not stop it. */
export function TrainingTab() {
  const actions = useActions();
  const { shown, list, failure } = useStudioState((state) => state.training);
  useEffect(() => void actions.loadTrainings(), [actions]);
  return (
    <div class="tab-body training">
      {failure !== null && (
        <p class="field-problem training-problem" role="alert">
          {problemText(failure)}
        </p>
      )}
      {shown !== null ? (
        <Followed training={shown} />
      ) : (
        <>
          <TrainingForm />
          <p class="training-note muted">
            A training changes a copy: the network on screen stays, and the result is stored. It goes on when this page
            is closed.
          </p>
          {list !== null && list.length > 0 && (
            <>
              <h3 class="training-list-title">Trainings so far</h3>
              <ul class="training-list" aria-label="Trainings">
                {list.map((one) => (
                  <li key={one.id}>
                    <button type="button" class="button quiet small" onClick={() => void actions.showTraining(one.id)}>
                      <span>{one.title}</span>
                      <span class="muted">{SAID[one.status]}</span>
                    </button>
                  </li>
                ))}
              </ul>
            </>
          )}
        </>
      )}
    </div>
  );
}
