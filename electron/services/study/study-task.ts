// A study worked on by a host as a task. Cancelling the task pauses the study; a host that goes away leaves its present
// training running, and the study can be taken up where it is.
import { OrganMosaicError } from '../../../contract/errors.ts'
import type { JobEvent } from '../../../contract/events.ts'
import type { StudyConfig } from '../../../contract/study.ts'
import type { Task } from '../../../contract/task.ts'
import type { Services } from '../services.ts'
import type { TaskContext } from '../tasks/create-tasks.ts'
import { askRuns } from './ask-runs.ts'
import { planStudy, runStudy, type StudyHost } from './run-study.ts'
import { requestStudy, studyRequest } from './study-store.ts'

export function startStudyTask(services: Services, config: StudyConfig): Task {
  const what = { kind: 'study', title: `Study ${config.name}`, subject: config.name } as const
  return services.tasks.start(what, async (context) => {
    const { rows, tests } = await runStudy(services, config, hostOf(services, config, context))
    return { rows: rows.map(({ name }) => name), tests }
  })
}

/** A person cancels with a reason in words; a host that closes just aborts. */
const isAsked = (signal: AbortSignal): boolean => signal.aborted && signal.reason instanceof OrganMosaicError

function hostOf(services: Services, { name, ...config }: StudyConfig, { signal, report }: TaskContext): StudyHost {
  const total = planStudy({ name, ...config }).length
  let job = 0
  // Cancelled without a word to the study, as from the list of tasks: it pauses.
  const pause = (): void => {
    const silent = isAsked(signal) && studyRequest(services.workspace, name) === 'run'
    if (silent) requestStudy(services.workspace, name, 'pause')
  }
  signal.addEventListener('abort', pause, { once: true })
  const onEvent = (event: JobEvent): void => {
    if (event.type !== 'progress') return
    const share = event.total > 0 ? Math.min(1, event.done / event.total) : 0
    report({ done: job + share, total, secondsLeft: null })
  }
  return {
    note: (message) => report({ done: job, total, message, secondsLeft: null }),
    onJob(index) {
      job = index
      signal.throwIfAborted()
    },
    isClosing: () => signal.aborted && !isAsked(signal),
    async followRun(run, from) {
      const state = await followUntilAsked(services, name, run, from, signal, onEvent)
      if (signal.aborted && !isAsked(signal)) signal.throwIfAborted()
      services.requireFinished(run, state)
    },
    watchJob: (_label, work) => work({ signal, onEvent }),
  }
}

/** Asked, it asks the run, which ends after its present step; when the host closes, the run goes on unwatched. */
async function followUntilAsked(
  services: Services,
  study: string,
  run: string,
  from: number,
  signal: AbortSignal,
  onEvent: (event: JobEvent) => void,
) {
  const closing = new AbortController()
  const obey = (): void => {
    if (!isAsked(signal)) return closing.abort()
    const wish = studyRequest(services.workspace, study) === 'cancel' ? 'stop' : 'pause'
    void askRuns(services, [run], wish)
  }
  signal.addEventListener('abort', obey, { once: true })
  try {
    if (signal.aborted) obey()
    return await services.followRun(run, onEvent, { from, signal: closing.signal })
  } finally {
    signal.removeEventListener('abort', obey)
  }
}
