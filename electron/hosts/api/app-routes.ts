// The routes of contract/api/app.ts.
import type { AppEvent, AppInfo } from '../../../contract/api/app.ts'
import { appRoutes } from '../../../contract/api/app.ts'
import type { Services } from '../../services/services.ts'
import type { Implementations } from './create-handler.ts'
import { openLineStream } from './event-stream.ts'

export function implementApp(services: Services, info: () => AppInfo): Implementations<keyof typeof appRoutes> {
  return {
    getApp: () => info(),
    getUpdates: () => services.updates.state(),
    lookForUpdate: () => services.updates.look(),
    getVocabulary: () => services.getVocabulary().organs,
    getKeptColors: () => services.getKeptColors(),
    watchEvents({ signal }) {
      const ends: (() => void)[] = []
      const stream = openLineStream(signal, () => ends.forEach((end) => end()))
      const send = (event: AppEvent): void => void stream.send(event)
      ends.push(
        services.tasks.subscribe((task) => send({ type: 'task', task })),
        services.watchRuns({
          onRun: (run, lastSeq) => send({ type: 'run', run, lastSeq }),
          onRemoved: (name) => send({ type: 'run-removed', name }),
        }),
        services.watchDatasets(() => send({ type: 'datasets' })),
      )
      // The client may have left meanwhile; then nobody ends what was just begun.
      if (!stream.send({ type: 'hello' } satisfies AppEvent)) ends.forEach((end) => end())
      return stream.response
    },
    listTasks: () => services.tasks.list(),
    getTask: ({ params }) => services.tasks.get(params.task),
    cancelTask: ({ params }) => services.tasks.cancel(params.task),
  }
}
